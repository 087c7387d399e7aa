/** Converts a driver's value to JSON by the same rules for all drivers, instead of by the `toJSON` of its class. */
export function jsonSafe(value: unknown): unknown {
  switch (typeof value) {
    case "bigint":
      return wholeNumber(value);
    case "number":
      // JSON has no NaN and no Infinity, and would write null.
      return Number.isFinite(value) ? value : String(value);
    case "object":
      return value === null ? null : objectSafe(value);
    case "string":
    case "boolean":
      return value;
    default:
      return null;
  }
}

/** Exact integers stay numbers; larger ones become strings, so that they keep their digits in JSON. */
export const wholeNumber = (value: bigint): number | string =>
  Number.isSafeInteger(Number(value)) ? Number(value) : String(value);

function objectSafe(value: object): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(jsonSafe);
  if (value instanceof Set) return [...value].map(jsonSafe);
  const { _bsontype: type } = value as { _bsontype?: unknown };
  if (typeof type === "string" && Object.getPrototypeOf(value) !== Object.prototype) return bsonSafe(type, value);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(entries.map(([name, inner]) => [String(name), jsonSafe(inner)]));
}

/** MongoDB's own types, recognised by their `_bsontype`, because this file loads no driver. */
function bsonSafe(type: string, value: object): unknown {
  const bson = value as {
    toString(): string;
    toJSON?: () => unknown;
    toBigInt?: () => bigint;
    value?: unknown;
    buffer?: Uint8Array;
    position?: number;
    sub_type?: number;
  };
  if (type === "Long" && bson.toBigInt) return wholeNumber(bson.toBigInt());
  if (type === "Double" || type === "Int32") return jsonSafe(bson.value);
  if (type === "Binary" && bson.sub_type !== 4 && bson.buffer) {
    return Buffer.from(bson.buffer).subarray(0, bson.position).toString("base64");
  }
  if (type === "ObjectId" || type === "Decimal128" || type === "Binary" || type === "Timestamp") return bson.toString();
  return jsonSafe(bson.toJSON?.() ?? type);
}
