import { partitionKey, phaseIndex, sortKey, ttlAttribute } from "../../topology.ts";
import { type Attributes, fromAttributes } from "./attributes.ts";

/** The attributes of an item that belong to the table and not to what it holds. */
const tableAttributes = new Set<string>([
  partitionKey,
  sortKey,
  phaseIndex.partitionKey,
  phaseIndex.sortKey,
  ttlAttribute,
]);

/** What `typeof` says of a value. */
type KindOf<Value> = Value extends string
  ? "string"
  : Value extends number
    ? "number"
    : Value extends boolean
      ? "boolean"
      : "object";

/** The fields that every version has written, with their kinds. A `value` may be of a form that only a later version knows. */
export type Needed<T> = {
  [Name in keyof T as undefined extends T[Name] ? never : Name]: KindOf<T[Name]> | "value";
};

/**
 * How an item is read. Fields that are not needed may be absent, and those that a later version adds are carried along: no word of a
 * known few is looked at, since a later version may have more.
 */
export interface Codec<T> {
  needed: Needed<T>;
  /** The names that earlier versions gave to fields. */
  earlier?: Readonly<{ [name: string]: string }>;
}

/** Whether fields are those of a record. */
export const hasNeeded = <T extends object>(fields: object, needed: Needed<T>): fields is T =>
  missingField(fields, needed) === undefined;

const missingField = (fields: object, needed: object): string | undefined => {
  for (const name in needed) {
    const [kind, found] = [Reflect.get(needed, name), typeof Reflect.get(fields, name)];
    if (kind === "value" ? found === "undefined" : found !== kind) return name;
  }
  return undefined;
};

/** Reads an item of whichever version. Throws if it lacks what every version writes. */
export function readItem<T extends object>(item: Attributes, { needed, earlier }: Codec<T>): T {
  const fields = fromAttributes(item, tableAttributes);
  for (const old in earlier) rename(fields, old, earlier[old] as string);
  if (hasNeeded<T>(fields, needed)) return fields;
  throw new Error(`a stored item lacks the field ${missingField(fields, needed)}, or has it in another form`);
}

/** Whether an item is of this kind: a later version may keep others beside it. */
export const isItemOf = <T extends object>(item: Attributes, { needed }: Codec<T>): boolean =>
  hasNeeded<T>(fromAttributes(item), needed);

function rename(fields: { [name: string]: unknown }, old: string, name: string): void {
  if (fields[old] === undefined) return;
  fields[name] ??= fields[old];
  delete fields[old];
}
