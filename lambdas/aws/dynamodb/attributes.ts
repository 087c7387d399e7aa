import type { AttributeValue } from "@aws-sdk/client-dynamodb";

export type Attributes = Record<string, AttributeValue>;

/**
 * What this version cannot read of an item, because a later one wrote it: a type of attribute or a form of a value. It is carried with
 * the item and is written back as it was; no answer or message has it.
 */
export class Unread {
  readonly attribute: AttributeValue;

  constructor(attribute: AttributeValue) {
    this.attribute = attribute;
  }

  toJSON(): undefined {
    return undefined;
  }
}

/**
 * Converts an item to attributes, and leaves out undefined fields. Our items contain JSON types only; any other type throws.
 * Every read and write of a job uses this conversion: `@aws-sdk/util-dynamodb`, which also supports sets, binaries and big
 * numbers, takes ten times as long.
 */
export function toAttributes(item: object): Attributes {
  const attributes: Attributes = {};
  for (const [name, value] of Object.entries(item))
    if (value !== undefined) putAttribute(attributes, name, toAttribute(value));
  return attributes;
}

function toAttribute(value: unknown): AttributeValue {
  if (typeof value === "string") return { S: value };
  if (Number.isFinite(value)) return { N: String(value) };
  if (typeof value === "boolean") return { BOOL: value };
  if (value === null) return { NULL: true };
  if (Array.isArray(value)) return { L: value.map(toAttribute) };
  if (value instanceof Unread) return value.attribute;
  if (typeof value === "object") return { M: toAttributes(value) };
  throw new TypeError(`an item cannot hold a ${typeof value}`);
}

/** Converts attributes back to an item, except those in `without`. */
export function fromAttributes(attributes: Attributes, without?: ReadonlySet<string>): Record<string, unknown> {
  const item: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (!without?.has(name)) putAttribute(item, name, fromAttribute(value));
  }
  return item;
}

function fromAttribute(value: AttributeValue): unknown {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.NULL !== undefined) return null;
  if (value.L !== undefined) return value.L.map(fromAttribute);
  if (value.M !== undefined) return fromAttributes(value.M);
  return new Unread(value);
}

/** `record[name] = value`, also for the name `__proto__`, to which an assignment would set the prototype. */
function putAttribute<T>(record: Record<string, T>, name: string, value: T): void {
  if (name !== "__proto__") record[name] = value;
  else Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
}
