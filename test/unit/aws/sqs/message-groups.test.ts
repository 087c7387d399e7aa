import { createHash } from "node:crypto";
import { glob, readFile } from "node:fs/promises";
import { SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, test } from "@jest/globals";
import { queuesAt } from "../../../../bench/support/aws.ts";
import { intakeRejections } from "../../../../lambdas/aws/eventbridge/rejections.ts";
import { sqsImportQueue } from "../../../../lambdas/aws/sqs/import-queue.ts";
import { sqsJobQueue } from "../../../../lambdas/aws/sqs/job-queue.ts";
import { sqsMessages } from "../../../../lambdas/aws/sqs/message-queue.ts";
import { firstCursor } from "../../../../lambdas/core/job/import-cursor.ts";
import { jobTypes } from "../../../../lambdas/core/job/job.ts";
import type { JobRejectedDetail } from "../../../../lambdas/core/job/job-rejected.ts";
import { settings } from "../../../support/aws/client-settings.ts";
import { startEventsService } from "../../../support/aws/events-service.ts";
import { type Captured, stubHandler } from "../../../support/aws/stub-handler.ts";
import { aMessage, noon } from "../../../support/builders.ts";

const origin = "https://sqs.us-east-1.amazonaws.com";
const url = `${origin}/000000000000/queue`;
const options = (group: string) => ({ delaySeconds: 0, group });
const cursorIn = (folder: string) => firstCursor({ key: `imports/${folder}/a`, etag: "e", size: 1, put_at: noon });

/** Everything that sends to SQS. The last test finds a sender that is missing here. */
const senders: Record<string, (client: SQSClient, group: string) => Promise<unknown>> = {
  ...Object.fromEntries(
    jobTypes.flatMap((type) => [
      [`a ${type} job`, (client, group) => queueOf(client).send(type, aMessage(), options(group))],
      [
        `many ${type} jobs`,
        (client, group) => queueOf(client).sendMany(type, [{ message: aMessage(), ...options(group) }]),
      ],
    ]),
  ),
  "a message of any other queue": (client, group) => sqsMessages({ client, url }).send({}, options(group)),
  "many messages of any other queue": (client, group) =>
    sqsMessages({ client, url }).sendMany([{ message: {}, ...options(group) }]),
  "an import": (client, group) => sqsImportQueue({ client, url }).proceed(cursorIn(group), 0),
};
const queueOf = (client: SQSClient) => sqsJobQueue({ client, queues: queuesAt(origin) });

const md5 = (text: unknown) => createHash("md5").update(String(text)).digest("hex");
type Wire = { Id?: string; MessageBody: string; MessageGroupId?: string };
const sentIn = ({ body }: Captured) => (body.Entries ?? [body]) as Wire[];
const answer = (request: Captured) => {
  const taken = sentIn(request).map(({ Id, MessageBody }) => ({
    Id,
    MessageId: "1",
    MD5OfMessageBody: md5(MessageBody),
  }));
  return { body: request.body.Entries ? { Successful: taken } : taken[0] };
};

/** The groups that SQS accepts. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const group = /^[\x21-\x7e]{1,128}$/;

describe.each(Object.entries(senders))("%s", (_, send) => {
  test.each(["shop:prd", `${"p".repeat(100)}:${"e".repeat(100)}`, "ключ with blanks", ""])(
    "has the group %j in a form that SQS accepts",
    async (tenant) => {
      const requestHandler = stubHandler(answer);
      await send(new SQSClient({ ...settings, requestHandler, maxAttempts: 1 }), tenant);
      const sent = requestHandler.requests.flatMap(sentIn);
      expect(sent).toHaveLength(1);
      expect(sent[0]?.MessageGroupId).toMatch(group);
      if (group.test(tenant)) expect(sent[0]?.MessageGroupId).toBe(tenant);
    },
  );
});

test("a dead letter of the intake has the group of its tenant, or of its source", async () => {
  const requestHandler = stubHandler(answer);
  const sqs = new SQSClient({ ...settings, requestHandler, maxAttempts: 1 });
  const { client: events, stop } = await startEventsService();
  const clock = { now: () => noon, sleep: async () => {} };
  const { reject } = intakeRejections({ events, bus: "jobs", sqs, deadLetterUrl: url, clock });
  const detail: JobRejectedDetail = {
    code: "INVALID_REQUEST",
    message: "m",
    errors: [],
    source: "sqs",
    message_id: "1",
  };
  await reject([
    { detail, body: "{" },
    { detail: { ...detail, product_tag: "shop", env: "prd" }, body: "{}" },
  ]);
  await stop();
  expect(requestHandler.requests.flatMap(sentIn).map(({ MessageGroupId }) => MessageGroupId)).toEqual([
    "sqs",
    "shop:prd",
  ]);
});

test("only the known senders send to SQS", async () => {
  const found: string[] = [];
  for await (const file of glob("lambdas/**/*.ts")) {
    if (/SendMessage(Batch)?Command\(/.test(await readFile(file, "utf8"))) found.push(file);
  }
  expect(found.sort()).toEqual([
    "lambdas/aws/sqs/message-queue.ts",
    "lambdas/aws/sqs/send-in-batches.ts",
    "lambdas/consumers/types/publish/brokers/sqs.ts",
  ]);
});
