import type { Job, JobMessage, RunRecord } from "../../lambdas/core/job/job.ts";
import type { Invocation } from "./invocation.ts";
import type { Observer } from "./observer.ts";

/** What the watchers of a history remember, beside what the store holds. */
export interface Ledger {
  observer: Observer;
  /** When the history began: what its lines count from. */
  start: number;
  /** Every attempt that has ever been recorded, by `attemptKey`. */
  recorded: Set<string>;
  /** Those that a queue or the Scheduler has taken, and when it last has: true time. */
  handedOver: Map<string, number>;
  /** Job ids by `stepKey`. */
  steps: Map<string, string>;
  /** Steps, by `stepKey`, that had completed when their jobs were deleted, and in which attempt no other may do them: or in none. */
  isDone: Map<string, number | "any">;
  /** What is to be told of each job, in order. */
  toTell: Map<string, ToTell[]>;
  /** The life of the job that has this id, from its birth on. */
  lifeOf(id: string): Life;
  /** A job is born: its id may have been used before, by one that was deleted or taken back. */
  birth(id: string, by: Invocation): void;
}

export interface ToTell {
  /** The name and the version of the event. */
  transition: string;
  /** The version of the job that tells it: of a series two events may come of one write, so that their own versions differ. */
  write: number;
}

/** What is remembered of one job; by run, and by attempt in it. */
export interface Life {
  by: Invocation | undefined;
  /** Somebody has been told that it was accepted. */
  isPromised: boolean;
  isDeleted: boolean;
  /** One that had the id before was deleted. */
  wasDeleted: boolean;
  /** When somebody was told that it is cancelled, and the ids of the steps that it knew of by then, in one text. */
  cancelled?: { at: number; steps: string };
  /** That of the feature of which it is a step. */
  feature?: Life;
  /** When a decision of it has first failed by a fault of ours, as all do since. */
  faultySince?: number;
  /** The claim that came when a feature of which it is a step was over: nothing may be executed under it. */
  orphaned?: string;
  live: Execution[];
  /** How often each attempt has started. */
  started: Map<number, Map<number, number>>;
  /** Whose claim the run's last outcome was written under. */
  winners: Map<number, string>;
  /** The runs that are in the archive. */
  archive: Map<number, RunRecord>;
  /** What was written, by version: `stateOf`, and by whom. */
  written: Map<number, { state: string; by: Invocation }>;
  /** By run and attempt, how often it was claimed since it was last parked. */
  claims: Map<string, number>;
  /** The run stands for every occurrence up to this time, which the one before it has outlasted. */
  madeUpUntil?: number;
  /** What an attempt that failed has handed over for the next one: under which claim. */
  progress?: { run: number; attempt: number; claim: string | undefined };
}

export interface Execution {
  job: Job;
  by: Invocation;
  /** True time after which its claim need not be live any more. */
  until: number;
}

const life = (by: Invocation | undefined, before?: Life): Life => ({
  by,
  isPromised: false,
  isDeleted: false,
  wasDeleted: before !== undefined && (before.isDeleted || before.wasDeleted),
  live: [],
  started: new Map(),
  winners: new Map(),
  archive: new Map(),
  claims: new Map(),
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
    handedOver: new Map(),
    steps,
    isDone,
    toTell: new Map(),
    lifeOf(id) {
      const found = lives.get(id) ?? life(undefined);
      lives.set(id, found);
      return found;
    },
    birth(id, by) {
      lives.set(id, life(by, lives.get(id)));
      // What is left of the steps of another that had its id is none of its.
      for (const known of [steps, isDone]) for (const key of known.keys()) if (key.startsWith(id)) known.delete(key);
    },
  };
}

export const attemptKey = ({ job_id, run, attempt, due_at }: Omit<JobMessage, "v">): string =>
  `${job_id} ${run} ${attempt} ${due_at}`;

/** The same of a job's current attempt. */
export const attemptOf = (job: Job): string => attemptKey({ ...job, job_id: job.id });

/** For its time, or for a consumer. Said again, as all that the rules judge by. */
export const isWaiting = ({ status }: Pick<Job, "status">): boolean => status === "scheduled" || status === "queued";

/** As JSON has it: a field that is undefined is absent. */
export const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export const stateOf = ({ status, run, attempt, due_at }: Job): string => [status, run, attempt, due_at].join(" ");

/** Whether a write gives a claim back, under which nothing has started: as if there had been none. */
export const isGivenBack = (before: Job | undefined, after: Job): boolean =>
  before?.claim_id !== undefined &&
  before.status === "running" &&
  // One that has crashed before is as it was then: its lease is over.
  (isWaiting(after) || (after.status === "running" && after.claim_id === undefined && after.claims > 0)) &&
  stateOf({ ...before, status: after.status }) === stateOf(after) &&
  before.attempts.length === after.attempts.length;

/** The step of one run of a feature. */
export const stepKey = ({ job_id, run }: Pick<JobMessage, "job_id" | "run">, step: string): string =>
  `${job_id} ${run} ${step}`;

/** The job in the lines of a trace. */
export const nameOf = (job: Pick<Job, "id" | "run" | "attempt">): string =>
  `${job.id.slice(-6)} run ${job.run} attempt ${job.attempt}`;
