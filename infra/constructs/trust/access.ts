import { PolicyStatement, type Role } from "aws-cdk-lib/aws-iam";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Stack } from "aws-cdk-lib/core";
import type { JobType } from "../../../lambdas/core/job/job.ts";
import {
  approvalsPrefix,
  auditPrefix,
  bundlesPartition,
  bundlesPrefix,
  causesPrefix,
  definitionsPrefix,
  duePrefix,
  endpointPrefix,
  errorsPrefix,
  gatePrefix,
  hookDeliveriesPrefix,
  importPrefix,
  inputsPrefix,
  jobsPrefix,
  keysPartition,
  logsPrefix,
  openOperationsPartition,
  operationPrefix,
  operationsPrefix,
  parkedPrefix,
  partitionKey,
  pausesPartition,
  phaseIndex,
  pinsPrefix,
  progressPrefix,
  pumpPrefix,
  ratesPrefix,
  reportPrefix,
  resultCachePrefix,
  resultsPrefix,
  rollUpPartition,
  roundsPartition,
  runsPrefix,
  schedulesPartition,
  searchPrefix,
  sentDeliveriesPrefix,
  sharedKeysPrefix,
  signalsPrefix,
  sortKey,
  spentPrefix,
  statsPrefix,
  unscheduledPrefix,
  uploadsPrefix,
  waitsPrefix,
  watchedPartition,
} from "../../../lambdas/topology.ts";
import { allow, allowIf, type Capability } from "../../grants/capability.ts";
import type { Platform } from "../functions/platform.ts";
import type { JobsState } from "../jobs-state.ts";
import type { JobSchedules } from "../queues/job-schedules.ts";

/** What a function may do with jobs: a name per capability, each with its actions and its exact resources. */
export function accessTo({ state, queues, ticks, relays, schedules, seals }: Platform) {
  const { partition, region, account } = Stack.of(schedules);
  /** The names of schedules start with the id of their job (`scheduleName`). */
  const schedulesIn = (group: string) => `arn:${partition}:scheduler:${region}:${account}:schedule/${group}/job_*`;
  const { tableArn } = state.table;
  const jobItems = (action: string) => itemsAccess(state, [action], `${jobsPrefix}*`);
  // As an import value already, so that the wildcards can be acknowledged by the name that they will have in the template.
  const bucketArn = state.imported(state.bucket.bucketArn);
  const objects = (folders: Folder[]) => folders.map((folder) => `${bucketArn}/${folder}`);
  const schedule = () =>
    allow(["scheduler:CreateSchedule"], [schedulesIn(schedules.group.scheduleGroupName)], oneSchedulePerAttempt);
  const countDueJobs = () => itemsAccess(state, ["dynamodb:UpdateItem"], `${duePrefix}*`);
  const keepUnscheduled = () => itemsAccess(state, ["dynamodb:PutItem"], `${unscheduledPrefix}*`);
  const passScheduleRoles = (types: readonly JobType[]) => passRoles(types.map((type) => schedules.roles[type]));
  return {
    readJobs: () => jobItems("dynamodb:GetItem"),
    readManyJobs: () => jobItems("dynamodb:BatchGetItem"),
    writeJobs: () => jobItems("dynamodb:PutItem"),
    writeManyJobs: () => jobItems("dynamodb:BatchWriteItem"),
    claimJobs: () => jobItems("dynamodb:UpdateItem"),
    removeJobs: () => jobItems("dynamodb:DeleteItem"),
    useEndpoints: () => endpointAccess(state),
    /** Whoever runs or shows jobs reads what is paused. */
    readPauses: () => itemsAccess(state, ["dynamodb:Query"], pausesPartition),
    changePauses: () => itemsAccess(state, pauseActions, pausesPartition),
    /** The same, and gives back the place of an operation that the same request has begun before. */
    changePausesAndLeaveOperations: () => itemsAccess(state, pauseActions, pausesPartition, openOperationsPartition),
    followSchedules: () => itemsAccess(state, ["dynamodb:GetItem", "dynamodb:PutItem"], schedulesPartition),
    /** How far the rounds of the reconciler have come, and what the last one has found. */
    keepRounds: () => itemsAccess(state, ["dynamodb:GetItem", "dynamodb:PutItem"], roundsPartition, rollUpPartition),
    /** Which job has a key of `debounce` or `unique`, and messages to runs with who waits for them. */
    useSharedKeysAndSendSignals: () => itemsAccess(state, sharedActions, `${sharedKeysPrefix}*`, `${signalsPrefix}*`),
    /** The same, and the approvals that are open. In one statement, since the API's policy has hardly room for another. */
    useSharedKeysSignalsAndApprovals: () =>
      itemsAccess(
        state,
        sharedActions,
        `${sharedKeysPrefix}*`,
        `${signalsPrefix}*`,
        `${approvalsPrefix}*`,
        // What is open of incidents.
        watchedPartition,
        // Who has changed what.
        `${auditPrefix}*`,
        // Operations on many jobs, the lists of them, and those that are not over.
        `${operationPrefix}*`,
        `${openOperationsPartition}*`,
      ),
    /** The runs of features wait for messages, and for the decisions of people. */
    awaitSignals: () =>
      itemsAccess(
        state,
        ["dynamodb:Query", "dynamodb:PutItem", "dynamodb:DeleteItem"],
        `${signalsPrefix}*`,
        `${approvalsPrefix}*`,
      ),
    /** Which runs answer others of their cache tag. */
    useResultCache: () => itemsAccess(state, ["dynamodb:BatchGetItem", "dynamodb:PutItem"], `${resultCachePrefix}*`),
    /** What runs of features keep. */
    keepDefinitions: () => itemsAccess(state, ["dynamodb:GetItem", "dynamodb:UpdateItem"], `${definitionsPrefix}*`),
    readDefinitions: () => itemsAccess(state, ["dynamodb:GetItem"], `${definitionsPrefix}*`),
    /** Slots, starts and lines, and the numbers that people have pinned. */
    useGates: () => itemsAccess(state, gateActions, `${gatePrefix}*`),
    /** Whoever cancels or moves a job takes it off the lines of its limits. */
    leaveLines: () => itemsAccess(state, ["dynamodb:DeleteItem"], `${gatePrefix}*`),
    /** Whom the pumps have called, and how long their lines are. */
    usePumps: () => itemsAccess(state, ["dynamodb:GetItem", "dynamodb:PutItem"], `${pumpPrefix}*`),
    /** What the API shows of limits and of what runs keep. In one statement, since its policy has hardly room for another. */
    seeLimitsAndDefinitions: () =>
      itemsAccess(
        state,
        ["dynamodb:GetItem"],
        `${pumpPrefix}*`,
        `${definitionsPrefix}*`,
        `${pinsPrefix}*`,
        `${causesPrefix}*`,
        `${hookDeliveriesPrefix}*`,
        `${sentDeliveriesPrefix}*`,
        // What the reconciler has found last.
        rollUpPartition,
      ),
    /** Sets the pump of a gate going. */
    tick: () => allow(["sqs:SendMessage"], [ticks.queue.queueArn]),
    /** The same, tells operations to go on, and has webhooks sent again. In one statement for the same reason. */
    tickBeginOperationsAndResend: (webhooks: Queue) =>
      allow(["sqs:SendMessage"], [ticks.queue.queueArn, state.intake.imports.queueArn, webhooks.queueArn]),
    goOn: () => allow(["sqs:SendMessage"], [state.intake.imports.queueArn]),
    /** Operations that are not over: their messages are sent again, and their places are freed. */
    lookAfterOperations: () =>
      itemsAccess(
        state,
        ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:DeleteItem"],
        `${operationPrefix}*`,
        openOperationsPartition,
      ),
    /** Operations, the pages of what they have not changed, and their places. */
    workOnOperations: () =>
      itemsAccess(
        state,
        ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"],
        `${operationPrefix}*`,
        openOperationsPartition,
      ),
    /** Whether the caller of an operation still has its key. */
    readApiKeys: () => readApiKeys(state),
    /** What seals values by which jobs are found, where there are any. */
    seal: () => (seals ? [readApprovalKey(state)] : []),
    readPins: () => itemsAccess(state, ["dynamodb:GetItem"], `${pinsPrefix}*`),
    /** Pins, what a run keeps that is moved to the present catalog, incidents, and how much each key asks. In one statement for the same reason. */
    countAndChange: () =>
      itemsAccess(
        state,
        ["dynamodb:UpdateItem"],
        `${pinsPrefix}*`,
        `${definitionsPrefix}*`,
        `${causesPrefix}*`,
        `${waitsPrefix}*`,
      ),
    readDueCounts: () => itemsAccess(state, ["dynamodb:Query"], `${duePrefix}*`),
    seeUnscheduled: () => itemsAccess(state, ["dynamodb:Query"], `${unscheduledPrefix}*`),
    /** Asks for kept messages to be sent. */
    relay: () => allow(["sqs:SendMessage"], [relays.queue.queueArn]),
    sendUnscheduled: () => itemsAccess(state, ["dynamodb:Query", "dynamodb:BatchWriteItem"], `${unscheduledPrefix}*`),
    listJobs: () => allow(["dynamodb:Query"], [`${tableArn}/index/${phaseIndex.name}`]),
    /** The archived runs of a job, which are in the same partition as the job itself. */
    listRuns: () => jobItems("dynamodb:Query"),
    /** Counters, groups of failures, what runs of code have seen, and deliveries of hooks and webhooks. In one statement, since the API's policy has hardly room for another. */
    readStatsErrorsAndLogs: () =>
      itemsAccess(
        state,
        ["dynamodb:Query"],
        `${statsPrefix}*`,
        `${errorsPrefix}*`,
        `${logsPrefix}*`,
        `${causesPrefix}*`,
        `${hookDeliveriesPrefix}*`,
        `${sentDeliveriesPrefix}*`,
      ),
    /** What came of a delivery. The function that takes them can read none of it. */
    keepHookDeliveries: () => itemsAccess(state, ["dynamodb:PutItem"], `${hookDeliveriesPrefix}*`),
    /** What goes wrong: counted, watched, told and closed. */
    useIncidents: () => incidentsAccess(state),
    /** What the jobs of a month have used, where there are budgets. */
    keepSpending: () => itemsAccess(state, ["dynamodb:GetItem", "dynamodb:PutItem"], `${spentPrefix}*`),
    readLogs: () => itemsAccess(state, ["dynamodb:Query"], `${logsPrefix}*`),
    /** What runs of code have seen. */
    keepLogs: () => itemsAccess(state, ["dynamodb:Query", "dynamodb:PutItem"], `${logsPrefix}*`, `${parkedPrefix}*`),
    /** Until when runs need the code with which they began. */
    noteNeededCode: () => itemsAccess(state, ["dynamodb:UpdateItem"], bundlesPartition),
    forgetCode: () => itemsAccess(state, ["dynamodb:Query", "dynamodb:DeleteItem"], bundlesPartition),
    /** Runs of code that a deployment wakes. */
    wakeParked: () => itemsAccess(state, ["dynamodb:Query", "dynamodb:BatchWriteItem"], `${parkedPrefix}*`),

    /**
     * With ListBucket, without which S3 answers 403 instead of 404 for an object that is gone. S3 takes the key of the object for the
     * prefix then. It lists nothing to whoever cannot name a job or upload.
     */
    readBlobs: (...from: Folder[]) => [
      allow(["s3:GetObject"], objects(from), oneObjectPerJob),
      allowIf({ StringLike: { "s3:prefix": from.map(prefixIn) } }, ["s3:ListBucket"], [bucketArn]),
    ],
    writeBlobs: (...to: Folder[]) => allow(["s3:PutObject"], objects(to), oneObjectPerJob),
    removeBlobs: (...from: Folder[]) => removeBlobs(state, ...from),

    send: (...types: JobType[]) => {
      const arns = types.map((type) => queues[type].queue.queueArn);
      return allow(["sqs:SendMessage"], arns);
    },
    /**
     * Schedules for jobs of these types. Whoever creates them counts what is due as well, and keeps what EventBridge Scheduler does
     * not take (`dispatch`).
     */
    schedule: (...types: JobType[]) => [schedule(), countDueJobs(), keepUnscheduled(), passScheduleRoles(types)],
    unschedule: () => allow(["scheduler:DeleteSchedule"], groupsOf(schedules).map(schedulesIn), oneSchedulePerAttempt),
    /**
     * For functions that may send to every queue anyway: during a deployment the previous version of the function still runs,
     * which creates schedules with the role that all types shared.
     */
    passSharedScheduleRole: () => passRoles([schedules.sharedRole]),
  };
}

const pauseActions = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"];
const sharedActions = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"];

/** PutItem only for the version before, 0.3.0, which puts jobs into lines so while a deployment replaces it. */
const gateActions = ["GetItem", "BatchGetItem", "PutItem", "UpdateItem", "DeleteItem", "Query"].map(
  (action) => `dynamodb:${action}`,
);

/** Deleting objects. The bucket's ARN is an import value, as in `accessTo`. */
export const removeBlobs = (state: JobsState, ...from: Folder[]): Capability => {
  const bucketArn = state.imported(state.bucket.bucketArn);
  return allow(
    ["s3:DeleteObject"],
    from.map((folder) => `${bucketArn}/${folder}`),
    oneObjectPerJob,
  );
};

/** The logs of runs of code are deleted with their jobs. */
export const removeRunLogs = (state: JobsState): Capability =>
  itemsAccess(state, ["dynamodb:Query", "dynamodb:BatchWriteItem"], `${logsPrefix}*`);

/** Counters are items of the same table: whoever may count cannot reach a job. */
export const statsAccess = (state: JobsState, ...actions: CounterAction[]): Capability =>
  itemsAccess(state, actions, `${statsPrefix}*`);

type CounterAction = "dynamodb:GetItem" | "dynamodb:Query" | "dynamodb:UpdateItem";

/** The same holds for the groups of failures. */
export const errorsAccess = (state: JobsState, ...actions: CounterAction[]): Capability =>
  itemsAccess(state, actions, `${errorsPrefix}*`);

/** What goes wrong, and what is open of it. */
export const incidentsAccess = (state: JobsState): Capability =>
  itemsAccess(
    state,
    ["GetItem", "Query", "UpdateItem", "PutItem", "DeleteItem"].map((action) => `dynamodb:${action}`),
    `${causesPrefix}*`,
    `${ratesPrefix}*`,
    watchedPartition,
  );

/** The jobs that tell receivers of alerts: made, and never changed. */
export const makeAlertJobs = (state: JobsState): Capability =>
  itemsAccess(state, ["dynamodb:GetItem", "dynamodb:PutItem"], `${jobsPrefix}*`);

/** The same holds for messages to runs, and for who waits for them. */
export const signalsAccess = (state: JobsState, ...actions: SignalAction[]): Capability =>
  itemsAccess(state, actions, `${signalsPrefix}*`);

type SignalAction = "dynamodb:Query" | "dynamodb:PutItem" | "dynamodb:DeleteItem";

/** Jobs and open approvals as the page of an approval reads them: it writes none of them. */
export const readDecidable = (state: JobsState): Capability =>
  itemsAccess(state, ["dynamodb:GetItem"], `${jobsPrefix}*`, `${approvalsPrefix}*`);

/** The same holds for the state of webhook endpoints. */
export const endpointAccess = (state: JobsState): Capability =>
  itemsAccess(state, ["dynamodb:GetItem", "dynamodb:UpdateItem"], `${endpointPrefix}*`);

/** What was sent to them, for people. The function that sends can read none of it. */
export const noteSentDeliveries = (state: JobsState): Capability =>
  itemsAccess(state, ["dynamodb:UpdateItem"], `${sentDeliveriesPrefix}*`);

/** And for API keys: the authorizer reads them. */
export const readApiKeys = (state: JobsState): Capability => itemsAccess(state, ["dynamodb:GetItem"], keysPartition);

/** The function that lets people sign in makes their keys, and revokes them when they sign out. */
export const makeApiKeys = (state: JobsState): Capability =>
  itemsAccess(state, ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], keysPartition);

/** Who changes something says so, and can read none of it. */
export const writeAudit = (state: JobsState): Capability => itemsAccess(state, ["dynamodb:PutItem"], `${auditPrefix}*`);

/** Which jobs may have a value: the indexer writes it, and can read neither that nor a job. */
export const writeSearch = (state: JobsState): Capability =>
  itemsAccess(state, ["dynamodb:BatchWriteItem"], `${searchPrefix}*`);

/** The API reads it, and the intake for operations by a value. */
export const readSearch = (state: JobsState): Capability => itemsAccess(state, ["dynamodb:Query"], `${searchPrefix}*`);

/**
 * It notes when they were used, and can write nothing else of them: neither their scopes nor their hashes.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
export const noteUseOfApiKeys = ({ table }: JobsState): Capability => ({
  statement: new PolicyStatement({
    actions: ["dynamodb:UpdateItem"],
    resources: [table.tableArn],
    conditions: {
      "ForAllValues:StringEquals": {
        "dynamodb:LeadingKeys": [keysPartition],
        "dynamodb:Attributes": [partitionKey, sortKey, "last_used_at"],
      },
      Null: { "dynamodb:LeadingKeys": "false", "dynamodb:Attributes": "false" },
    },
  }),
});

/**
 * Jobs, counters, endpoints and API keys share the table; whoever may use one kind of item cannot reach the others. `ForAllValues` is
 * true of a request that names no item, such as a Scan: `Null` refuses it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
const itemsAccess = ({ table }: JobsState, actions: string[], ...leadingKeys: string[]): Capability => ({
  statement: new PolicyStatement({
    actions,
    resources: [table.tableArn],
    conditions: {
      "ForAllValues:StringLike": { "dynamodb:LeadingKeys": leadingKeys },
      Null: { "dynamodb:LeadingKeys": "false" },
    },
  }),
});

/** What signs the addresses of approvals: for those who send them, and for the page behind them. */
export const readApprovalKey = ({ approvalKeyArn }: JobsState): Capability =>
  allow(["secretsmanager:GetSecretValue"], [approvalKeyArn]);

export const readApiKey = ({ apiKeyArn }: JobsState): Capability =>
  allow(["secretsmanager:GetSecretValue"], [apiKeyArn]);

/** The bucket's folders, as object names in a policy. */
export const folders = {
  inputs: `${inputsPrefix}*`,
  results: `${resultsPrefix}*`,
  // Without the slash: an early version wrote below `progresss/`, where a feature of that time still has its progress.
  progress: `${progressPrefix.slice(0, -1)}*`,
  runs: `${runsPrefix}*`,
  bundles: `${bundlesPrefix}*`,
  uploads: `${uploadsPrefix}*`,
  operations: `${operationsPrefix}*`,
  imports: `${importPrefix}*`,
  importReports: `${reportPrefix}*`,
} as const;
type Folder = (typeof folders)[keyof typeof folders];

const anyId = "?".repeat(32);
/** How the keys in a folder begin, with the id of the job (`jobIdPattern`) or upload (`uploadKey`). Those of imports are the team's own. */
function prefixIn(folder: Folder): string {
  switch (folder) {
    case folders.inputs:
    case folders.results:
    case folders.progress:
    case folders.runs:
      return `${folder.replace(/\/\*$/, "")}/job_${anyId}/*`;
    case folders.uploads:
      return `${folder}/upl_${anyId}`;
    case folders.operations:
      return `${folder.replace(/\/\*$/, "")}/op_${"?".repeat(16)}/*`;
    default:
      return folder;
  }
}

const oneObjectPerJob =
  "One object per job or upload in its folder: the keys contain their ids, which are not known in advance.";
const oneSchedulePerAttempt =
  "One schedule per attempt, in the groups of this deployment: the names contain the ids of jobs, which are not known in advance.";

/** Where a job's schedule may be: version 0.1.0 created schedules in a group of another name. */
const groupsOf = ({ group, earlierGroupName }: JobSchedules): string[] => [group.scheduleGroupName, earlierGroupName];

/** CreateSchedule passes a role: to EventBridge Scheduler and no other service. */
const passRoles = (roles: Role[]): Capability => ({
  statement: new PolicyStatement({
    actions: ["iam:PassRole"],
    resources: roles.map(({ roleArn }) => roleArn),
    conditions: { StringEquals: { "iam:PassedToService": "scheduler.amazonaws.com" } },
  }),
});
