import type { CfnQueue, Queue } from "aws-cdk-lib/aws-sqs";
import { Duration } from "aws-cdk-lib/core";

/** The longest delay of a message. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const longestDelay = Duration.minutes(15);
const tolerance = Duration.minutes(5);

/**
 * The age in seconds from which a message is overdue. A message may wait in a queue until it is due (AWS does not say whether
 * that counts as age), and for another visibility timeout if its consumer crashed. An early message is sent again, so its age
 * starts again.
 */
export function overdueAgeSeconds({ node }: Queue): number {
  const { visibilityTimeout = 30 } = node.defaultChild as CfnQueue;
  return longestDelay.toSeconds() + visibilityTimeout + tolerance.toSeconds();
}
