import { type EventBus, Match, Rule } from "aws-cdk-lib/aws-events";
import { SqsQueue } from "aws-cdk-lib/aws-events-targets";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Bucket, CfnBucket } from "aws-cdk-lib/aws-s3";
import { Topic } from "aws-cdk-lib/aws-sns";
import { SqsSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { Duration, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { importPrefix } from "../../../lambdas/topology.ts";
import { DeadLetters, maxReceiveCount, queueDefaults } from "./job-queue.ts";

/** The intake's Lambda timeout: an import stops before and goes on by a message, a request takes a second. */
export const intakeTimeout = Duration.seconds(60);

export interface IntakeEndpointsProps {
  /** Whose `schedule-job` events are requests. */
  bus: EventBus;
  /** Whose objects below `imports/` are full of requests. */
  bucket: Bucket;
}

/**
 * What other services know of the intake, and what waits for it. It outlives the function: those who send keep their
 * addresses, and what they send while there is no function waits.
 */
export class IntakeEndpoints extends Construct {
  /** Requests, in whatever envelope. */
  readonly queue: Queue;
  /** Imports, each by the place that it has come to. */
  readonly imports: Queue;
  /** What was refused, what could not be scheduled for hours, and what did not even get into the queue. */
  readonly deadLetters: Queue;
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { bus, bucket }: IntakeEndpointsProps) {
    super(scope, id);
    this.deadLetters = new DeadLetters(this, "DeadLetters");
    this.queue = this.fedQueue("Queue");
    this.imports = this.fedQueue("Imports");
    this.topic = this.subscribedTopic();
    this.takeEventsOf(bus);
    this.takeNewsOf(bucket);
  }

  private fedQueue(id: string): Queue {
    return new Queue(this, id, {
      ...queueDefaults,
      // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
      visibilityTimeout: Duration.seconds(6 * intakeTimeout.toSeconds()),
      // A message moved to the dead letters keeps its age, so it has to be younger there than they are kept.
      retentionPeriod: Duration.days(7),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount },
    });
  }

  private subscribedTopic(): Topic {
    const topic = new Topic(this, "Topic", { enforceSSL: true });
    // In its envelope, which has the id that stays the same when SNS delivers a message twice.
    topic.addSubscription(new SqsSubscription(this.queue, { deadLetterQueue: this.deadLetters }));
    return topic;
  }

  private takeEventsOf(bus: EventBus): void {
    new Rule(this, "Requests", {
      description: "Events that ask for a job go to the intake",
      eventBus: bus,
      eventPattern: { source: Match.anythingBut("ductape.jobs"), detailType: ["schedule-job"] },
      targets: [new SqsQueue(this.queue, { deadLetterQueue: this.deadLetters })],
    });
  }

  /** Set on the bucket itself: the CDK's own way is a function that may change the notifications of every bucket. */
  private takeNewsOf(bucket: Bucket): void {
    const { partition, account } = Stack.of(this);
    this.queue.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal("s3.amazonaws.com")],
        actions: ["sqs:SendMessage"],
        resources: [this.queue.queueArn],
        // S3 asks for this before the bucket has its notification, and so before the bucket's ARN is known here; its name
        // starts as the stack's does.
        conditions: {
          StringEquals: { "aws:SourceAccount": account },
          ArnLike: { "aws:SourceArn": `arn:${partition}:s3:::ductape-jobs-*` },
        },
      }),
    );
    (bucket.node.defaultChild as CfnBucket).notificationConfiguration = {
      queueConfigurations: [
        {
          event: "s3:ObjectCreated:*",
          queue: this.queue.queueArn,
          filter: { s3Key: { rules: [{ name: "prefix", value: importPrefix }] } },
        },
      ],
    };
    bucket.node.addDependency(this.queue);
  }
}
