import { SchedulerClient } from "@aws-sdk/client-scheduler";
import type { Scheduler } from "../../core/ports/scheduler.ts";
import { clientDefaults } from "../client/client-defaults.ts";
import { eventBridgeScheduler } from "../scheduler/scheduler.ts";
import type { JobsEnv, Queues, QueueUrls } from "./env.ts";

export const startScheduler = (env: JobsEnv): Scheduler =>
  eventBridgeScheduler({
    client: new SchedulerClient(clientDefaults),
    queues: withArns(env.QUEUES, env.SCHEDULE_DLQ_ARN),
    group: env.SCHEDULE_GROUP,
    earlierGroup: env.EARLIER_SCHEDULE_GROUP,
    roles: env.SCHEDULE_ROLES,
    deadLetterArn: env.SCHEDULE_DLQ_ARN,
  });

/** The queues of a deployment are in one account and Region, as the dead-letter queue of its schedules is. */
const withArns = (queues: QueueUrls, deadLetterArn: string): Queues =>
  Object.fromEntries(
    Object.entries(queues).map(([type, { url, arn }]) => [
      type,
      { url, arn: arn ?? deadLetterArn.replace(/[^:]*$/, url.slice(url.lastIndexOf("/") + 1)) },
    ]),
  ) as Queues;
