import type { AddressInfo } from "node:net";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { buildApp } from "fauxqs";
import { queueName, queuesAt } from "../../../bench/support/aws.ts";
import { type JobMessage, type JobType, jobTypes } from "../../../lambdas/core/job/job.ts";
import { settings } from "./client-settings.ts";

export const bucket = "blobs";

interface Inspected {
  messages: { ready: { body: string }[]; delayed: { body: string }[] };
}

/** SQS and S3 in this process, with one queue per job type and one bucket. */
export async function startSqsAndS3() {
  // Not `startFauxqs`: it listens on every interface.
  const app = buildApp({ logger: false });
  await app.listen({ host: "127.0.0.1", port: 0 });
  // The queue URLs that it makes have host names that not every resolver knows; `queuesAt` and path style avoid them.
  const endpoint = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const sqs = new SQSClient({ ...settings, endpoint });
  const s3 = new S3Client({ ...settings, endpoint, forcePathStyle: true });
  await Promise.all(jobTypes.map((type) => sqs.send(new CreateQueueCommand({ QueueName: queueName(type) }))));
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  return {
    endpoint,
    sqs,
    s3,
    queues: queuesAt(endpoint),
    /** What a queue holds, read without receiving it. */
    async held(type: JobType) {
      const response = await fetch(`${endpoint}/_fauxqs/queues/${queueName(type)}`);
      const { messages } = (await response.json()) as Inspected;
      return { ready: parsed(messages.ready), delayed: parsed(messages.delayed) };
    },
    async stop() {
      sqs.destroy();
      s3.destroy();
      await app.close();
    },
  };
}

const parsed = (messages: { body: string }[]): JobMessage[] => messages.map(({ body }) => JSON.parse(body));
