import { SQSClient } from "@aws-sdk/client-sqs";
import { sqsJobQueue } from "../../../lambdas/aws/sqs-job-queue.ts";
import { settings } from "../../support/aws/client-settings.ts";
import { startSqsAndS3 } from "../../support/aws/fauxqs.ts";
import { describeJobQueue } from "../../support/conformance/job-queue.ts";

describeJobQueue("SQS", async () => {
  const { endpoint, queues, held, stop } = await startSqsAndS3();
  const client = new SQSClient({ ...settings, endpoint });
  return { queue: sqsJobQueue({ client, queues }), held, stop };
});
