import { expect, test } from "@jest/globals";
import { escapeForSqs, jsonForSqs } from "../../../../lambdas/aws/sqs/escape.ts";
import { fc } from "../../../support/properties.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const taken = /^[\t\n\r\x20-\ud7ff\ue000-\ufffd]*$/u;

/** Any UTF-16 code units, among them lone surrogates and noncharacters. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0xfffe, 0xffff, 0xd800, 0xdfff, 0, 0x7f)))
  .map((units) => String.fromCharCode(...units));

test("the escaped JSON of any string has only SQS's characters and parses to that string", () => {
  fc.assert(
    fc.property(anyText, anyText, (key, text) => {
      const json = jsonForSqs({ [key]: text });
      expect(json).toMatch(taken);
      expect(JSON.parse(json)).toEqual({ [key]: text });
    }),
  );
});

test("characters that every SQS server accepts stay unescaped", () => {
  expect(jsonForSqs({ a: "Größe\t\ufffd" })).toBe(JSON.stringify({ a: "Größe\t\ufffd" }));
  expect(escapeForSqs("a\uffff b\ufffe c\ud800 d\u0000 e😀")).toBe(
    "a\\uffff b\\ufffe c\\ud800 d\\u0000 e\\ud83d\\ude00",
  );
});
