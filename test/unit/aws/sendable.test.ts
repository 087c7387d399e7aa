import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { escaped, sendableJson } from "../../../lambdas/aws/sendable.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const taken = /^[\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

/** Any UTF-16 unit, lone surrogates and what is no character among them. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0xfffe, 0xffff, 0xd800, 0xdfff, 0, 0x7f)))
  .map((units) => String.fromCharCode(...units));

test("JSON of any text consists of what SQS takes, and says the same", () => {
  fc.assert(
    fc.property(anyText, anyText, (key, text) => {
      const json = sendableJson({ [key]: text });
      expect(json).toMatch(taken);
      expect(JSON.parse(json)).toEqual({ [key]: text });
    }),
  );
});

test("only what SQS refuses is escaped", () => {
  expect(sendableJson({ a: "Größe 😀 \u{10ffff}\t" })).toBe(JSON.stringify({ a: "Größe 😀 \u{10ffff}\t" }));
  expect(escaped("a\uffff b\ufffe c\ud800 d\u0000")).toBe("a\\uffff b\\ufffe c\\ud800 d\\u0000");
});
