import { decodeBody } from "../../../../lambdas/consumers/clients/http/read-body.ts";
import { redact, redactionOf } from "../../../../lambdas/core/queries/redact.ts";
import { aJob } from "../../../support/builders.ts";
import { fc } from "../../../support/properties.ts";

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
])("redact hides %s", (_what, pointers, expected) => {
  const before = structuredClone(order);
  expect(redact(order, pointers)).toEqual({ value: expected, redacted: pointers });
  expect(order).toEqual(before);
});

test.each(["/absent", "/items/3", "/items/-", "/items/01", "/items/length", "/none/x", "/constructor"])(
  "redact finds nothing at %s, and returns the value unchanged",
  (pointer) => {
    const { value, redacted } = redact(order, [pointer]);
    expect(value).toBe(order);
    expect(redacted).toEqual([]);
  },
);

test.each([
  ["a text", "/card/number/0", { ...order, card: { ...order.card, number: gone } }],
  ["every text", "/card/*/x", { ...order, card: { number: gone, cvc: gone } }],
  [
    "the texts of a list of objects",
    "/items/*/sku/x",
    { ...order, items: [{ card: "1", sku: gone }, { sku: gone }, { card: "3" }] },
  ],
])("redact hides %s as a whole where a pointer leads on below", (_what, pointer, expected) => {
  expect(redact(order, [pointer])).toEqual({ value: expected, redacted: [pointer] });
});

test("redact finds nothing below an empty text or a hidden value", () => {
  expect(redact({ a: "" }, ["/a/b"]).redacted).toEqual([]);
  expect(redact({ a: { b: "x" } }, ["/a", "/a/b"])).toEqual({ value: { a: gone }, redacted: ["/a"] });
});

describe("in an answer over HTTP, however its body is read,", () => {
  const card = "4111 1111 1111 1111";
  const answer = { card, items: [{ card }] };
  const json = JSON.stringify(answer);
  const many = JSON.stringify({ ...answer, more: Array(100_001).fill(0) });
  test.each<[string, string, string | Buffer]>([
    ["is JSON", "application/json", json],
    ["is JSON of more than 1 MiB", "application/json", JSON.stringify({ ...answer, more: "x".repeat(1_100_000) })],
    ["is JSON of more than 100,000 values", "application/json", many],
    ["is JSON of more than 64 levels", "application/json", `{"a":${"[".repeat(80)}${"]".repeat(80)},${json.slice(1)}`],
    ["is cut short", "application/json", json.slice(0, -1)],
    ["is a page", "text/html", json],
    ["has no type", "", json],
    ["is a text of JSON", "application/json", JSON.stringify(json)],
    ["is bytes", "application/json", Buffer.concat([Buffer.alloc(200), Buffer.from(json)])],
  ])("redact hides what the pointers name if it %s", (_what, type, body) => {
    const result = { status: 200, headers: {}, ...decodeBody(Buffer.from(body), type) };
    const { value, redacted } = redact(result, ["/body/card", "/body/items/*/card"]);
    const shown = JSON.stringify(value);
    expect(shown).not.toContain(card);
    expect(shown).not.toContain(Buffer.from(card).toString("base64").slice(4, 20));
    expect(redacted.length).toBeGreaterThan(0);
    expect(value).toMatchObject({ status: 200 });
  });
});

test("redact returns which pointers found a value", () => {
  expect(redact(order, ["/absent", "/card", "/card/number"]).redacted).toEqual(["/card"]);
});

test("redact hides a field named __proto__", () => {
  const value = JSON.parse('{"__proto__": {"card": "4111"}, "a": 1}');
  expect(JSON.stringify(redact(value, ["/__proto__/card"]).value)).toBe('{"__proto__":{"card":"[redacted]"},"a":1}');
  expect(JSON.stringify(redact(value, ["/__proto__"]).value)).toBe('{"__proto__":"[redacted]","a":1}');
});

test("redact never leaves a secret where a pointer points", () => {
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

test("a job hides what its event hid at the request, and what it hides now", () => {
  const job = aJob({ redact: ["/card", "/name"] });
  const lookup = (redact?: string[]) => ({ lookup: () => ({ event: { redact } }) as never });
  expect(redactionOf(lookup(["/name", "/iban"]), job)).toEqual(["/card", "/name", "/iban"]);
  expect(redactionOf(lookup(), job)).toEqual(["/card", "/name"]);
  expect(redactionOf({ lookup: () => undefined }, job)).toEqual(["/card", "/name"]);
  expect(redactionOf(lookup(), aJob())).toEqual([]);
});
