import type { Attempt } from "../job/attempt.ts";
import { isBlob, isFinished, isWaiting, type Job, type JobType, type RunRecord } from "../job/job.ts";
import { searchValuesOf } from "../job/job-search.ts";
import { isList } from "../job/list.ts";
import { quarterHourMs, route } from "../job/route.ts";
import { assumed, type Price, prices } from "./cost.ts";
import { inputBytesOf, itemBytes, jobBytes, runBytes } from "./item-bytes.ts";
import type { StepView } from "./step-view.ts";

/*
 * What a job has used, from what is kept of it: nothing is counted or written for this. Counts are those of the whole job, in the units of
 * the prices.
 */

/** What was used of one thing. */
export interface UsedLine {
  what: string;
  price: Price;
  count: number;
}

/** What is known of a deployment and its catalog. */
export interface UsedAround {
  memoryOf: (type: JobType) => number;
  /** Whether the attempts of a job are those of the team's own code, for which no consumer waits. */
  isOwnCode: (job: Job) => boolean;
  /** Whether a limit has slots. One that the catalog has no longer is taken to have. */
  hasSlots: (job: Job, limit: string) => boolean;
}

/** A run of a job that has begun, as far as it matters here. Times are epoch milliseconds. */
export interface UsedRun {
  run: number;
  /** When it was asked for: the request of the first run, and the end of the run before of any other. */
  asked_at: number;
  attempts: readonly Attempt[];
  /** Attempts that are no longer kept. */
  forgotten: number;
  /** Absent while it has not ended. */
  ended_at?: number;
  failed: boolean;
  /** The stored run of a series, which was written once more. */
  archived?: RunRecord;
}

/** The memory that own code is taken to have, in megabytes: the default, since the API does not know another one. */
const ownCodeMb = 512;

/** What a table's item grows by when it is claimed, in bytes: the claim, its lease and the start. */
const claimBytes = 80;

/** What a decision of a feature uses that a step wakes: as counted in docs/benchmarks.md for a step, whose feature has an item of 2 KB. */
const decision = { writes: 4, reads: 4 };

/** What limits use, as counted in docs/benchmarks.md: passing one, and standing in a line of twenty. */
const passing = { reads: 1.5, slot: 2, start: 1 };
const standing = {
  slot: { writes: 5.05, index: 0.05, reads: 4.6, messages: 0, invocations: 0 },
  start: { writes: 4.3, index: 0.05, reads: 8.05, messages: 2.15, invocations: 2.15 },
};

/** How many invocations of the indexer a job has whose values are searched for, and how long each takes. */
const indexing = { invocations: 2, seconds: 0.03, mb: 256 };

export const usedAssumptions = [
  `each request is answered in ${assumed.apiSeconds * 1000} ms, and a decision of a feature takes ${assumed.executionSeconds * 1000} ms`,
  "attempts took as long as measured, each in an invocation that it shares with no other job: jobs that share a batch cost less",
  `a message comes ${assumed.earlySeconds * 1000} ms early, unless it was due at once`,
  `own code has ${ownCodeMb} MB`,
  "passing a limit and standing in its line cost what docs/benchmarks.md has counted, in a line of twenty",
];

export const notCounted = [
  "what the job itself calls, and data that leaves AWS",
  "reading the job and its lists",
  "the functions behind the table's stream but for the search, which all jobs share",
  "logs, traces and storage",
  "webhooks, pauses, and changes by callers before the last one",
  "what costs the same whatever the load: queues that are polled while they are empty, the reconciler, alarms, NAT gateways",
];

/** A run of the job as its item has it. */
export function currentRun(job: Job, previousEnd = job.created_at): UsedRun {
  const changed = job.by && movingChanges.has(job.by.change) ? job.by.at : 0;
  const kept = job.attempts.length;
  const made = isFinished(job) && kept > 0 ? job.attempt : job.attempt - 1;
  return {
    run: job.run,
    asked_at: Math.max(job.run === 1 ? job.created_at : previousEnd, changed),
    attempts: job.attempts,
    forgotten: Math.max(0, made - kept),
    ...(isFinished(job) && { ended_at: job.finished_at ?? job.due_at }),
    failed: job.status === "failed",
  };
}

const movingChanges: ReadonlySet<string> = new Set(["reschedule", "run_now", "skip_next", "replace"]);

/** A stored run of a series. */
export const storedRun = (record: RunRecord, previousEnd: number): UsedRun => ({
  run: record.run,
  asked_at: previousEnd,
  attempts: record.attempts,
  forgotten: Math.max(0, (record.attempts.at(-1)?.attempt ?? 0) - record.attempts.length),
  ended_at: record.finished_at,
  failed: record.status === "failed",
  archived: record,
});

/** What of a job is not known, and what is taken instead. */
export function unknownOf(job: Job, runs: readonly UsedRun[]): string[] {
  const forgotten = runs.reduce((sum, run) => sum + run.forgotten, 0);
  return [
    ...(isOfCaller(job) && job.made_by === undefined
      ? [
          "how it was requested, which jobs of hooks, of direct invocations and of earlier versions do not say: one HTTP request is taken",
        ]
      : []),
    ...(forgotten > 0
      ? [`${forgotten} earlier attempts, which are no longer kept: each is taken to be like those that are`]
      : []),
  ];
}

/** Whether a caller has asked for it, and neither a feature nor a schedule. */
const isOfCaller = ({ parent, schedule, made_by }: Job): boolean =>
  parent === undefined && schedule === undefined && made_by !== "schedule" && made_by !== "alert";

/** What these runs of a job have used, with its request if the first run is among them. */
export function usedBy(job: Job, runs: readonly UsedRun[], around: UsedAround): UsedLine[] {
  // Read once: most of the work is to measure items.
  const known: Known = {
    ...around,
    ...jobBytes(job),
    mb: around.memoryOf(job.type),
    isOwn: around.isOwnCode(job),
  };
  const lines = runs.some(({ run }) => run === 1) ? requestLines(job, known) : [];
  lines.push(...changeLines(job, runs));
  for (const run of runs) lines.push(...runLines(job, run, known));
  return mergedLines(lines);
}

interface Known extends UsedAround {
  /** The bytes of the job's item. */
  whole: number;
  /** The bytes of the job's item before its first attempt has begun. */
  created: number;
  /** The memory of its consumer, in megabytes. */
  mb: number;
  isOwn: boolean;
}

/** Adds up lines of the same thing. */
export function mergedLines(lines: readonly UsedLine[]): UsedLine[] {
  const sums = new Map<string, UsedLine>();
  for (const { what, price, count } of lines) {
    if (count === 0) continue;
    const sum = sums.get(what)?.count ?? 0;
    sums.set(what, { what, price, count: sum + count });
  }
  return [...sums.values()];
}

/** US dollars for these lines. */
export const usdOf = (lines: readonly UsedLine[]): number =>
  lines.reduce((sum, { price, count }) => sum + (count * prices[price]) / 1e6, 0);

const gbSeconds = (what: string, ms: number, mb: number): UsedLine => ({
  what,
  price: "lambda_gb_second",
  count: (ms / 1000) * (mb / 1024),
});

/** What the lines say. */
const texts = {
  http: "API Gateway: requests",
  lambda: "Lambda: requests of the API and the consumer",
  api: "Lambda: the API's time",
  consumer: "Lambda: the consumer's time",
  code: "Lambda: own code",
  codeTime: "Lambda: the time of own code",
  writes: "DynamoDB: writes that create, claim, finish and count the job, per KB",
  index: "DynamoDB: writes to the index, where the job moves from pending to finished",
  queue: "SQS: requests that send, receive and delete messages",
  schedule: "EventBridge Scheduler: schedules",
  put: "S3: storing inputs and results",
  get: "S3: reading inputs",
  event: "EventBridge: final events",
  limitReads: "DynamoDB: reads of limits",
  limitWrites: "DynamoDB: writes of limits",
  keyReads: "DynamoDB: reads of shared keys",
  keyWrites: "DynamoDB: writes of shared keys",
  search: "DynamoDB: entries of the search, per KB",
  decisionReads: "DynamoDB: reads of decisions of features",
  decisionWrites: "DynamoDB: writes of decisions of features",
  waits: "DynamoDB: writes of waits and approvals",
  audit: "DynamoDB: the audit of the last change by a caller",
} as const;

const used = (what: keyof typeof texts, price: Price, count: number): UsedLine => ({ what: texts[what], price, count });

const kb = (bytes: number): number => Math.max(1, Math.ceil(bytes / 1024));

/** One more request that the API, or the intake, has answered. */
const answered = (requests: number, http: number): UsedLine[] => [
  used("http", "http_request", http),
  used("lambda", "lambda_request", requests),
  gbSeconds(texts.api, requests * assumed.apiSeconds * 1000, assumed.apiMb),
];

function requestLines(job: Job, { created: bytes }: Known): UsedLine[] {
  const { input, debounce, unique, search, made_by } = job;
  const inputBytes = inputBytesOf(job);
  const created = [
    used("writes", "table_write", kb(bytes)),
    used("index", "table_write", 1),
    used("put", "bucket_put", isBlob(input) ? 1 : 0),
    ...(search === undefined ? [] : searchLines(searchValuesOf(search).length)),
  ];
  if (!isOfCaller(job)) return created;
  // Of a unique key nobody counts the requests; one of debounce does.
  const requests = debounce?.requests ?? 1;
  const further = requests - 1;
  const shared = debounce !== undefined || unique !== undefined;
  const isHttp = !made_by?.startsWith("s:");
  return [
    ...answered(requests, isHttp ? requests * Math.max(1, Math.ceil(inputBytes / (512 * 1024))) : 0),
    used("queue", "queue_request", isHttp ? 0 : 3),
    ...created,
    ...(shared
      ? [
          used("keyReads", "table_read", 2 + 3 * further),
          used("keyWrites", "table_write", 1 + 2 * further),
          used("queue", "queue_request", 3 * further),
        ]
      : []),
  ];
}

const searchLines = (fields: number): UsedLine[] => [
  used("search", "table_write", fields),
  used("lambda", "lambda_request", indexing.invocations),
  gbSeconds("Lambda: the indexer of the search", indexing.invocations * indexing.seconds * 1000, indexing.mb),
];

/** The last change by a caller, of the run that is at work or was last. Those before it are not kept. */
function changeLines({ by, run }: Job, runs: readonly UsedRun[]): UsedLine[] {
  if (by === undefined || !runs.some((one) => one.run === run && one.archived === undefined)) return [];
  const isAlone = by.operation === undefined;
  return [
    ...(isAlone ? answered(1, by.actor.startsWith("s:") ? 0 : 1) : []),
    used("writes", "table_write", 1),
    used("audit", "table_write", isAlone ? 1 : 0.05),
  ];
}

function runLines(job: Job, run: UsedRun, known: Known): UsedLine[] {
  const { attempts, forgotten, archived } = run;
  const ended = run.ended_at !== undefined;
  const scale = attempts.length === 0 ? 1 : 1 + forgotten / attempts.length;
  const lines: UsedLine[] = [];
  let asked = run.asked_at;
  for (const [i, attempt] of attempts.entries()) {
    const isLast = ended && i === attempts.length - 1;
    lines.push(...scaled(attemptLines(job, attempt, { asked, isLast, known }), isLast ? 1 : scale));
    asked = attempt.ended_at;
  }
  if (!ended) lines.push(...openLines(job, asked, known));
  else lines.push(...endLines(job, run, known));
  if (archived) lines.push(used("writes", "table_write", kb(runBytes(archived))));
  return lines;
}

const scaled = (lines: readonly UsedLine[], by: number): UsedLine[] =>
  by === 1 ? [...lines] : lines.map((line) => ({ ...line, count: line.count * by }));

interface OfAttempt {
  /** When its message was sent, or its schedule made. */
  asked: number;
  isLast: boolean;
  known: Known;
}

/** What an attempt has used that has ended. */
function attemptLines(job: Job, attempt: Attempt, { asked, isLast, known }: OfAttempt): UsedLine[] {
  const { due_at, started_at, ended_at, crashes = 0, held } = attempt;
  const way = route(asked, { id: job.id, due_at });
  const messages = (way.via === "scheduler" ? 2 : 1) + crashes;
  const ran = Math.max(0, ended_at - started_at);
  const early = due_at > asked ? assumed.earlySeconds * 1000 : 0;
  const { created, mb, isOwn: own } = known;
  const isFeature = job.type === "feature";
  // Of a feature the attempt lasts from its first decision to its last, and no function does.
  const worked = isFeature || own ? assumed.executionSeconds * 1000 : ran;
  const bytes = created + claimBytes;
  return [
    used("lambda", "lambda_request", messages),
    gbSeconds(texts.consumer, worked + early, mb),
    used("queue", "queue_request", 3 * messages),
    used("schedule", "schedule", way.via === "scheduler" ? 1 : 0),
    used("writes", "table_write", kb(bytes) * (1 + crashes)),
    used("get", "bucket_get", isBlob(job.input) ? 1 + crashes : 0),
    ...(own ? [used("code", "lambda_request", 1), gbSeconds(texts.codeTime, ran, ownCodeMb)] : []),
    // It was followed by another one: the job was written with a later time, and counted.
    ...(isLast
      ? []
      : [used("writes", "table_write", kb(bytes + itemBytes(attempt)) + 1), used("index", "table_write", 2)]),
    ...limitLines(job, held, known),
  ];
}

function limitLines(job: Job, held: Attempt["held"], { hasSlots }: UsedAround): UsedLine[] {
  const { gates = [] } = job;
  const passed = gates.flatMap(({ limit }) => [
    used("limitWrites", "table_write", hasSlots(job, limit) ? passing.slot : passing.start),
  ]);
  // The job and the pinned numbers are read once for all of its limits.
  const reads = gates.length > 0 ? [used("limitReads", "table_read", passing.reads)] : [];
  const stood = (held?.limits ?? []).flatMap(({ limit }) => {
    const { writes, index, reads, messages, invocations } = standing[hasSlots(job, limit) ? "slot" : "start"];
    return [
      used("limitWrites", "table_write", writes + index),
      used("limitReads", "table_read", reads),
      used("queue", "queue_request", 3 * messages),
      used("lambda", "lambda_request", invocations),
    ];
  });
  return [...reads, ...passed, ...stood];
}

/** What was used for an attempt that has not ended. A schedule costs when it has come. */
function openLines(job: Job, asked: number, { created }: Known): UsedLine[] {
  if (job.status === "running") {
    return [
      used("lambda", "lambda_request", 1),
      used("queue", "queue_request", 3),
      used("writes", "table_write", kb(created + claimBytes)),
    ];
  }
  const isSent = isWaiting(job) && route(asked, job).via === "queue";
  return [used("queue", "queue_request", isSent ? 1 : 0)];
}

/** What the end of a run has used: its write, its counters and its event, and what it wakes. */
function endLines(job: Job, { attempts, failed, archived }: UsedRun, { memoryOf, created, whole }: Known): UsedLine[] {
  const bytes = archived ? created : whole;
  const result = archived ? archived.result : job.result;
  // Nobody is told of lists and pages.
  const isTold = !isList(job);
  const neverStarted = attempts.length === 0 && archived === undefined;
  return [
    used("writes", "table_write", kb(bytes) + (isTold ? 1 : 0)),
    used("index", "table_write", 2),
    used("put", "bucket_put", isBlob(result) ? 1 : 0),
    used("event", "bus_event", isTold ? 1 : 0),
    // Its message comes all the same, and is dropped.
    ...(neverStarted ? [used("lambda", "lambda_request", 1), used("queue", "queue_request", 3)] : []),
    ...(failed && job.search ? [used("search", "table_write", searchValuesOf(job.search).length)] : []),
    ...(job.parent ? decisionLines(1, memoryOf("feature")) : []),
  ];
}

/** The decisions of a feature that the ends of its steps have woken. */
const decisionLines = (count: number, featureMb: number): UsedLine[] => [
  used("lambda", "lambda_request", count),
  gbSeconds(texts.consumer, count * assumed.executionSeconds * 1000, featureMb),
  used("queue", "queue_request", 3 * count),
  used("decisionWrites", "table_write", decision.writes * count),
  used("decisionReads", "table_read", decision.reads * count),
];

/** What a wait writes: that it waits and no longer does, and of an approval also what is asked and what was decided. */
const waiting = { wait: 2, approval: 5 };

/**
 * What the steps of a feature have used that are no jobs: waits, approvals and the team's own code. `decisions` is how often the code of the
 * run was asked what it does next, if it is a feature in code.
 */
export function usedBySteps(
  steps: Readonly<Record<string, StepView>>,
  { memoryOf }: Pick<UsedAround, "memoryOf">,
  decisions = 0,
): UsedLine[] {
  const lines = Object.values(steps).flatMap((step): UsedLine[] => {
    const { job_id, started_at, finished_at, until, waits_for, approval } = step;
    if (job_id !== undefined || started_at === undefined) return [];
    if (until === undefined && waits_for === undefined && approval === undefined)
      return finished_at === undefined
        ? []
        : [gbSeconds(texts.codeTime, Math.max(0, finished_at - started_at), ownCodeMb)];
    const byScheduler = until !== undefined && until - started_at > quarterHourMs;
    return [
      used("waits", "table_write", approval === undefined ? waiting.wait : waiting.approval),
      used("queue", "queue_request", 3),
      used("schedule", "schedule", byScheduler && until === finished_at ? 1 : 0),
      ...(finished_at === undefined ? [] : decisionLines(1, memoryOf("feature"))),
    ];
  });
  const asked = [
    used("code", "lambda_request", decisions),
    gbSeconds(texts.codeTime, decisions * assumed.apiSeconds * 1000, ownCodeMb),
  ];
  return mergedLines([...lines, ...asked]);
}
