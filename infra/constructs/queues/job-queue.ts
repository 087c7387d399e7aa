import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Duration } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { deadLetterRetentionDays, type QueuePlan } from "../../../lambdas/topology.ts";
import { acknowledge } from "../../grants/acknowledge.ts";

/**
 * What queues and dead-letter queues have in common. TLS takes a policy of each, some 20 resources: the statements of a policy of SQS are
 * about its own queue, and a deployment that joined them would delete the single policies last, which leaves their queues without any.
 */
const queueDefaults = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true } as const;

/** A queue for undeliverable messages. Every one of them has an alarm. */
export class DeadLetters extends Queue {
  constructor(scope: Construct, id: string) {
    super(scope, id, { ...queueDefaults, retentionPeriod: Duration.days(deadLetterRetentionDays) });
    const because = "This is itself a dead-letter queue: undeliverable messages end here.";
    acknowledge(this, { "AwsSolutions-SQS3": because, "Serverless-SQSRedrivePolicy": because });
  }
}

/**
 * Dead letters that stay readable while the team's KMS key cannot be used, which is the reason they are here. The queue keeps
 * the encryption of SQS; the team's data in the messages is encrypted already.
 */
export class SqsEncryptedDeadLetters extends DeadLetters {}

/** A queue that feeds a function, as the topology plans it. */
export const fedQueue = (
  scope: Construct,
  id: string,
  { visibilitySeconds, retentionSeconds, receives }: QueuePlan,
  deadLetters: DeadLetters,
): Queue =>
  new Queue(scope, id, {
    ...queueDefaults,
    visibilityTimeout: Duration.seconds(visibilitySeconds),
    retentionPeriod: Duration.seconds(retentionSeconds),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: receives },
  });

/** A queue that feeds a function, and a dead-letter queue of its own for the messages that the function could not handle. */
export class JobQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: DeadLetters;

  constructor(scope: Construct, id: string, plan: QueuePlan) {
    super(scope, id);
    this.deadLetters = new DeadLetters(this, "DeadLetters");
    this.queue = fedQueue(this, "Queue", plan, this.deadLetters);
  }
}
