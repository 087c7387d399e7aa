import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Duration } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { acknowledge } from "../../grants/acknowledge.ts";

/** How the queues of jobs and their dead letters are alike. */
export const queueDefaults = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true } as const;

/** Long enough that somebody looks: the most that SQS keeps. */
export const deadLetterRetention = Duration.days(14);

/** A queue where undeliverable messages end. Every one of them has its alarm. */
export class DeadLetters extends Queue {
  constructor(scope: Construct, id: string) {
    super(scope, id, { ...queueDefaults, retentionPeriod: deadLetterRetention });
    const because = "This queue is where undeliverable messages end: it is itself a dead-letter queue.";
    acknowledge(this, { "AwsSolutions-SQS3": because, "Serverless-SQSRedrivePolicy": because });
  }
}

/**
 * Dead letters that stay readable while the key of the team's is not to be used, which is what brings them here. They keep
 * the key of SQS; what they hold of the team's is encrypted by then.
 */
export class UnderKeyOfAws extends DeadLetters {}

/**
 * Deliveries of a message before it goes to the dead letters. What fails comes again after 5 s, then 10, 20, ... up to 15
 * minutes (`lambdas/aws/sqs/redelivery.ts`): three hours in all.
 */
export const maxReceiveCount = 20;

/** A queue that a function consumes, and the one that takes the messages which the function could not handle. */
export class JobQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: DeadLetters;

  constructor(scope: Construct, id: string, { consumerTimeout }: { consumerTimeout: Duration }) {
    super(scope, id);
    this.deadLetters = new DeadLetters(this, "DeadLetters");
    this.queue = new Queue(this, "Queue", {
      ...queueDefaults,
      // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
      visibilityTimeout: Duration.seconds(6 * consumerTimeout.toSeconds()),
      // A message moved to the dead letters keeps its age, so it has to be younger there than they are kept.
      retentionPeriod: Duration.days(7),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount },
    });
  }
}
