import type { Job, JobMessage, Repeat, RunRecord } from "../../lambdas/core/job/job.ts";
import type { Gate } from "../../lambdas/core/job/job-wait.ts";
import type { SignalAddress } from "../../lambdas/core/job/signal.ts";
import type { Invocation } from "./invocation.ts";
import type { Observer } from "./observer.ts";

/** What the rules remember of a history, apart from what the store holds. */
export interface Ledger {
  observer: Observer;
  /** When the history began: the lines of its trace count from there. */
  start: number;
  /** Every attempt that was ever recorded, by `attemptKey`. */
  recorded: Set<string>;
  /** The series, with `cancel_previous`, whose run before this one has begun, by `nextRunKey`: it is dispatched ahead. */
  ahead: Map<string, Repeat[]>;
  /** The attempts that a queue or the Scheduler has accepted, and when it last did so, in true time. */
  handedOver: Map<string, number>;
  /** Job ids by `stepKey`. */
  steps: Map<string, string>;
  /** Completed steps whose jobs were deleted, by `stepKey`, and the feature's attempt in which they must not be repeated. */
  isDone: Map<string, number | "any">;
  /** The events that each job must lead to, in order. */
  dueEvents: Map<string, DueEvent[]>;
  /** When attempts started, in true time, by gate. */
  startsOf: Map<string, number[]>;
  /** The targets of a fallback that each claim has called, in order. */
  targetCalls: Map<string, TargetCall[]>;
  /** The cache tags that were cleared, with the true times of the request and its answer. */
  cleared: { tag: string; began: number; answered: number }[];
  /** The messages to runs that were kept. */
  signals: Kept[];
  /** What people were told that counts, by the id of its approval. `told`: when, in true time. */
  decisions: Map<string, { choice: string; by: string; told: number }>;
  /** The jobs that ask for approvals, by the id of the approval and the recipient. */
  asked: Map<string, string>;
  /** The jobs of schedules that people have changed since the last deployment. */
  touched: Set<string>;
  /** The requests that share jobs by keys and were not skipped. */
  shared: {
    taken: Asked[] /** They are messages, which have a time at which they were sent. */;
    areMessages?: boolean;
  };
  /** The life of the job that has this id, since its creation. */
  lifeOf(id: string): Life;
  /** Records the creation of a job. Its id may have belonged to a job that was deleted or taken back. */
  birth({ id, created_at }: Pick<Job, "id" | "created_at">, by: Invocation): void;
}

/** A message that was kept. */
export interface Kept {
  address: SignalAddress;
  id: string;
  at: number;
  /** When it was written, by the true time. */
  written: number;
}

/** A call of one target of a fallback. */
export interface TargetCall {
  name: string;
  /** It has been done, or nobody knows. */
  mayBeDone: boolean;
}

/** A request that shares a job with others. */
export interface Asked {
  n: number;
  /** True times: when it was made, and when it was answered. */
  began: number;
  ended?: number;
  isKeyed: boolean;
  /** The job that it was answered with. */
  job?: Pick<Job, "id" | "created_at">;
}

export interface DueEvent {
  /** The name and the version of the event. */
  transition: string;
  /** The version of the job that the write produced. One write of a series may lead to two events with different versions. */
  write: number;
}

/** What is remembered of one job, by run and attempt. */
export interface Life {
  by: Invocation | undefined;
  /** When it was created, by the clock of whoever did: an earlier job with the same id has another time. */
  createdAt?: number;
  /** Its receipt was given. */
  isPromised: boolean;
  isDeleted: boolean;
  /** When, milliseconds. */
  deletedAt?: number;
  /** Somebody has asked for its deletion, which may have failed half-way. */
  isDeletionTried?: true;
  /** An earlier job with the same id was deleted. */
  wasDeleted: boolean;
  /**
   * Who made it had begun when an earlier job with the same id was deleted: it is late, or repeats a call whose answer was lost. The code
   * must notice, and take the job back.
   */
  isMadeAgain: boolean;
  /** When a cancellation was answered, and which of the steps that the job knew then had not ended. */
  cancelled?: { at: number; steps: string[] };
  /** The life of the feature whose step it is. */
  feature?: Life;
  /** Since when all its decisions have failed by a fault of ours. */
  faultySince?: number;
  /** A claim made when this step's feature was over: nothing may be executed under it. */
  orphaned?: string;
  live: Execution[];
  /** How often each attempt has started. */
  started: Map<number, Map<number, number>>;
  /** The claim under which the last outcome of each run was written. */
  winners: Map<number, string>;
  /** The last run that the next one has ended while it ran, and the winner until then. */
  overruled?: { run: number; winner: string | undefined };
  /** The runs that are in the archive. */
  archive: Map<number, RunRecord>;
  /** Which of them were skipped: a series may have thousands of runs, and few of these. */
  skipped: Set<number>;
  /** What was written (`stateOf`) and by whom, by version. */
  written: Map<number, { state: string; by: Invocation }>;
  /** How often each attempt was claimed since it was last parked, by run and attempt. */
  claims: Map<string, number>;
  /** Which claims of each attempt, after its first, were noted as those under which it begins. */
  noted: Map<string, Set<string>>;
  /** The run whose first attempt was put off by its provider, and when that attempt was first started. */
  putOff?: { run: number; since: number };
  /** The run covers all occurrences up to this time that the previous run has outlasted. */
  madeUpUntil?: number;
  /** The attempt that failed and left progress for the next one, and its claim. */
  progress?: { run: number; attempt: number; claim: string | undefined };
}

export interface Execution {
  job: Job;
  by: Invocation;
  /** The true time after which its claim need no longer be live. */
  until: number;
}

const life = (by: Invocation | undefined, before?: Life): Life => ({
  by,
  isPromised: false,
  isDeleted: false,
  wasDeleted: before !== undefined && (before.isDeleted || before.wasDeleted),
  isMadeAgain: before?.deletedAt !== undefined && by !== undefined && by.began < before.deletedAt,
  live: [],
  started: new Map(),
  winners: new Map(),
  archive: new Map(),
  skipped: new Set(),
  claims: new Map(),
  noted: new Map(),
  written: new Map(),
});

export function ledger(observer: Observer, start: number): Ledger {
  const lives = new Map<string, Life>();
  const steps = new Map<string, string>();
  const isDone: Ledger["isDone"] = new Map();
  return {
    observer,
    start,
    recorded: new Set(),
    ahead: new Map(),
    handedOver: new Map(),
    steps,
    isDone,
    dueEvents: new Map(),
    startsOf: new Map(),
    targetCalls: new Map(),
    cleared: [],
    signals: [],
    decisions: new Map(),
    asked: new Map(),
    touched: new Set(),
    shared: { taken: [] },
    lifeOf(id) {
      const found = lives.get(id) ?? life(undefined);
      lives.set(id, found);
      return found;
    },
    birth({ id, created_at }, by) {
      lives.set(id, { ...life(by, lives.get(id)), createdAt: created_at });
      // Steps of an earlier job with the same id are not its steps.
      for (const known of [steps, isDone]) for (const key of known.keys()) if (key.startsWith(id)) known.delete(key);
    },
  };
}

export const attemptKey = ({ job_id, run, attempt, due_at }: Omit<JobMessage, "v">): string =>
  `${job_id} ${run} ${attempt} ${due_at}`;

/** The run that may end the one before it, which has begun. */
export const nextRunKey = (id: string, run: number): string => `${id} next ${run}`;

/** The same of a job's current attempt. */
export const attemptOf = (job: Job): string => attemptKey({ ...job, job_id: job.id });

/** Whether a job waits. Written again, because the rules must not use the code that they check. */
export const isWaiting = ({ status }: Pick<Job, "status">): boolean => status === "scheduled" || status === "queued";

/** Compares as JSON does: an undefined field is absent. */
export const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export const stateOf = ({ status, run, attempt, due_at }: Job): string => [status, run, attempt, due_at].join(" ");

/** Whether a write is a snooze: it undoes a claim under which nothing has started. */
export const isGivenBack = (before: Job | undefined, after: Job): boolean =>
  before?.claim_id !== undefined &&
  before.status === "running" &&
  // A job that crashed before is running again with an expired lease.
  (isWaiting(after) || (after.status === "running" && after.claim_id === undefined && after.claims > 0)) &&
  stateOf({ ...before, status: after.status }) === stateOf(after) &&
  before.attempts.length === after.attempts.length;

/** Whether a write only notes that an attempt begins which may have crashed before. */
export const isBegun = (before: Job | undefined, after: Job): boolean =>
  before?.claim_id !== undefined &&
  before.claim_id === after.claim_id &&
  !before.begun_claims?.includes(before.claim_id) &&
  after.begun_claims?.at(-1) === after.claim_id;

/** Whether a write only makes a claim last longer. */
export const isExtended = (before: Job | undefined, after: Job): boolean =>
  before?.claim_id !== undefined &&
  before.claim_id === after.claim_id &&
  after.status === "running" &&
  (after.lease_until ?? 0) > (before.lease_until ?? 0);

/** Whether a write moves an attempt that has not started to the start that a rate gave it. */
export const isPostponed = (before: Job | undefined, after: Job): boolean =>
  after.reserved !== undefined && isWaiting(after) && before !== undefined && !isSame(before.reserved, after.reserved);

/** Whether a write only notes that an attempt begins to wait for a slot. */
export const isNoted = (before: Job | undefined, after: Job): boolean =>
  before !== undefined && after.noted_wait !== undefined && !isSame(before.noted_wait, after.noted_wait);

/** Whether a write puts an attempt off because its provider asked for that. */
export const isPutOff = (before: Job | undefined, after: Job): boolean =>
  before?.status === "running" &&
  isWaiting(after) &&
  after.attempt === before.attempt &&
  after.snoozes?.count === (before.snoozes?.count ?? 0) + 1;

/** One limit for one key. */
export const gateKey = ({ limit, key }: Gate): string => `${limit} ${key}`;

/** The step of one run of a feature. */
export const stepKey = ({ job_id, run }: Pick<JobMessage, "job_id" | "run">, step: string): string =>
  `${job_id} ${run} ${step}`;

/** The job's name in the lines of a trace. */
export const nameOf = (job: Pick<Job, "id" | "run" | "attempt">): string =>
  `${job.id.slice(-6)} run ${job.run} attempt ${job.attempt}`;

/** How often the attempt of a running job has crashed: under its first claim, of which nothing more is known, and where it was noted. */
export function crashesOf({ claims, noted }: Life, { run, attempt, claim_id }: Job): number {
  const before = [...(noted.get(`${run} ${attempt}`) ?? [])].filter((id) => id !== claim_id);
  return (claims.get(`${run} ${attempt}`) ?? 0) > 1 ? 1 + before.length : 0;
}
