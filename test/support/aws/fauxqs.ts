import { startFauxqs } from "fauxqs";
import { type JobMessage, type JobType, jobTypes } from "../../../lambdas/core/job.ts";
import { queueName, queuesAt } from "./queues.ts";

export const bucket = "blobs";

/** SQS and S3 in this process, with a queue a job type and a bucket. */
export async function startSqsAndS3() {
  const server = await startFauxqs({ port: 0, logger: false });
  for (const type of jobTypes) server.createQueue(queueName(type));
  server.createBucket(bucket);
  // Its own queue URLs have host names that not every resolver knows.
  const endpoint = `http://127.0.0.1:${server.port}`;
  const messagesIn = (type: JobType) => server.inspectQueue(queueName(type))?.messages;
  const parsed = (messages: { body: string }[] = []): JobMessage[] => messages.map(({ body }) => JSON.parse(body));
  return {
    endpoint,
    queues: queuesAt(endpoint),
    held: async (type: JobType) => ({
      ready: parsed(messagesIn(type)?.ready),
      delayed: parsed(messagesIn(type)?.delayed),
    }),
    stop: () => server.stop(),
  };
}
