import { sqsJobQueue } from "../../../lambdas/aws/sqs/job-queue.ts";
import { startSqsAndS3 } from "../../support/aws/fauxqs.ts";
import { describeJobQueue } from "../../support/conformance/job-queue.ts";

describeJobQueue("SQS", async () => {
  const { sqs, queues, held, stop } = await startSqsAndS3();
  return { queue: sqsJobQueue({ client: sqs, queues }), held, stop };
});
