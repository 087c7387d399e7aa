import { PolicyStatement, type Role } from "aws-cdk-lib/aws-iam";
import { Stack } from "aws-cdk-lib/core";
import type { JobType } from "../../../lambdas/core/job/job.ts";
import { endpointPrefix, jobsPrefix, keysPartition, statsPrefix, waitsPrefix } from "../../../lambdas/topology.ts";
import { allow, type Capability } from "../../grants/capability.ts";
import { phaseIndex, type StateStack } from "../../stacks/state-stack.ts";
import type { Platform } from "../functions/platform.ts";
import type { JobSchedules } from "../queues/job-schedules.ts";

/** What an entry may do with jobs: one word a capability, each with its actions and the very resources. */
export function accessTo({ state, queues, schedules }: Platform) {
  const { partition, region, account } = Stack.of(schedules);
  /** Their names start with the id of the job (`scheduleName`). */
  const schedulesIn = (group: string) => `arn:${partition}:scheduler:${region}:${account}:schedule/${group}/job_*`;
  const { tableArn } = state.table;
  const jobItems = (action: string) => itemsAccess(state, [action], `${jobsPrefix}*`);
  // As an import already, so that its wildcards can be acknowledged by the name they will have in the template.
  const bucketArn = state.exportValue(state.bucket.bucketArn);
  const objects = (folders: Folder[]) => folders.map((folder) => `${bucketArn}/${folder}`);
  return {
    readJobs: () => jobItems("dynamodb:GetItem"),
    readManyJobs: () => jobItems("dynamodb:BatchGetItem"),
    writeJobs: () => jobItems("dynamodb:PutItem"),
    writeManyJobs: () => jobItems("dynamodb:BatchWriteItem"),
    claimJobs: () => jobItems("dynamodb:UpdateItem"),
    removeJobs: () => jobItems("dynamodb:DeleteItem"),
    readStats: () => statsAccess(state, "dynamodb:Query"),
    countWaits: () => itemsAccess(state, ["dynamodb:UpdateItem"], `${waitsPrefix}*`),
    listJobs: () => allow(["dynamodb:Query"], [`${tableArn}/index/${phaseIndex}`]),
    /** The archived runs of a job, which stand beside its state in the table. */
    listRuns: () => jobItems("dynamodb:Query"),

    readBlobs: (...from: Folder[]) => allow(["s3:GetObject"], objects(from), oneObjectAJob),
    writeBlobs: (...to: Folder[]) => allow(["s3:PutObject"], objects(to), oneObjectAJob),
    removeBlobs: (...from: Folder[]) => removeBlobs(state, ...from),
    /** Without it S3 answers 403 instead of 404 for an object that is gone. */
    missBlobs: () => allow(["s3:ListBucket"], [bucketArn]),

    send: (...types: JobType[]) => {
      const arns = types.map((type) => queues[type].queue.queueArn);
      return allow(["sqs:SendMessage"], arns);
    },
    schedule: () =>
      allow(["scheduler:CreateSchedule"], [schedulesIn(schedules.group.scheduleGroupName)], oneScheduleAnAttempt),
    unschedule: () => allow(["scheduler:DeleteSchedule"], groupsOf(schedules).map(schedulesIn), oneScheduleAnAttempt),
    /**
     * For who may send to every queue by itself: while a deployment goes on, the function is still the version before, which
     * makes schedules with the one role that all types shared.
     */
    passSharedScheduleRole: () => passRoles([schedules.sharedRole]),
    passScheduleRoles: (...types: JobType[]) => passRoles(types.map((type) => schedules.roles[type])),
  };
}

/** What a bucket's folders are called in a policy; the ARN is an import already, as in `accessTo`. */
export const removeBlobs = (state: StateStack, ...from: Folder[]): Capability => {
  const bucketArn = state.exportValue(state.bucket.bucketArn);
  return allow(
    ["s3:DeleteObject"],
    from.map((folder) => `${bucketArn}/${folder}`),
    oneObjectAJob,
  );
};

/** The counters are items beside the jobs: who may count has no way to a job. */
export const statsAccess = (state: StateStack, action: "dynamodb:Query" | "dynamodb:UpdateItem"): Capability =>
  itemsAccess(state, [action], `${statsPrefix}*`);

/** So is what is known of the endpoints of webhooks. */
export const endpointAccess = (state: StateStack): Capability =>
  itemsAccess(state, ["dynamodb:GetItem", "dynamodb:UpdateItem"], `${endpointPrefix}*`);

/** API keys are items beside the jobs too: only the authorizer reads them, and no function of ours makes one. */
export const readApiKeys = (state: StateStack): Capability => itemsAccess(state, ["dynamodb:GetItem"], keysPartition);

/**
 * Jobs, counters, endpoints and API keys share the table; who may do something with the ones has no way to the others. A
 * request that names no item, as a Scan does, would pass the condition: no capability has such an action.
 */
const itemsAccess = ({ table }: StateStack, actions: string[], leadingKeys: string): Capability => ({
  statement: new PolicyStatement({
    actions,
    resources: [table.tableArn],
    conditions: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": [leadingKeys] } },
  }),
});

export const readApiKey = ({ apiKeyArn }: StateStack): Capability =>
  allow(["secretsmanager:GetSecretValue"], [apiKeyArn]);

/** What the bucket is divided into, by the keys that `core` gives its blobs. */
export const folders = {
  inputs: "inputs/*",
  results: "results/*",
  progress: "progress*",
  uploads: "uploads/*",
  imports: "imports/*",
  importReports: "import-reports/*",
} as const;
type Folder = (typeof folders)[keyof typeof folders];

const oneObjectAJob =
  "One object a job or upload in its folder: the keys hold their ids, which nobody knows beforehand.";
const oneScheduleAnAttempt =
  "One schedule an attempt, in the group of this app: the names hold the ids of jobs, which nobody knows beforehand.";

/** Where a job's schedule may be: an earlier version has made it in the group of an earlier name. */
const groupsOf = ({ group, earlierGroupName }: JobSchedules): string[] => [group.scheduleGroupName, earlierGroupName];

/** CreateSchedule hands a role over: to the Scheduler and nobody else. */
const passRoles = (roles: Role[]): Capability => ({
  statement: new PolicyStatement({
    actions: ["iam:PassRole"],
    resources: roles.map(({ roleArn }) => roleArn),
    conditions: { StringEquals: { "iam:PassedToService": "scheduler.amazonaws.com" } },
  }),
});
