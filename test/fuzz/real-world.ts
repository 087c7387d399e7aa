import { dynamoJobStore } from "../../lambdas/aws/dynamodb/job-store.ts";
import { dynamoStatsStore } from "../../lambdas/aws/dynamodb/stats-store.ts";
import { s3BlobStore } from "../../lambdas/aws/s3/blob-store.ts";
import { sqsJobQueue } from "../../lambdas/aws/sqs/job-queue.ts";
import { startDynamo, table } from "../support/aws/dynamo.ts";
import { bucket, startSqsAndS3 } from "../support/aws/fauxqs.ts";
import { someJobs, type World, world } from "./world.ts";

/** Worlds whose jobs, queues and blobs use the AWS adapters, against servers in this process. */
export async function startRealWorld() {
  const [dynamo, aws] = await Promise.all([startDynamo(), startSqsAndS3()]);
  const services = {
    jobs: dynamoJobStore({ client: dynamo.client, table, retentionDays: 30 }),
    stats: dynamoStatsStore({ client: dynamo.client, table }),
    queue: sqsJobQueue({ client: aws.sqs, queues: aws.queues }),
    blobs: s3BlobStore({ client: aws.s3, bucket }),
  };
  return {
    async newWorld(): Promise<World> {
      const jobs = someJobs();
      await services.jobs.createMany(jobs);
      return world(services, jobs);
    },
    async stop() {
      await dynamo.stop();
      await aws.stop();
    },
  };
}
