import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { ArnFormat, Stack } from "aws-cdk-lib/core";
import type { JobType } from "../../lambdas/core/job.ts";
import { phaseIndex, type StateStack } from "../stacks/state-stack.ts";
import type { Platform } from "./platform.ts";

const allow = (actions: string[], ...resources: string[]) => new PolicyStatement({ actions, resources });

/** What an entry may do with jobs, one capability a word; each names its actions and the very resources. */
export function accessTo({ state, queues, schedules }: Platform) {
  const { table, bucket } = state;
  const { tableArn } = table;
  const { group, role } = schedules;
  const schedulesOfJobs = Stack.of(schedules).formatArn({
    service: "scheduler",
    resource: "schedule",
    // Their names are derived from the job's id (`scheduleName`).
    resourceName: `${group.scheduleGroupName}/job_*`,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
  return {
    readJobs: () => allow(["dynamodb:GetItem"], tableArn),
    writeJobs: () => allow(["dynamodb:PutItem"], tableArn),
    claimJobs: () => allow(["dynamodb:UpdateItem"], tableArn),
    removeJobs: () => allow(["dynamodb:DeleteItem"], tableArn),
    listJobs: () => allow(["dynamodb:Query"], `${tableArn}/index/${phaseIndex}`),
    send: (...types: JobType[]) => allow(["sqs:SendMessage"], ...types.map((type) => queues[type].queue.queueArn)),
    schedule: () => allow(["scheduler:CreateSchedule"], schedulesOfJobs),
    unschedule: () => allow(["scheduler:DeleteSchedule"], schedulesOfJobs),
    /** CreateSchedule hands the role over; to the Scheduler and nobody else. */
    passScheduleRole: () =>
      new PolicyStatement({
        actions: ["iam:PassRole"],
        resources: [role.roleArn],
        conditions: { StringEquals: { "iam:PassedToService": "scheduler.amazonaws.com" } },
      }),
    writeBlobs: (...folders: Folder[]) => allow(["s3:PutObject"], ...folders.map((f) => bucket.arnForObjects(f))),
    readBlobs: (...folders: Folder[]) => allow(["s3:GetObject"], ...folders.map((f) => bucket.arnForObjects(f))),
    /** Without it S3 answers 403 instead of 404 for an object that is gone. */
    missBlobs: () => allow(["s3:ListBucket"], bucket.bucketArn),
  };
}

export const readApiKey = ({ apiKey }: StateStack) => allow(["secretsmanager:GetSecretValue"], apiKey.secretArn);

/** What the bucket is divided into, by the keys that `core` gives its blobs. */
export const folders = { inputs: "inputs/*", results: "results/*", progress: "progress*" } as const;
type Folder = (typeof folders)[keyof typeof folders];

/** For cdk-nag: the wildcards in the capabilities above. */
export const accessReasons = {
  job: "One object a job under its folder: the keys hold the ids of jobs, which are not known beforehand.",
  schedule: "One schedule an attempt, in the group that belongs to this app: the names hold the ids of jobs.",
} as const;
