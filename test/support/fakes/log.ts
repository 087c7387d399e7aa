import type { Measured } from "../../../lambdas/core/job/measures.ts";
import type { Log } from "../../../lambdas/core/ports/log.ts";

export interface LogLine {
  level: Exclude<keyof Log, "measure">;
  message: string;
  fields: Record<string, unknown>;
  /** Present on a line that is a measurement. */
  measured?: Measured;
}

/** Remembers the lines instead of writing them. */
export function fakeLog(): Log & { lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at =
    (level: LogLine["level"]) =>
    (message: string, fields: Record<string, unknown> = {}): void => {
      lines.push({ level, message, fields: structuredClone(fields) });
    };
  return {
    lines,
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    measure: (message, measured, fields = {}) => {
      lines.push({ level: "info", message, fields: structuredClone(fields), measured: structuredClone(measured) });
    },
  };
}
