import { describe, expect, test } from "@jest/globals";
import type { SQSRecord } from "aws-lambda";
import { callsAttributes, callsOf } from "../../../../lambdas/aws/sqs/calls-attribute.ts";
import type { Calls } from "../../../../lambdas/core/limits/pump.ts";

/** A record with an attribute as Lambda passes it. */
const delivered = (text: string | undefined) =>
  ({
    messageAttributes:
      text === undefined ? {} : { calls: { dataType: "String", stringValue: text, stringListValues: [] } },
  }) as unknown as SQSRecord;
const textOf = (calls: Calls) => callsAttributes(calls).MessageAttributes?.calls?.StringValue;

const calls: Calls = { limits: { mailbox: { at: 5, bucket: 2 }, "Größe 😀\uffff": { at: 0 } }, visible: 3, returns: 1 };

test("calls arrive as sent, in characters that SQS accepts", () => {
  expect(callsOf(delivered(textOf(calls)))).toEqual(calls);
  expect(textOf(calls)).not.toMatch(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd]/);
});

test("a message without calls has no attribute", () => {
  expect(callsAttributes(undefined)).toEqual({});
  expect(callsOf(delivered(undefined))).toBeUndefined();
  expect(callsOf({} as SQSRecord)).toBeUndefined();
});

describe("a message with unreadable calls counts as one without:", () => {
  test.each([
    "",
    "{",
    "null",
    "[]",
    JSON.stringify({ ...calls, later: 1 }),
    JSON.stringify({ limits: { mailbox: { at: 5, more: true } }, visible: 3 }),
    JSON.stringify({ limits: {}, visible: -1 }),
    JSON.stringify({ limits: {} }),
  ])("%s", (text) => {
    expect(callsOf(delivered(text))).toBeUndefined();
  });
});
