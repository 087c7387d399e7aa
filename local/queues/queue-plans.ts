import { registry } from "../../lambdas/consumers/types/registry.ts";
import { type JobType, jobTypes } from "../../lambdas/core/job/job.ts";
import {
  dlqName,
  intakeDlqName,
  intakeQueues,
  lifecycleDlqName,
  type OutboundQueue,
  outboundQueues,
  queueArn,
  queueName,
  scheduleDlqName,
} from "../runtime/names.ts";

export interface QueuePlan {
  name: string;
  attributes: Record<string, string>;
}

/** What a consumer gets on top of its longest job: to wait for the job's time, and to read and write its state. */
const marginMs = 30_000;

export const consumerTimeoutMs = (type: JobType): number => registry[type].limits.max_timeout_ms + marginMs;

/** The functions that the outbound queues feed. */
export const outboundTimeoutMs: Record<OutboundQueue, number> = { tasks: 30_000, webhooks: 45_000 };

/** AWS's advice for queues that feed a Lambda: six times the function's timeout. */
export const visibilitySeconds = (type: JobType): number => sixTimes(consumerTimeoutMs(type));
const sixTimes = (timeoutMs: number): number => Math.ceil((6 * timeoutMs) / 1000);

/** Deliveries of a message before it goes to the dead-letter queue: what fails comes again after seconds at first. */
const maxReceiveCount = 20;

export const intakeTimeoutMs = 60_000;

const fourteenDays = String(14 * 24 * 3600);
const deadLetters = (name: string): QueuePlan => ({ name, attributes: { MessageRetentionPeriod: fourteenDays } });

const fedQueue = (name: string, dead: string, visibility: number): QueuePlan => ({
  name,
  attributes: {
    VisibilityTimeout: String(visibility),
    MessageRetentionPeriod: fourteenDays,
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn(dead), maxReceiveCount }),
  },
});
const fed = (of: JobType | OutboundQueue, visibility: number) => fedQueue(queueName(of), dlqName(of), visibility);

/**
 * One queue and one dead-letter queue a function, and those of the Scheduler and the stream; the intake has two queues. Dead letters first,
 * for the others name them.
 */
export const queuePlans = (): QueuePlan[] => [
  deadLetters(scheduleDlqName),
  deadLetters(intakeDlqName),
  deadLetters(lifecycleDlqName),
  ...[...jobTypes, ...outboundQueues].map((of) => deadLetters(dlqName(of))),
  ...jobTypes.map((type) => fed(type, visibilitySeconds(type))),
  ...outboundQueues.map((name) => fed(name, sixTimes(outboundTimeoutMs[name]))),
  ...intakeQueues.map((name) => fedQueue(name, intakeDlqName, sixTimes(intakeTimeoutMs))),
];
