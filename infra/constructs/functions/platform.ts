import { Stack } from "aws-cdk-lib/core";
import type { EnvOf, JobsEnv, SealEnv } from "../../../lambdas/aws/start/env.ts";
import { type JobType, jobTypes } from "../../../lambdas/core/job/job.ts";
import { type Config, environmentOf } from "../../settings/config.ts";
import type { JobsState } from "../jobs-state.ts";
import type { JobQueue } from "../queues/job-queue.ts";
import type { JobSchedules } from "../queues/job-schedules.ts";

/** What every function that works with jobs depends on. */
export interface Platform {
  config: Config;
  state: JobsState;
  queues: Record<JobType, JobQueue>;
  /** The queue of the pump. */
  ticks: JobQueue;
  /** The queue of the relay. */
  relays: JobQueue;
  schedules: JobSchedules;
  /** Whether the catalog seals values by which jobs are found: whoever makes or ends jobs needs the key. */
  seals: boolean;
}

/** The environment of a function that works with jobs. */
export function jobsEnvironment(platform: Platform): Required<EnvOf<typeof JobsEnv>> {
  const { config, state, ticks, schedules } = platform;
  return {
    TABLE_NAME: state.table.tableName,
    BUCKET_NAME: state.bucket.bucketName,
    ...environmentOf("jobs", config),
    ...(config.otlpEndpoint !== undefined && { TRACES: "true" }),
    ...(platform.seals && ({ SEAL_SECRET: state.approvalKeyArn } satisfies EnvOf<typeof SealEnv>)),
    QUEUES: queueUrls(platform),
    PUMP_QUEUE_URL: ticks.queue.queueName,
    SCHEDULE_GROUP: schedules.group.scheduleGroupName,
    EARLIER_SCHEDULE_GROUP: schedules.earlierGroupName,
    SCHEDULE_ROLES: byType(platform, (type) => schedules.roles[type].roleArn),
    SCHEDULE_DLQ_ARN: schedules.deadLetters.queueArn,
  };
}

/** The queues of all types, for functions that send to them. */
export const queueUrls = (platform: Platform): string =>
  byType(platform, (type) => ({ url: platform.queues[type].queue.queueUrl }));

const byType = ({ schedules }: Platform, value: (type: JobType) => unknown): string =>
  Stack.of(schedules).toJsonString(Object.fromEntries(jobTypes.map((type) => [type, value(type)])));
