import {
  ConflictException,
  CreateScheduleCommand,
  DeleteScheduleCommand,
  ResourceNotFoundException,
  type SchedulerClient,
} from "@aws-sdk/client-scheduler";
import type { Scheduler } from "../../core/ports/ports.ts";
import { withClassifiedErrors } from "../client/aws-errors.ts";
import type { Queues, ScheduleRoles } from "../start/env.ts";

export interface EventBridgeSchedulerOptions {
  client: SchedulerClient;
  queues: Queues;
  /** The schedule group that holds all our schedules. */
  group: string;
  /** The group in which an earlier version of the deployment made them; those of open jobs may still be there. */
  earlierGroup?: string | undefined;
  /** As whom EventBridge Scheduler sends to the queue of each type. */
  roles: ScheduleRoles;
  /** The queue that takes what could not be delivered. */
  deadLetterArn: string;
}

/** As long and as often as the Scheduler tries at all: the reconciler sees the job long before that. */
const retries = { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 };

/** One-time schedules with SQS as templated target. */
export function eventBridgeScheduler(options: EventBridgeSchedulerOptions): Scheduler {
  const { client, queues, group, earlierGroup, roles, deadLetterArn } = options;
  const remove = (name: string, from: string) =>
    client.send(new DeleteScheduleCommand({ Name: name, GroupName: from }));
  return withClassifiedErrors<Scheduler>({
    async schedule(name, at, type, message) {
      const create = new CreateScheduleCommand({
        Name: name,
        GroupName: group,
        ScheduleExpression: `at(${new Date(at * 1000).toISOString().slice(0, "YYYY-MM-DDTHH:MM:SS".length)})`,
        ScheduleExpressionTimezone: "UTC",
        FlexibleTimeWindow: { Mode: "OFF" },
        ActionAfterCompletion: "DELETE",
        Target: {
          Arn: queues[type].arn,
          RoleArn: roles[type],
          Input: JSON.stringify(message),
          RetryPolicy: retries,
          DeadLetterConfig: { Arn: deadLetterArn },
        },
      });
      await client.send(create).catch(unless(ConflictException));
    },

    async unschedule(name) {
      const absent = unless(ResourceNotFoundException);
      await remove(name, group).catch(async (error: unknown) => {
        absent(error);
        if (earlierGroup !== undefined) await remove(name, earlierGroup).catch(absent);
      });
    },
  });
}

/** What is already as it should be: the name is the key, so a repetition changes nothing. */
const unless = (expected: typeof ConflictException | typeof ResourceNotFoundException) => (error: unknown) => {
  if (!(error instanceof expected)) throw error;
};
