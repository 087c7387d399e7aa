import type { JobType } from "./core/job/job.ts";

/*
 * What a deployment consists of, as plain data: functions, queues, the table, the bucket's folders, events and open paths.
 * `infra/` builds it in AWS, `local/` on this machine, and the code in `lambdas/` takes its names from here, so that the
 * three cannot disagree. It imports nothing at run time, because every bundle includes parts of it.
 */

// ── Functions ────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface FunctionPlan {
  /** The source file that exports `handler`, relative to the root of the repository. */
  entry: string;
  timeoutSeconds: number;
  /** The default: for consumers a setting may override it. */
  memoryMb: number;
}

/** The functions that serve every job type. Each type has a consumer besides, which `functionsOf` derives. */
const sharedFunctions = {
  // API Gateway gives up after 30 s.
  api: { timeoutSeconds: 29, memoryMb: 512 },
  authorizer: { timeoutSeconds: 10, memoryMb: 256 },
  // It runs every minute: a run ends before the next one starts. Of a large catalog it reads as many partitions as its processor
  // allows, which comes with the memory (docs/operations/quotas.md).
  reconciler: { timeoutSeconds: 55, memoryMb: 1024 },
  lifecycle: { timeoutSeconds: 60, memoryMb: 256 },
  // A request takes a second; an import stops before the timeout and continues with another message.
  intake: { timeoutSeconds: 60, memoryMb: 512 },
  // A tick takes less than a second. One that hangs is cut off before the queue delivers it again.
  pump: { timeoutSeconds: 20, memoryMb: 256 },
  // It works until shortly before the reconciler asks again.
  relay: { timeoutSeconds: 60, memoryMb: 512 },
  tasks: { timeoutSeconds: 30, memoryMb: 256 },
  // An endpoint has 15 s to answer; reading its secrets and writing its state come on top.
  webhooks: { timeoutSeconds: 45, memoryMb: 256 },
  // It shows one approval, and decides it: three reads and a write.
  approve: { timeoutSeconds: 15, memoryMb: 256 },
  // It checks a signature and schedules a job. Some providers wait for three seconds only, so it starts fast.
  hooks: { timeoutSeconds: 20, memoryMb: 512 },
  // It asks an issuer three times at most, each for seconds. Only where people sign in.
  "sign-in": { timeoutSeconds: 25, memoryMb: 256 },
  // It puts a file for each batch of changes, and each minute signs the files of the minute before the last one: a minute is signed once
  // no invocation can be under way any more that began in it. Only where the audit is locked.
  "audit-record": { timeoutSeconds: 60, memoryMb: 256 },
  // It puts an item for each value of a batch of changes. Only where the catalog has jobs that are found by values.
  indexer: { timeoutSeconds: 60, memoryMb: 256 },
  // It reads a file that is part of the function.
  dashboard: { timeoutSeconds: 10, memoryMb: 256 },
} as const;

type ConsumerName = `consumers/${JobType}`;
/** Also the function's SERVICE_NAME, and part of the names of its alarms. */
export type FunctionName = keyof typeof sharedFunctions | ConsumerName;

export const consumerName = <Type extends JobType>(type: Type) => `consumers/${type}` as const;

/**
 * `consumers/action` is `lambdas/consumers/types/action/handler.ts`, `api` is `lambdas/api/handler.ts`; with `.js` where the sources
 * are compiled.
 */
export const handlerFile = (name: string, extension = ".ts"): string =>
  `lambdas/${name.replace("consumers/", "consumers/types/")}/handler${extension}`;

/** What a definition of a job type says about its consumer. The registry is one of these for each type. */
type JobTypeLimits = Readonly<Record<JobType, { limits: { max_timeout_ms: number; memory_mb: number } }>>;

/** The longest timeout that Lambda allows. */
export const longestFunctionSeconds = 900;
/** What a consumer needs beyond its longest attempt: to wait for the job's due time (20 s at most) and to record the outcome. */
const consumerMarginMs = 30_000;

const consumerSeconds = (longestAttemptMs: number): number =>
  Math.min(Math.ceil((longestAttemptMs + consumerMarginMs) / 1000), longestFunctionSeconds);

export function functionsOf(types: JobTypeLimits): Readonly<Record<FunctionName, FunctionPlan>> {
  const consumers = Object.entries(types).map(([type, { limits }]) => [
    consumerName(type as JobType),
    { timeoutSeconds: consumerSeconds(limits.max_timeout_ms), memoryMb: limits.memory_mb },
  ]);
  const plans: Record<string, Omit<FunctionPlan, "entry">> = { ...sharedFunctions, ...Object.fromEntries(consumers) };
  return Object.fromEntries(
    Object.entries(plans).map(([name, plan]) => [name, { entry: handlerFile(name), ...plan }]),
  ) as Record<FunctionName, FunctionPlan>;
}

/** The functions with the code of products, unless a deployment says otherwise. An attempt lasts at most 14 minutes. */
export const codePlan = { timeoutSeconds: 850, memoryMb: 512 } as const;

/** The longest name that Lambda lets a function have. */
const longestFunctionName = 64;
/** What no name of a function has, unlike tags, which may have dots. */
const notInFunctionNames = /[^A-Za-z0-9_-]/g;

/**
 * The name of the function with the code of a product. It is known without a table of names, which the 4 KB of an environment have no room
 * for. A long one is cut, and the dots of a tag become hyphens: a checksum tells such a name from others.
 */
export function codeFunctionName(prefix: string, product: string): string {
  const name = `${prefix}-code-${product}`;
  const allowed = name.replaceAll(notInFunctionNames, "-");
  if (allowed === name && name.length <= longestFunctionName) return name;
  let sum = 0;
  for (const character of name) sum = (Math.imul(sum, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
  return `${allowed.slice(0, longestFunctionName - 9)}-${sum.toString(16).padStart(8, "0")}`;
}

/** How often the reconciler runs. */
export const reconcileEverySeconds = 60;

// ── Queues ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface QueuePlan {
  /** The function that consumes the queue. */
  feeds: FunctionName;
  /** The dead-letter queue that takes what could not be handled. */
  deadLetters: DeadLetterQueueName;
  visibilitySeconds: number;
  /** Deliveries of a message before it becomes a dead letter. */
  receives: number;
  /** For how long a message that is not handled is kept, the time of its delay included. */
  retentionSeconds: number;
  batchSize: number;
  /** Batches in progress at the same time. The default: for consumers a setting may override it. */
  concurrency: number;
}

/**
 * The queues of tasks and webhooks hold what is to be sent to Step Functions and to webhook endpoints, that of the pump the ticks of
 * the lines of limits, that of the relay which shards of kept messages are to be sent, and that of answers what has come of code for which
 * nobody has waited.
 */
export type QueueName = JobType | "tasks" | "webhooks" | "pump" | "relay" | "intake" | "imports" | "answers";
/** `schedule` takes what EventBridge Scheduler could not deliver, `lifecycle` the stream records that could not be handled. */
export type DeadLetterQueueName = Exclude<QueueName, "imports" | "answers"> | "schedule" | "lifecycle";

/**
 * A failed message returns after 5 s, then 10, 20, ... up to 15 minutes (`lambdas/aws/sqs/redelivery.ts`): 20 deliveries
 * take three hours.
 */
const receives = 20;
/** A dead letter keeps the age of its message, so this must be less than `deadLetterRetentionDays`. */
const retentionSeconds = 7 * 24 * 3600;
/** The longest that SQS allows, to leave time to look at them. */
export const deadLetterRetentionDays = 14;
export const defaultConcurrency = 60;

/**
 * A tick is worth something for seconds only: while it is missing, a line stands still, until a job or the reconciler finds it overdue
 * and sends another one. So one whose process was killed comes again after 30 s, and not after six times the timeout, which AWS
 * recommends so that a throttled batch is not delivered twice: a tick that comes twice is dropped by its note. For the same reason it
 * is tried five times only, which take a minute or two, and forgotten after an hour, of which its delay may take 15 minutes.
 */
const ofTicks = { visibilitySeconds: 30, receives: 5, retentionSeconds: 3600, concurrency: 10 };

export function queuesOf(types: JobTypeLimits): Readonly<Record<QueueName, QueuePlan>> {
  const functions = functionsOf(types);
  const queue = (
    feeds: FunctionName,
    deadLetters: DeadLetterQueueName,
    more: Partial<Omit<QueuePlan, "feeds" | "deadLetters">> = {},
  ): QueuePlan => ({
    feeds,
    deadLetters,
    // AWS recommends six times the function's timeout: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    visibilitySeconds: 6 * functions[feeds].timeoutSeconds,
    receives,
    retentionSeconds,
    batchSize: 10,
    concurrency: defaultConcurrency,
    ...more,
  });
  const ofTypes = (Object.keys(types) as JobType[]).map((type) => [type, queue(consumerName(type), type)] as const);
  return {
    ...(Object.fromEntries(ofTypes) as Record<JobType, QueuePlan>),
    tasks: queue("tasks", "tasks", { concurrency: 10 }),
    // Fair queues keep one endpoint's backlog from the others; the limit keeps all of them from the account's concurrency.
    webhooks: queue("webhooks", "webhooks", { concurrency: 10 }),
    pump: queue("pump", "pump", ofTicks),
    // One shard per invocation, which works on it for most of a minute. There are eight.
    relay: queue("relay", "relay", { batchSize: 1, concurrency: 10 }),
    intake: queue("intake", "intake"),
    // One import per invocation, or one turn of an operation: one that crashes its function affects no other. Each import creates jobs as
    // fast as it can.
    imports: queue("intake", "intake", { batchSize: 1, concurrency: 5 }),
    // Apart from the queue of functions, behind whose jobs answers would wait until their time is over.
    answers: queue(consumerName("function"), "function"),
  };
}

/** The names of all dead-letter queues. */
export const deadLetterQueues = (types: JobTypeLimits): readonly DeadLetterQueueName[] => [
  "schedule",
  "intake",
  "lifecycle",
  ...(Object.keys(types) as JobType[]),
  "tasks",
  "webhooks",
  "pump",
  "relay",
];

/** How the table's stream feeds the lifecycle function. */
export const stream = { batchSize: 100, windowSeconds: 1 } as const;

// ── The table ────────────────────────────────────────────────────────────────────────────────────────────────────────

export const partitionKey = "PK";
export const sortKey = "SK";
/** KEYS_ONLY: lists jobs by tenant and phase. Its sort key is a position in time (`positionKey` in `aws/dynamodb`). */
export const phaseIndex = { name: "by-phase", partitionKey: "gsi_pk", sortKey: "gsi_sk" } as const;
/** Epoch seconds after which DynamoDB deletes the item. */
export const ttlAttribute = "expires";

/*
 * Each kind of item has its own partitions, so that a function's permissions can be limited to the kinds that it uses.
 */
/** `JOB#<id>`: a job and its archived runs. */
export const jobsPrefix = "JOB#";
/** The sort key of a job's own item. No other kind of item has it: the stream's filter finds jobs by it. */
export const jobSortKey = "STATE";
export const statsPrefix = "STATS#";
/** Failed runs of a tenant and day, grouped by cause. */
export const errorsPrefix = "ERRORS#";
/** `CAUSE#<product>#<env>`: what goes wrong in a tenant that has alerts, one item each. */
export const causesPrefix = "CAUSE#";
/** `RATE#<product>#<env>#<alert>`: how many runs have ended and failed lately, of events that an alert of a rate names. */
export const ratesPrefix = "RATE#";
/** `SPENT#<product>#<env>`: what the jobs of a tenant that has a budget have used this month. */
export const spentPrefix = "SPENT#";
/** The one partition of what is open of it, which the reconciler reads each minute. */
export const watchedPartition = "OPEN";
/** How many requests of an API key are waiting for jobs to end, and how many one with a rate has sent in a second. */
export const waitsPrefix = "WAITS#";
/** Which job has a key of `debounce` or `unique`, and what the requests of such jobs were answered. */
export const sharedKeysPrefix = "SHARED#";
/** The state of a webhook endpoint. */
export const endpointPrefix = "WEBHOOK#";
/** `HOOK#<product>#<env>#<hook>`: what a provider has delivered to a hook. */
export const hookDeliveriesPrefix = "HOOK#";
/** `SENT#<product>#<env>#<webhook>`: what was sent to a webhook endpoint. */
export const sentDeliveriesPrefix = "SENT#";
/** `GATE#<product>#<env>#<limit>#<key>`: the slots, the starts and the line of one limit for one key. */
export const gatePrefix = "GATE#";
/** `PUMP#<product>#<env>#<limit>#<key>`: whom the pump of a gate has called. Only the pump writes it. */
export const pumpPrefix = "PUMP#";
/** `LIMITS#<product>#<env>`: the numbers of limits that people have pinned. */
export const pinsPrefix = "LIMITS#";
/** `CACHE#<product>#<env>#…`: which run answers others of its cache tag, and when a tag was cleared. */
export const resultCachePrefix = "CACHE#";
/** `DEF#<id>`: what a feature said when runs of it began. */
export const definitionsPrefix = "DEF#";
/** `SIG#<product>#<env>#<signal>#…`: the messages of an address, and which runs wait for them. */
export const signalsPrefix = "SIG#";
/** How the sort keys begin of what providers have answered to failed attempts, beside their job. */
export const answerSortKey = "ANSWER#";
/** How the sort keys of messages begin, with which the stream's filter finds them, and those of the runs that wait. */
export const signalSortKey = "MSG#";
export const waiterSortKey = "WAIT#";
/** The sort key of the count of an address with many messages. */
export const countSortKey = "COUNT";
/** `LOG#<job id>`: what the runs of a feature in code have seen. */
export const logsPrefix = "LOG#";
/** `PARKED#<product>`: the runs of features in code that another deployment may mend. */
export const parkedPrefix = "PARKED#";
/** The one partition that says until when the code with which runs began is needed, a bundle each. */
export const bundlesPartition = "BUNDLES";
/** `APPR#<product>#<env>`: the approvals that are open. */
export const approvalsPrefix = "APPR#";
/** `AUDIT#<product>#<month>`: what callers have changed, an item each; `AUDIT##<month>`: what belongs to no product. */
export const auditPrefix = "AUDIT#";
/** `FIND#<product>#<env>#<hash of a value>#<shard>`: which jobs may have a value by which they are found. */
export const searchPrefix = "FIND#";
/** `OP#<id>`: an operation on many jobs, and what it has not changed. */
export const operationPrefix = "OP#";
/** `OPS#<product>`: the operations of a product, the latest first. */
export const operationsOfPrefix = "OPS#";
/** The one partition of the operations that are not over, which the reconciler reads each minute. */
export const openOperationsPartition = "OPS";
/** `DUE#<day>`: how many jobs go to EventBridge Scheduler for each quarter hour of the day. */
export const duePrefix = "DUE#";
/** `UNSCHEDULED#<shard>`: messages that EventBridge Scheduler did not take and that the relay will send. */
export const unscheduledPrefix = "UNSCHEDULED#";
/** The item that says which schedules of the catalog have jobs. */
export const schedulesPartition = "SCHEDULES";
/** The item that says how far the reconciler's rounds have come in a large catalog. */
export const roundsPartition = "ROUNDS";
/** The item that says what the reconciler's last round has found. */
export const rollUpPartition = "ROLLUP";
/**
 * The one partition of all API keys, so that listing them costs the same however many jobs there are. Reads are rare, because
 * API Gateway caches the authorizer's answers; one partition serves 3000 of them per second.
 */
export const keysPartition = "KEYS";
/** The one partition of all pauses. Each process that runs jobs reads it every four seconds. */
export const pausesPartition = "PAUSES";

/** The field of a job that may refer to a blob which has to be deleted with it, of a job of any type. */
export const inputField = "input";
/**
 * The types whose jobs leave nothing else. One of another type may leave its progress, and a feature the log of its run and the inputs of the
 * pages of a list, of which its item need not say anything.
 */
export const typesWithInputOnly: readonly JobType[] = ["action", "database_action", "publish", "storage"];

// ── The bucket ───────────────────────────────────────────────────────────────────────────────────────────────────────

export const inputsPrefix = "inputs/";
export const resultsPrefix = "results/";
export const progressPrefix = "progress/";
export const uploadsPrefix = "uploads/";
/** `runs/<job id>/<sha256>`: what the logs of runs of code name. Deleted with the job. */
export const runsPrefix = "runs/";
/** `code/<sha256>.mjs.gz`: the code that runs began with. */
export const bundlesPrefix = "code/";
/** `operations/<id>/<turn>-<n>`: ids of the jobs of an operation. */
export const operationsPrefix = "operations/";
/** Objects put here are imported; the reports on them are written elsewhere, or they would be imported too. */
export const importPrefix = "imports/";
export const reportPrefix = "import-reports/";

/**
 * DynamoDB deletes an expired item within a few days; until then the item must not refer to an object that is gone.
 */
const expiryMarginDays = 3;
/** Long enough to retry a failed storage job; a job that is due later than this brings its file as input. */
const uploadDays = 7;

/**
 * After how many days the bucket deletes objects, by prefix. Inputs and progress are not here: S3 counts from when an object
 * was written, and a job may last for ever, so the lifecycle function deletes them together with their job.
 */
export const blobRetentionDays = (jobRetentionDays: number): Readonly<Record<string, number>> => {
  const withJob = jobRetentionDays + expiryMarginDays;
  return {
    [resultsPrefix]: withJob,
    [uploadsPrefix]: uploadDays,
    [operationsPrefix]: withJob,
    [importPrefix]: withJob,
    [reportPrefix]: withJob,
  };
};

// ── Events and HTTP ──────────────────────────────────────────────────────────────────────────────────────────────────

/** The source of every event that this system publishes. */
export const eventSource = "ductape.jobs";
/** The detail-type of an event that asks for a job. Events with our own source are never requests. */
export const requestEvent = "schedule-job";
/** The detail-type of an event that is a signal to runs. */
export const signalEvent = "send-signal";
/** The detail-type of an event about a refused request. */
export const rejectedEvent = "job.rejected";
/** The detail-type of an event about a webhook endpoint that receives no more webhooks. */
export const endpointDisabledEvent = "webhook.disabled";
/** The detail-type of a transition: `job.completed`, `run.waiting`. */
export const transitionEvent = (name: string): string => (name.includes(".") ? name : `job.${name}`);

/** Paths that need no key: the health check, and the descriptions of the API and of the events. */
export const openPaths = ["/v1/health", "/openapi.json", "/events.json"] as const;

/** The page of an approval, for people who have no key: the token in its path is all that it asks for. */
export const approvePath = "/approve/{token}";
export const approveMethods = ["GET", "HEAD", "POST"] as const;

/** Where a provider delivers what a hook of the catalog takes. It has no key, and signs what it sends. */
export const hookPath = "/hooks/{product}/{env}/{name}";
export const hookMethods = ["POST"] as const;

/** Where people sign in and out: who signs in has no key yet, and who signs out brings the one to revoke. */
export const signInPath = "/v1/sign-in";
export const signOutPath = "/v1/sign-out";

/** Paths of the dashboard, which need no key: the page, and the files that it loads. The page itself asks for a key. */
export const dashboardPaths = ["/", "/assets/{proxy+}"] as const;
/** A page is read with these methods; API Gateway answers others by itself. */
export const dashboardMethods = ["GET", "HEAD"] as const;
/** Where the built page is: below the root of the repository, and below the folder of the function's bundle. */
export const dashboardFolder = { built: "dashboard/dist", deployed: "page" } as const;

/** For how long API Gateway caches the authorizer's answer to a key. The default: a setting may override it. */
export const defaultAuthCacheSeconds = 300;
