import { createHash } from "node:crypto";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SQSClient } from "@aws-sdk/client-sqs";
import { expect, test } from "@jest/globals";
import { intakeRejections } from "../../../../lambdas/aws/eventbridge/rejections.ts";
import { JobRejectedDetail, type Rejection } from "../../../../lambdas/core/job/job-rejected.ts";
import { settings } from "../../../support/aws/client-settings.ts";
import { type Captured, stubHandler } from "../../../support/aws/stub-handler.ts";
import { noon } from "../../../support/builders.ts";

const detail: JobRejectedDetail = {
  code: "INVALID_REQUEST",
  message: "The request is not valid.",
  errors: [{ pointer: "/input/bdy", detail: "unknown field." }],
  source: "sns",
  message_id: "m1",
  product_tag: "shop",
  env: "prd",
  event: "charge",
};
const rejection = (more: Partial<JobRejectedDetail> = {}, body = '{"bdy":1}'): Rejection => ({
  body,
  detail: { ...detail, ...more },
});

interface Letter {
  Id: string;
  MessageBody: string;
  MessageGroupId: string;
  MessageAttributes: Record<string, { StringValue: string }>;
}
const lettersIn = ({ body }: Captured) => body.Entries as Letter[];

/** The answer of the bus for an entry: `true` refuses it for now, a string is the error code. */
const refusal = (refused: boolean | string) =>
  refused ? { ErrorCode: refused === true ? "ThrottlingException" : refused } : { EventId: "1" };

/** The adapter with stubbed services. `bus` and `queue` decide which entries they refuse. */
function onTheWire({
  bus = () => false,
  queue = () => false,
}: {
  bus?: (detail: string) => boolean | string;
  queue?: (letter: Letter) => boolean;
} = {}) {
  const events = stubHandler(({ body }) => ({
    body: {
      Entries: (body.Entries as { Detail: string }[]).map(({ Detail }) => refusal(bus(Detail))),
    },
  }));
  const letters = stubHandler((request) => {
    const [refused, taken] = [true, false].map((is) => lettersIn(request).filter((one) => queue(one) === is));
    const MD5OfMessageBody = ({ MessageBody }: Letter) => createHash("md5").update(MessageBody).digest("hex");
    return {
      body: {
        Successful: taken?.map((one) => ({ Id: one.Id, MessageId: one.Id, MD5OfMessageBody: MD5OfMessageBody(one) })),
        Failed: refused?.map(({ Id }) => ({ Id, Code: "InternalError", SenderFault: false })),
      },
    };
  });
  const rejections = intakeRejections({
    events: new EventBridgeClient({ ...settings, requestHandler: events, maxAttempts: 1 }),
    bus: "jobs",
    sqs: new SQSClient({ ...settings, requestHandler: letters, maxAttempts: 1 }),
    deadLetterUrl: "https://sqs.us-east-1.amazonaws.com/000000000000/dead",
    clock: { now: () => noon, sleep: async () => {} },
  });
  return { rejections, events: events.requests, letters: letters.requests };
}

test("a rejection is an event without the message and a dead letter with it", async () => {
  const { rejections, events, letters } = onTheWire();
  expect(await rejections.reject([rejection()])).toEqual([]);
  const [entry] = events.flatMap(({ body }) => body.Entries as Record<string, string>[]);
  expect(entry).toMatchObject({ EventBusName: "jobs", Source: "ductape.jobs", DetailType: "job.rejected" });
  expect(JSON.parse(entry?.Detail ?? "")).toEqual(detail);
  expect(JobRejectedDetail.parse(detail)).toEqual(detail);
  expect(letters.flatMap(lettersIn)).toMatchObject([
    {
      MessageBody: '{"bdy":1}',
      MessageGroupId: "shop:prd",
      MessageAttributes: {
        code: { StringValue: "INVALID_REQUEST" },
        detail: { StringValue: "The request is not valid.\n/input/bdy: unknown field." },
        source: { StringValue: "sns" },
        message_id: { StringValue: "m1" },
      },
    },
  ]);
});

test("a rejection without a tenant has its source as the dead letter's group", async () => {
  const { rejections, letters } = onTheWire();
  const { product_tag: _, ...unknown } = detail;
  await rejections.reject([{ body: "{", detail: unknown }]);
  expect(letters.flatMap(lettersIn)).toMatchObject([{ MessageGroupId: "sns" }]);
});

test("a rejection that is refused for now is returned", async () => {
  const all = ["a", "b", "c"].map((message_id) => rejection({ message_id }, message_id));
  const { rejections, letters } = onTheWire({
    bus: (sent) => JSON.parse(sent).message_id === "a",
    queue: ({ MessageBody }) => MessageBody === "c",
  });
  const refused = await rejections.reject(all);
  expect(refused.map(({ index }) => index).sort()).toEqual([0, 2]);
  expect(letters.flatMap(lettersIn).map(({ MessageBody }) => MessageBody)).toEqual(["b", "c", "c"]);
});

test("a rejection whose event is refused for good still becomes a dead letter", async () => {
  const all = ["a", "b"].map((message_id) => rejection({ message_id }, message_id));
  const { rejections, letters } = onTheWire({
    bus: (sent) => JSON.parse(sent).message_id === "a" && "MalformedDetail",
  });
  expect(await rejections.reject(all)).toEqual([]);
  expect(letters.flatMap(lettersIn)).toMatchObject([
    { MessageBody: "a", MessageAttributes: { untold: { StringValue: "MalformedDetail" } } },
    { MessageBody: "b" },
  ]);
  expect(letters.flatMap(lettersIn)[1]?.MessageAttributes.untold).toBeUndefined();
});

test("rejections of a megabyte are sent one by one, cut and escaped for SQS", async () => {
  const { rejections, letters } = onTheWire();
  const errors = [{ pointer: "/input/\u0001\ud800", detail: "d".repeat(500) }];
  const large = "é".repeat(524_288);
  expect(await rejections.reject([rejection({ errors }, large), rejection({}, large), rejection()])).toEqual([]);
  const batches = letters.map(lettersIn);
  expect(batches.map((batch) => batch.length)).toEqual([1, 1, 1]);
  for (const [letter] of batches) {
    expect(Buffer.byteLength(letter?.MessageBody ?? "") + 8192).toBeLessThanOrEqual(1_048_576);
    expect(letter?.MessageBody).not.toContain("\ufffd");
  }
  expect(batches[0]?.[0]?.MessageAttributes.detail?.StringValue).toContain("/input/\\u0001\\ud800: ");
});
