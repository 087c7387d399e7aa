import { JobError } from "../../../../core/job/job-error.ts";
import { isInexact } from "../../../../core/kernel/exact-json.ts";
import { deepestNesting } from "../../../../core/kernel/json-values.ts";

/** What a driver's parser returns for JSON that is nested too deeply to be parsed. */
export const deepJson = Symbol("deep JSON");

type Note = () => void;

/**
 * Converts a driver's value to JSON by the same rules for all drivers, instead of by the `toJSON` of its class. A part that is nested
 * too deeply is refused, unless there is a `noteDeep`: then it is null, and noted.
 */
export const jsonSafe = (value: unknown, noteDeep: Note = refuseDeep): unknown => partSafe(value, noteDeep, 0);

/** A repetition would read the same value, so the failure is permanent. */
function refuseDeep(): never {
  const message = `The database answered with JSON that is nested deeper than ${deepestNesting} levels: read less of it.`;
  throw new JobError("PROVIDER_ERROR", message, { retryable: false });
}

function partSafe(value: unknown, noteDeep: Note, depth: number): unknown {
  switch (typeof value) {
    case "bigint":
      return safeInteger(value);
    case "number":
      // JSON has no NaN and no Infinity, and would write null. No request may have a whole number beyond 2^53.
      return Number.isFinite(value) && !isInexact(value) ? value : String(value);
    case "object":
      return value === null ? null : objectSafe(value, noteDeep, depth);
    case "string":
    case "boolean":
      return value;
    default:
      if (value === deepJson) noteDeep();
      return null;
  }
}

/** Exact integers stay numbers; larger ones become strings, so that they keep their digits in JSON. */
export const safeInteger = (value: bigint): number | string =>
  Number.isSafeInteger(Number(value)) ? Number(value) : String(value);

function objectSafe(value: object, noteDeep: Note, depth: number): unknown {
  if (depth > deepestNesting) {
    noteDeep();
    return null;
  }
  const inner = (part: unknown) => partSafe(part, noteDeep, depth + 1);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(inner);
  if (value instanceof Set) return [...value].map(inner);
  const { _bsontype: type } = value as { _bsontype?: unknown };
  if (typeof type === "string" && Object.getPrototypeOf(value) !== Object.prototype) {
    return bsonSafe(type, value, inner);
  }
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(entries.map(([name, part]) => [String(name), inner(part)]));
}

/** MongoDB's own types, recognised by their `_bsontype`, because this file loads no driver. */
function bsonSafe(type: string, value: object, inner: (part: unknown) => unknown): unknown {
  const bson = value as {
    toString(): string;
    toJSON?: () => unknown;
    toBigInt?: () => bigint;
    value?: unknown;
    buffer?: Uint8Array;
    position?: number;
    sub_type?: number;
  };
  if (type === "Long" && bson.toBigInt) return safeInteger(bson.toBigInt());
  if (type === "Double" || type === "Int32") return inner(bson.value);
  if (type === "Binary" && bson.sub_type !== 4 && bson.buffer) {
    return Buffer.from(bson.buffer).subarray(0, bson.position).toString("base64");
  }
  if (type === "ObjectId" || type === "Decimal128" || type === "Binary" || type === "Timestamp") return bson.toString();
  return inner(bson.toJSON?.() ?? type);
}
