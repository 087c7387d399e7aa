import { describe, expect, test } from "@jest/globals";
import { hidden, hideBytes, hiding } from "../../../../../lambdas/consumers/clients/http/hide.ts";
import { fc } from "../../../../support/properties.ts";

const hide = (values: string[], text: string) => hiding(values)?.(text) ?? text;

describe("a credential in an answer", () => {
  const value = 'a"b/c d+ä=';
  test.each([
    ["as it is", `x${value}y`, "x[credential]y"],
    ["as JSON", JSON.stringify({ value }), '{"value":"[credential]"}'],
    ["as JSON in ASCII, with slashes escaped", '"a\\"b\\/c d+\\u00e4="', '"[credential]"'],
    ["in HTML", "<p>a&quot;b/c d+ä=</p>", "<p>[credential]</p>"],
    ["in a URL", `?k=${encodeURIComponent(value)}&l=1`, "?k=[credential]&l=1"],
    ["in a form", new URLSearchParams({ k: value }).toString(), "k=[credential]"],
    ["in base64", Buffer.from(value).toString("base64"), "[credential]"],
    ["in base64 for URLs", Buffer.from(value).toString("base64url"), "[credential]"],
    ["in a URL of small hex", "?k=a%22b%2fc%20d%2b%c3%a4%3d", "?k=[credential]"],
  ])("is hidden %s", (_how, text, shown) => {
    expect(hide([value], text)).toBe(shown);
  });

  test("is hidden in names of fields, numbers and lists", () => {
    const hideAll = hiding(["12345", "s3cret"]);
    expect(hideAll && hidden({ s3cret: [12345, { a: "my s3cret" }], b: 1, c: null, d: true }, hideAll)).toEqual({
      "[credential]": ["[credential]", { a: "my [credential]" }],
      b: 1,
      c: null,
      d: true,
    });
  });

  test("that contains another one is hidden as a whole", () => {
    expect(hide(["abcd", "xxabcdxx"], "xxabcdxx abcd")).toBe("[credential] [credential]");
    expect([hide(["12"], "12"), hide(["12"], "a 12")]).toEqual(["[credential]", "a 12"]);
    expect(hiding([""])).toBeUndefined();
  });

  test("is hidden in bytes, and all other bytes stay", () => {
    const bytes = Buffer.concat([Buffer.from([0, 255, 254]), Buffer.from(value), Buffer.from([200, 0])]);
    const rest = hideBytes(bytes, [value]);
    expect(rest.includes(value)).toBe(false);
    expect([...rest.subarray(0, 3), ...rest.subarray(-2)]).toEqual([0, 255, 254, 200, 0]);
    expect(hideBytes(bytes, ["other"])).toBe(bytes);
  });

  test.each(["base64", "base64url"] as const)("is hidden within the %s of a longer text", (encoding) => {
    const token = "sk_live/S3cret+Key?ÿ>";
    for (const before of ["", "a", "ab", "Bearer "]) {
      for (const after of ["", "x", ":xy"]) {
        const text = Buffer.from(`${before}${token}${after}`).toString(encoding);
        const shown = hide([token], text);
        expect(shown).toContain("[credential]");
        // At its edges a credential shares a digit with its neighbours.
        expect(text.length - shown.replace("[credential]", "").length).toBeGreaterThan((token.length * 4) / 3 - 3);
      }
    }
  });

  test("is never in the result, whatever surrounds it", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4 }), fc.string(), fc.string(), (secret, before, after) => {
        fc.pre(!"[credential]".includes(secret));
        const text = JSON.stringify({ a: before + secret + after });
        expect(hide([secret], before + secret + after)).not.toBe(before + secret + after);
        expect(hide([secret], text)).not.toBe(text);
      }),
    );
  });
});
