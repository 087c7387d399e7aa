import type { FunctionLog } from "./define-function.ts";
import { thrownOf } from "./thrown.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A log whose lines are JSON with the fields of the job, as CloudWatch reads them. `said` gets each line as people read it. */
export function logOf(write: (line: string) => void, of: Fields, said?: (line: string) => void): FunctionLog {
  const at = (level: string) => (text: string, more?: Fields) => {
    const timestamp = new Date().toISOString();
    const message = loggedMessage(text);
    // Programs without types log no fields as null.
    const fields = more ?? {};
    write(logLine({ level, message, timestamp }, fields, of));
    said?.(loggedText({ level, message, timestamp }, fields));
  };
  return { debug: at("DEBUG"), info: at("INFO"), warn: at("WARN"), error: at("ERROR") };
}

/** Programs without types log errors themselves, and anything else. */
function loggedMessage(text: unknown): unknown {
  if (typeof text === "string") return text;
  const isOdd = text instanceof Error || typeof text === "symbol" || safeJson(() => ({ text })) === undefined;
  if (!isOdd) return text;
  try {
    return String(text);
  } catch {
    return "what cannot be written";
  }
}

interface Head {
  level: string;
  message: unknown;
  timestamp: string;
}

/** What JSON cannot write must not fail a job that only wanted to log it. */
function logLine(head: Head, fields: Fields, of: Fields): string {
  const whole = safeJson(() => ({ ...head, ...fields, ...of }));
  if (whole !== undefined) return whole;
  const { written, unwritten } = divided(fields);
  return JSON.stringify({ ...head, ...written, ...of, unwritten });
}

/** `2030-01-01T12:00:00.000Z INFO  looking up a price {"sku":"TEA-1"}` */
function loggedText({ level, message, timestamp }: Head, fields: Fields): string {
  const text = typeof message === "string" ? message : JSON.stringify(message);
  return `${timestamp} ${level.padEnd(5)} ${text}${textOfFields(fields)}`;
}

function textOfFields(fields: Fields): string {
  const whole = safeJson(() => fields);
  if (whole !== undefined) return whole === "{}" ? "" : ` ${whole}`;
  const { written, unwritten } = divided(fields);
  const more = Object.keys(written).length > 0 ? ` ${JSON.stringify(written)}` : "";
  return unwritten.length > 0 ? `${more} (unwritten: ${unwritten.join(", ")})` : more;
}

/** What JSON has of the fields, and the names of those that it cannot write, or that throw where they are read. */
function divided(fields: Fields): { written: Fields; unwritten: string[] } {
  const each = fieldNames(fields).map((name) => ({ name, text: safeJson(() => ({ [name]: fields[name] })) }));
  return {
    written: Object.assign({}, ...each.map(({ text = "{}" }) => JSON.parse(text))),
    unwritten: each.flatMap(({ name, text }) => (text === undefined ? [name] : [])),
  };
}

function fieldNames(fields: Fields): string[] {
  try {
    return Object.keys(fields);
  } catch {
    return [];
  }
}

function safeJson(make: () => object): string | undefined {
  try {
    return JSON.stringify(make(), (_, one) => written(one));
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
