import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Random } from "../../../bench/lateness/model.ts";

/*
 * What a later version may make of what this one stores: fields that this one does not have, at any depth, and other words where it
 * knows a few. What is there and what this version needs stays: a later version that changes that breaks what it comes back to.
 */

export type Item = Record<string, AttributeValue>;

/** Where a word of a known few stands: names of attributes, and `*` for each element of a list or each word of one. */
export type Path = readonly string[];

const chance = (random: Random, share = 0.5): boolean => random() < share;

/** Fields that a later version adds begin so. */
export const laterPrefix = "later_";

/** One attribute of each type that DynamoDB has, also of those that this version never writes. */
const attributes: AttributeValue[] = [
  { S: "later" },
  { N: "12345678901234567890" },
  { BOOL: false },
  { NULL: true },
  { L: [{ S: "later" }, { M: { deep: { SS: ["a", "b"] } } }] },
  { M: { kind: { S: "later" }, at: { N: "1" } } },
  { SS: ["a", "b"] },
  { NS: ["1", "2"] },
  { B: Uint8Array.from([0, 255]) },
];

const added = (random: Random): Item =>
  Object.fromEntries(
    attributes.flatMap((attribute, i): [string, AttributeValue][] =>
      chance(random, 0.4) ? [[`${laterPrefix}${i}`, attribute]] : [],
    ),
  );

/** An item with fields added to it and to the maps in it. */
export const withFields = (item: Item, random: Random): Item => ({
  ...Object.fromEntries(Object.entries(item).map(([name, value]) => [name, inside(value, random)])),
  ...added(random),
});

function inside(value: AttributeValue, random: Random): AttributeValue {
  if (value.L) return { L: value.L.map((one) => inside(one, random)) };
  return value.M ? { M: withFields(value.M, random) } : value;
}

/** An item with some of its words replaced by such as this version does not know. */
export const withWords = (item: Item, paths: readonly Path[], random: Random): Item =>
  paths.reduce((of, path) => (chance(random) ? (replaced({ M: of }, path).M as Item) : of), item);

function replaced(value: AttributeValue | undefined, [name, ...rest]: Path): AttributeValue {
  if (value?.L && name === "*") return { L: value.L.map((one) => replaced(one, rest)) };
  if (name === undefined) return value?.S === undefined ? (value ?? { NULL: true }) : { S: `later_${value.S}` };
  const inner = value?.M?.[name];
  return inner === undefined ? (value as AttributeValue) : { M: { ...value?.M, [name]: replaced(inner, rest) } };
}

/** JSON with fields added to its objects, and words under these names replaced. */
export function laterJson(value: unknown, names: readonly string[], random: Random): unknown {
  if (Array.isArray(value)) return value.map((one) => laterJson(one, names, random));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, one]) => [
    name,
    names.includes(name) && typeof one === "string" && chance(random) ? `later_${one}` : laterJson(one, names, random),
  ]);
  return { ...Object.fromEntries(entries), ...(chance(random) && { later: { kind: "later", at: 1 } }) };
}
