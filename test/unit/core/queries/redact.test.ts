import fc from "fast-check";
import { redact, redactionOf } from "../../../../lambdas/core/queries/redact.ts";
import { aJob } from "../../../support/builders.ts";

const order = {
  card: { number: "4111", cvc: "123" },
  "a/b": { "m~n": "x" },
  items: [{ card: "1", sku: "a" }, { sku: "b" }, { card: "3" }],
  none: null,
};
const gone = "[redacted]";

test.each([
  ["nothing", [], order],
  ["a part", ["/card"], { ...order, card: gone }],
  ["a part of a part", ["/card/number"], { ...order, card: { number: gone, cvc: "123" } }],
  ["names with a slash and a tilde", ["/a~1b/m~0n"], { ...order, "a/b": { "m~n": gone } }],
  ["an item of a list", ["/items/1"], { ...order, items: [order.items[0], gone, order.items[2]] }],
  [
    "a part of every item that has it",
    ["/items/*/card"],
    { ...order, items: [{ card: gone, sku: "a" }, { sku: "b" }, { card: gone }] },
  ],
  ["every field", ["/card/*"], { ...order, card: { number: gone, cvc: gone } }],
  ["null", ["/none"], { ...order, none: gone }],
  ["the whole", [""], gone],
])("hides %s", (_what, pointers, expected) => {
  const before = structuredClone(order);
  expect(redact(order, pointers)).toEqual({ value: expected, redacted: pointers });
  expect(order).toEqual(before);
});

test.each([
  "/absent",
  "/items/3",
  "/items/-",
  "/items/01",
  "/items/length",
  "/card/number/0",
  "/none/x",
  "/constructor",
])("finds nothing at %s, and answers the value itself", (pointer) => {
  const { value, redacted } = redact(order, [pointer]);
  expect(value).toBe(order);
  expect(redacted).toEqual([]);
});

test("says which of several pointers found something", () => {
  expect(redact(order, ["/absent", "/card", "/card/number"]).redacted).toEqual(["/card"]);
});

test("hides a field named __proto__, as JSON may have one", () => {
  const value = JSON.parse('{"__proto__": {"card": "4111"}, "a": 1}');
  expect(JSON.stringify(redact(value, ["/__proto__/card"]).value)).toBe('{"__proto__":{"card":"[redacted]"},"a":1}');
  expect(JSON.stringify(redact(value, ["/__proto__"]).value)).toBe('{"__proto__":"[redacted]","a":1}');
});

test("never leaves a secret at a place that a pointer names", () => {
  const secret = "s3cr3t-value";
  const Name = fc.constantFrom("a", "b/c", "~", "__proto__", "0", "");
  fc.assert(
    fc.property(fc.array(Name, { minLength: 1, maxLength: 5 }), fc.array(fc.boolean()), (path, stars) => {
      const value = path.reduceRight<unknown>(
        (inner, name) => JSON.parse(`{${JSON.stringify(name)}:${JSON.stringify(inner)}}`),
        secret,
      );
      const escaped = path.map((name) => name.replaceAll("~", "~0").replaceAll("/", "~1"));
      const pointer = escaped.map((name, i) => `/${stars[i] ? "*" : name}`).join("");
      expect(JSON.stringify(redact(value, [pointer]).value)).not.toContain(secret);
    }),
  );
});

test("a job hides what its event hid when it was requested, and what it hides now", () => {
  const job = aJob({ redact: ["/card", "/name"] });
  const lookup = (redact?: string[]) => ({ lookup: () => ({ event: { redact } }) as never });
  expect(redactionOf(lookup(["/name", "/iban"]), job)).toEqual(["/card", "/name", "/iban"]);
  expect(redactionOf(lookup(), job)).toEqual(["/card", "/name"]);
  expect(redactionOf({ lookup: () => undefined }, job)).toEqual(["/card", "/name"]);
  expect(redactionOf(lookup(), aJob())).toEqual([]);
});
