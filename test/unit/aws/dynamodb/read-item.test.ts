import { toAttributes } from "../../../../lambdas/aws/dynamodb/attributes.ts";
import { type Codec, readItem } from "../../../../lambdas/aws/dynamodb/read-item.ts";

interface Kept {
  id: string;
  at: number;
  of: { kind: string };
  wake_at?: number;
}

const codec: Codec<Kept> = { needed: { id: "string", at: "number", of: "object" }, earlier: { again_at: "wake_at" } };
const read = (fields: object) => readItem(toAttributes({ PK: "A", SK: "B", ...fields }), codec);
const kept = { id: "a", at: 1, of: { kind: "x" } };

test("an item is read without the attributes of the table", () => {
  expect(read(kept)).toEqual(kept);
});

test("an item keeps fields and words of a later version", () => {
  const later = { ...kept, of: { kind: "later", deep: [1] }, later: { a: "b" } };
  expect(read(later)).toEqual(later);
});

test("a field under an earlier version's name is read under today's", () => {
  expect(read({ ...kept, again_at: 5 })).toEqual({ ...kept, wake_at: 5 });
  expect(read({ ...kept, again_at: 5, wake_at: 6 })).toEqual({ ...kept, wake_at: 6 });
});

test.each([
  ["at", { id: "a", of: {} }],
  ["at", { ...kept, at: "1" }],
  ["id", { at: 1, of: {} }],
  ["of", { ...kept, of: "x" }],
])("an item without a usable `%s` is refused by the field's name alone", (name, fields) => {
  expect(() => read(fields)).toThrow(`lacks the field ${name},`);
});
