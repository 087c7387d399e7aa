import { SchedulerClient } from "@aws-sdk/client-scheduler";
import type { Scheduler } from "../../core/ports/ports.ts";
import { clientDefaults } from "../client/client-defaults.ts";
import { eventBridgeScheduler } from "../scheduler/scheduler.ts";
import type { JobsEnv } from "./env.ts";

export const startScheduler = (env: JobsEnv): Scheduler =>
  eventBridgeScheduler({
    client: new SchedulerClient(clientDefaults),
    queues: env.QUEUES,
    group: env.SCHEDULE_GROUP,
    earlierGroup: env.EARLIER_SCHEDULE_GROUP,
    roles: env.SCHEDULE_ROLES,
    deadLetterArn: env.SCHEDULE_DLQ_ARN,
  });
