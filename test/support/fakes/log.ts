import type { Log } from "../../../lambdas/core/ports.ts";

export interface LogLine {
  level: keyof Log;
  message: string;
  fields: Record<string, unknown>;
}

/** Remembers the lines instead of writing them. */
export function fakeLog(): Log & { lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at =
    (level: keyof Log): Log[keyof Log] =>
    (message, fields = {}) => {
      lines.push({ level, message, fields: structuredClone(fields) });
    };
  return { lines, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
