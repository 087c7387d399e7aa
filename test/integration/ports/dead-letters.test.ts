import { DeleteMessageCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { sqsDeadLetters } from "../../../lambdas/aws/sqs/dead-letters.ts";
import { startSqsAndS3 } from "../../support/aws/fauxqs.ts";
import { describeDeadLetters } from "../../support/conformance/dead-letters.ts";

describeDeadLetters("SQS", async () => {
  const { sqs, queues, stop } = await startSqsAndS3();
  const { url } = queues.action;
  const asked = { QueueUrl: url, MaxNumberOfMessages: 10, MessageAttributeNames: ["All"] };
  return {
    deadLetters: sqsDeadLetters({ client: sqs, url }),
    async kept() {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(asked));
      for (const { ReceiptHandle } of Messages)
        await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
      return Messages.map(({ Body = "", MessageAttributes = {} }) => ({
        body: JSON.parse(Body),
        code: MessageAttributes.code?.StringValue ?? "",
        detail: MessageAttributes.detail?.StringValue ?? "",
      }));
    },
    stop,
  };
});
