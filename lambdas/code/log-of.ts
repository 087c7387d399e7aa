import type { FunctionLog } from "./define-function.ts";
import { thrownOf } from "./thrown.ts";

/** A log whose lines are JSON with the fields of the job, as CloudWatch reads them. `said` gets each line as people read it. */
export function logOf(
  write: (line: string) => void,
  of: Record<string, unknown>,
  said: (line: string) => void = () => {},
): FunctionLog {
  const at = (level: string) => (text: string, more?: Record<string, unknown>) => {
    const timestamp = new Date().toISOString();
    // Programs without types log errors themselves, and no fields as null.
    const message = (text as unknown) instanceof Error ? String(text) : text;
    const fields = more ?? {};
    write(lineOf({ level, message, timestamp, ...fields, ...of }));
    said(textOf({ level, message, timestamp }, fields));
  };
  return { debug: at("DEBUG"), info: at("INFO"), warn: at("WARN"), error: at("ERROR") };
}

/** Something that JSON cannot write must not fail a job that only wanted to log it. */
function lineOf({ level, message, timestamp, ...fields }: Record<string, unknown>): string {
  return (
    json({ level, message, timestamp, ...fields }) ??
    JSON.stringify({ level, message: String(message), timestamp, unwritten: Object.keys(fields) })
  );
}

/** `2030-01-01T12:00:00.000Z INFO  looking up a price {"sku":"TEA-1"}` */
function textOf(
  { level, message, timestamp }: Record<"level" | "message" | "timestamp", string>,
  fields: Record<string, unknown>,
): string {
  const names = Object.keys(fields);
  const more = names.length === 0 ? "" : ` ${json(fields) ?? `(unwritten: ${names.join(", ")})`}`;
  return `${timestamp} ${level.padEnd(5)} ${message}${more}`;
}

function json(value: object): string | undefined {
  try {
    return JSON.stringify(value, (_, one) => written(one));
  } catch {
    return undefined;
  }
}

/** A value for JSON: an error with what JSON leaves out of it, and without the request that a client may have put there. */
function written(value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (!(value instanceof Error)) return value;
  const plain = Object.entries(value).filter(([, one]) => ["string", "number", "boolean"].includes(typeof one));
  return { ...Object.fromEntries(plain), ...thrownOf(value) };
}
