import type { CfnQueue, Queue } from "aws-cdk-lib/aws-sqs";
import { Duration } from "aws-cdk-lib/core";

/** The longest delay of a message. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const longestDelay = Duration.minutes(15);

/**
 * A message may lie in a queue because it is not due (AWS does not say whether that time is part of its age), and once
 * more until the visibility timeout if its consumer crashed. Only one that is older than both by five minutes is not taken
 * in time. An early message is sent anew, so its age begins anew.
 */
export function oldestSeconds({ node }: Queue): number {
  const { visibilityTimeout = 30 } = node.defaultChild as CfnQueue;
  return longestDelay.toSeconds() + visibilityTimeout + Duration.minutes(5).toSeconds();
}
