import { eventBridgeSender } from "./eventbridge.ts";
import { snsSender } from "./sns.ts";
import { sqsSender } from "./sqs.ts";

/** The senders of AWS's brokers, which keep a client per region while this Lambda is warm. */
export interface AwsSenders {
  sqs: ReturnType<typeof sqsSender>;
  sns: ReturnType<typeof snsSender>;
  eventbridge: ReturnType<typeof eventBridgeSender>;
}

export const awsSenders = (): AwsSenders => ({
  sqs: sqsSender(),
  sns: snsSender(),
  eventbridge: eventBridgeSender(),
});
