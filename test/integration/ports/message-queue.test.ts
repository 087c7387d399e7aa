import { sqsMessages } from "../../../lambdas/aws/sqs/message-queue.ts";
import { startSqsAndS3 } from "../../support/aws/fauxqs.ts";
import { describeMessageQueue, type Text } from "../../support/conformance/message-queue.ts";

describeMessageQueue("SQS", async () => {
  const { sqs, queues, held, stop } = await startSqsAndS3();
  return {
    queue: sqsMessages<Text>({ client: sqs, url: queues.action.url }),
    async held() {
      const { ready, delayed } = await held("action");
      return [...ready, ...delayed] as unknown[] as Text[];
    },
    // Larger than any message may be.
    untakable: { text: "x".repeat(1_048_577) },
    stop,
  };
});
