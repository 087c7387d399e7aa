import { registry } from "../lambdas/consumers/registry.ts";
import { type JobType, jobTypes } from "../lambdas/core/job.ts";
import {
  dlqName,
  importQueueName,
  intakeDlqName,
  intakeQueueName,
  queueArn,
  queueName,
  scheduleDlqName,
} from "./names.ts";

export interface QueuePlan {
  name: string;
  attributes: Record<string, string>;
}

/** What a consumer gets on top of its longest job: to wait for the job's time, and to read and write its state. */
const marginMs = 30_000;

export const consumerTimeoutMs = (type: JobType): number => registry[type].limits.max_timeout_ms + marginMs;

/** AWS's advice for queues that feed a Lambda: six times the function's timeout. */
export const visibilitySeconds = (type: JobType): number => Math.ceil((6 * consumerTimeoutMs(type)) / 1000);

/** Deliveries of a message before it goes to the dead-letter queue. */
export const maxReceiveCount = 5;

export const intakeTimeoutMs = 60_000;
/** Messages of the intake come again after seconds at first: many deliveries are three hours. */
const intakeReceiveCount = 20;

const fourteenDays = String(14 * 24 * 3600);
const deadLetters = (name: string): QueuePlan => ({ name, attributes: { MessageRetentionPeriod: fourteenDays } });

const intake = (name: string): QueuePlan => ({
  name,
  attributes: {
    VisibilityTimeout: String((6 * intakeTimeoutMs) / 1000),
    MessageRetentionPeriod: fourteenDays,
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: queueArn(intakeDlqName),
      maxReceiveCount: intakeReceiveCount,
    }),
  },
});

/** A queue and a dead-letter queue a type, the Scheduler's and the intake's; dead letters first, for the others name them. */
export const queuePlans = (): QueuePlan[] => [
  deadLetters(scheduleDlqName),
  deadLetters(intakeDlqName),
  intake(intakeQueueName),
  intake(importQueueName),
  ...jobTypes.map((type) => deadLetters(dlqName(type))),
  ...jobTypes.map((type) => ({
    name: queueName(type),
    attributes: {
      VisibilityTimeout: String(visibilitySeconds(type)),
      MessageRetentionPeriod: fourteenDays,
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn(dlqName(type)), maxReceiveCount }),
    },
  })),
];
