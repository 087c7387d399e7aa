import { type EventBus, Match, Rule } from "aws-cdk-lib/aws-events";
import { SqsQueue } from "aws-cdk-lib/aws-events-targets";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Bucket, CfnBucket } from "aws-cdk-lib/aws-s3";
import { Topic } from "aws-cdk-lib/aws-sns";
import { SqsSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Stack, Token } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { eventSource, importPrefix, requestEvent, signalEvent } from "../../../lambdas/topology.ts";
import { queuePlans } from "../../settings/plans.ts";
import { DeadLetters, fedQueue } from "./job-queue.ts";

interface IntakeEndpointsProps {
  /** The bus whose `schedule-job` events are requests. */
  bus: EventBus;
  /** The bucket whose objects below `imports/` contain requests. */
  bucket: Bucket;
}

/**
 * What other services send requests to, and where these wait. It outlives the function: senders keep the addresses they know,
 * and what they send while there is no function waits.
 */
export class IntakeEndpoints extends Construct {
  /** Requests, in any of the envelopes. */
  readonly queue: Queue;
  /** Imports, each as the position it has reached. */
  readonly imports: Queue;
  /** What was refused, what could not be scheduled for hours, and what did not even reach the queue. */
  readonly deadLetters: DeadLetters;
  readonly topic: Topic;
  /** Sends the events that are requests. */
  readonly rule: Rule;

  constructor(scope: Construct, id: string, { bus, bucket }: IntakeEndpointsProps) {
    super(scope, id);
    this.deadLetters = new DeadLetters(this, "DeadLetters");
    this.queue = fedQueue(this, "Queue", queuePlans.intake, this.deadLetters);
    this.imports = fedQueue(this, "Imports", queuePlans.imports, this.deadLetters);
    this.topic = this.subscribedTopic();
    this.rule = this.receiveEventsOf(bus);
    this.receiveNotificationsOf(bucket);
  }

  /** All that a service needs to know of them. */
  get addresses(): string[] {
    const queues = [this.queue, this.imports, this.deadLetters];
    const ofQueues = queues.flatMap(({ queueArn, queueName, queueUrl }) => [queueArn, queueName, queueUrl]);
    return [...ofQueues, this.topic.topicArn, this.rule.ruleArn];
  }

  private subscribedTopic(): Topic {
    const topic = new Topic(this, "Topic", { enforceSSL: true });
    // Messages keep their envelope, whose id stays the same when SNS delivers a message twice.
    topic.addSubscription(new SqsSubscription(this.queue, { deadLetterQueue: this.deadLetters }));
    return topic;
  }

  private receiveEventsOf(bus: EventBus): Rule {
    return new Rule(this, "Requests", {
      description: "Sends events that ask for a job to the intake",
      eventBus: bus,
      eventPattern: { source: Match.anythingBut(eventSource), detailType: [requestEvent, signalEvent] },
      targets: [new SqsQueue(this.queue, { deadLetterQueue: this.deadLetters })],
    });
  }

  /** Set on the bucket itself: the CDK's own way is a function that may change the notifications of every bucket. */
  private receiveNotificationsOf(bucket: Bucket): void {
    const { partition, account } = Stack.of(this);
    this.queue.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal("s3.amazonaws.com")],
        actions: ["sqs:SendMessage"],
        resources: [this.queue.queueArn],
        // S3 checks this before the bucket has its notification, and so before its ARN is known here.
        conditions: {
          StringEquals: { "aws:SourceAccount": account },
          ArnLike: { "aws:SourceArn": `arn:${partition}:s3:::${startOfBucketName(this)}*` },
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

/**
 * CloudFormation lets a bucket's name start like the stack's, in small letters and cut where it is long. It names a nested stack only
 * when it creates it: any bucket of the account then.
 */
function startOfBucketName(scope: Construct): string {
  const { stackName } = Stack.of(scope);
  return Token.isUnresolved(stackName) ? "" : stackName.toLowerCase().slice(0, 20);
}
