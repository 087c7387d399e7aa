import type { FunctionLog } from "./define-function.ts";

/** A log whose lines are JSON with the fields of the job, as CloudWatch reads them. */
export function logOf(write: (line: string) => void, of: Record<string, unknown>): FunctionLog {
  const at =
    (level: string) =>
    (message: string, fields: Record<string, unknown> = {}) =>
      write(lineOf({ level, message, timestamp: new Date().toISOString(), ...fields, ...of }));
  return { debug: at("DEBUG"), info: at("INFO"), warn: at("WARN"), error: at("ERROR") };
}

/** Something that JSON cannot write must not fail a job that only wanted to log it. */
function lineOf({ level, message, timestamp, ...fields }: Record<string, unknown>): string {
  try {
    return JSON.stringify({ level, message, timestamp, ...fields }, (_, value) =>
      typeof value === "bigint" ? String(value) : value,
    );
  } catch {
    return JSON.stringify({ level, message: String(message), timestamp, unwritten: Object.keys(fields) });
  }
}
