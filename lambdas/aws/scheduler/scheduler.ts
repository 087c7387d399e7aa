import {
  ConflictException,
  CreateScheduleCommand,
  DeleteScheduleCommand,
  ResourceNotFoundException,
  type SchedulerClient,
} from "@aws-sdk/client-scheduler";
import type { Scheduler } from "../../core/ports/scheduler.ts";
import { withClassifiedErrors } from "../client/aws-errors.ts";
import type { Queues, ScheduleRoles } from "../start/env.ts";

interface EventBridgeSchedulerOptions {
  client: SchedulerClient;
  queues: Queues;
  /** The schedule group that holds all our schedules. */
  group: string;
  /** The group that an earlier version of the deployment used; it may still contain schedules of pending jobs. */
  earlierGroup?: string | undefined;
  /** The roles with which EventBridge Scheduler sends to the queue of each type. */
  roles: ScheduleRoles;
  /** The queue for messages that could not be delivered. */
  deadLetterArn: string;
}

/** The limits of EventBridge Scheduler. The reconciler dispatches the job again long before they are reached. */
const retries = { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 };

/** Creates one-time schedules whose templated target is SQS. */
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

/** Ignores the error that says that nothing is left to do. Names identify schedules, so a repeated call changes nothing. */
const unless = (expected: typeof ConflictException | typeof ResourceNotFoundException) => (error: unknown) => {
  if (!(error instanceof expected)) throw error;
};
