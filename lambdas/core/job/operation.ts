import { hash, randomBytes } from "node:crypto";
import * as z from "zod";
import type { Actor } from "./actor.ts";
import type { IndexPosition } from "./index-position.ts";
import { isFinished, type Job } from "./job.ts";
import { isOnlyFailed, type JobFilter } from "./job-filter.ts";
import { isFoundBy } from "./job-search.ts";
import type { SearchIn } from "./search-entries.ts";

/*
 * A change of many jobs that goes on by itself. First it collects the ids of the jobs, then it works through that list, which does not change
 * any more. It is done turn by turn: a process takes a turn with a write, works, and ends the turn with another one. What a process that died
 * has begun is done again in the next turn, and no job is changed twice, because each has a mark of the operation.
 */

/** What an operation does to each of its jobs. `count` only counts them. */
export const operationActions = [
  "retry",
  "cancel",
  "pause",
  "resume",
  "delete",
  "reschedule",
  "run-now",
  "count",
] as const;
export type OperationAction = (typeof operationActions)[number];

/**
 * `collecting`: it looks for its jobs. `ready`: it has found them, and has changed none. `canary`: it has changed a few, and looks what becomes
 * of them. `running`: it changes the others. `done`, `stopped`: by a caller; `halted`: by itself; `refused`: before it changed any job.
 */
export const operationStates = [
  "collecting",
  "ready",
  "canary",
  "running",
  "done",
  "stopped",
  "halted",
  "refused",
] as const;
export type OperationState = (typeof operationStates)[number];

/**
 * `looking_up`: it collects by a value of its jobs or by their cause, and is shown as `collecting`. A version that knows neither would collect
 * every job of the filter. It leaves an operation alone whose state it does not know.
 */
type StoredState = OperationState | "looking_up";
const storedStates: readonly StoredState[] = [...operationStates, "looking_up"];

const overStates: readonly StoredState[] = ["done", "stopped", "halted", "refused"];

/** Why an operation ended before its end, or waits for a caller. */
export const operationReasons = [
  "CANARY_FAILED",
  "CANARY_UNDECIDED",
  "KEY_REVOKED",
  "KEY_EXPIRED",
  "SCOPE_NARROWED",
  "PRODUCT_GONE",
  "LIST_GONE",
  "OTHER_NUMBER",
  "TOO_MANY",
] as const;
export type OperationReason = (typeof operationReasons)[number];

export const operationLimits = {
  /** Operations of a product that are not over. */
  open: 5,
  /** Jobs of one operation. */
  jobs: 1_000_000,
  /** Ids of jobs in a request. */
  ids: 1000,
  ratePerSecond: { usual: 10, most: 200 },
  /** Jobs of a canary, and of the sample that is shown. */
  sample: 10,
  /** Marks of operations that a job keeps. */
  marks: 8,
  /** Ids in one object of the list. */
  part: 10_000,
} as const;

/** How much of the rate one turn takes: what is changed after a stop is no more than that. */
const sliceMs = 5000;
/** For how long a process may work on a turn. */
export const leaseMs = 60_000;
/** How long before the end of its lease it stops changing jobs: a write that is under way ends within that. */
export const leaseMarginMs = 15_000;
/** How often the jobs of a canary are looked at. */
export const lookEveryMs = 10_000;
/** After how many turns in vain a job counts as failed that AWS refuses to change. */
export const mostTries = 5;

/** Which jobs it is about, of its product and envs. */
type OperationFilter = JobFilter &
  Required<Pick<JobFilter, "status">> & {
    /** The id of the cause for which they have failed. */
    cause?: string;
  };

/** A value that its jobs have, of one field of the search. */
export interface OperationValue {
  field: string;
  sealed: boolean;
  /** In each of its envs: the text, or of a sealed field the hash under each key. Nothing else is kept of a sealed value. */
  places: { env: string; values: string[] }[];
}

interface OperationCanary {
  count: number;
  /** For how long its jobs are looked at before a caller is asked, in milliseconds. */
  for_ms: number;
  max_failures: number;
}

interface OperationCounts {
  /** Jobs that have the mark of the operation; of a deletion, those that are gone. */
  changed: number;
  /** Jobs whose state, or that they are gone, left nothing to do. */
  unchanged: number;
  /** Jobs that could not be changed by a fault of ours, or because AWS refused it for long. */
  failed: number;
}

/** Positions of the list that a turn works on. */
interface Slice {
  from: number;
  /** Exclusive. */
  to: number;
}

/** A stored operation. All times are epoch milliseconds. */
export interface Operation {
  id: string;
  product: string;
  envs: string[];
  action: OperationAction;
  filter: OperationFilter;
  /** What the filter says of the search. */
  where?: OperationValue;
  /** Only these, until they are collected. */
  job_ids?: string[];
  reason?: string;
  rate_per_second: number;
  canary?: OperationCanary;
  /** How many jobs it must find. */
  expect?: number;
  dry_run?: true;
  /** When the first of the jobs is due that are moved. The others follow at the rate. */
  start_at?: number;
  /** Until when jobs are planned already. */
  planned_until?: number;
  /** A hash of the request, to tell a repeated idempotency key from one that is used for something else. */
  fingerprint: string;
  made_by: Actor;
  made_by_name?: string;
  /** Whose reach is checked in each turn: who has continued it last, or has made it. */
  actor: Actor;
  actor_name?: string;
  created_at: number;

  state: StoredState;
  /** Raised by one with every write: the optimistic lock. */
  version: number;
  /** Raised by one whenever a turn is taken or ended: messages name it, and a process that has lost its turn ends none. */
  turn: number;
  /** Until when a process works on the turn. */
  lease_until?: number;
  /** The next turn begins no earlier. */
  not_before: number;
  /** One of the places that a product has for operations that are not over. */
  slot: number;
  /** Callers, or what it has found, want it to wait. */
  paused?: { at: number; why?: OperationReason; detail?: string };
  /** A caller wants it to end. */
  stop?: { at: number };

  /** How far it has come in the index: the partition, and the position in it. By a value: which of `searchedBy`, and the position there. */
  place?: { partition: number; after?: IndexPosition };
  /** Over how many partitions of the index the jobs of a phase were spread when it began. */
  shards: number;
  /** The objects with its ids: `operations/<id>/<turn>-<n>`. */
  list: { turn: number; n: number; count: number }[];
  /** Ids with the smallest hashes: the canary, and a sample for people. */
  sample: string[];
  collected_at?: number;

  /** How many of the canary and then of the list were worked on. */
  pos: number;
  /** What a turn has begun and not ended. */
  slice?: Slice;
  counts: OperationCounts;
  /** How many turns in a row have come to nothing. */
  tries?: number;
  /** The turn with the last page of jobs that were not changed; each page names the one before it. */
  last_page?: number;
  canary_at?: number;
  /** Until when its jobs are looked at. */
  watch_until?: number;
  ended_at?: number;
  why?: OperationReason;
  detail?: string;
}

/** A job that was not changed, and why. */
export interface NotChanged {
  job_id: string;
  outcome: "unchanged" | "failed";
  code: string;
  detail: string;
}

/** Says that an operation goes on with a turn. Fields that a later version adds are ignored. */
export const OperationMessage = z.object({ v: z.literal(1), id: z.string(), turn: z.int().min(0) });
export type OperationMessage = z.infer<typeof OperationMessage>;

export const operationMessageOf = ({ id, turn }: Operation): OperationMessage => ({ v: 1, id, turn });

export const operationIdPattern = /^op_[0-9a-f]{16}$/;

/** A fresh id, or the one that an idempotency key names, so that a repeated request finds its operation. */
export const operationIdOf = (product: string, key: string | undefined): string =>
  `op_${key === undefined ? randomBytes(8).toString("hex") : hash("sha256", JSON.stringify([product, key, "operation"]), "hex").slice(0, 16)}`;

export const matchedOf = ({ list }: Pick<Operation, "list">): number => list.reduce((sum, { count }) => sum + count, 0);

export const isOver = ({ state }: Pick<Operation, "state">): boolean => overStates.includes(state);

/** Whether this version knows what an operation is about: of a later one it is left alone. */
export const isKnownOperation = ({ action, state }: Pick<Operation, "action" | "state">): boolean =>
  operationActions.includes(action) && storedStates.includes(state);

export const isCollecting = ({ state }: Pick<Operation, "state">): boolean =>
  state === "collecting" || state === "looking_up";

/** As callers know it. */
export const shownState = ({ state }: Pick<Operation, "state">): OperationState =>
  state === "looking_up" ? "collecting" : state;

/** The parts of the search's index that lead to its jobs: where only those that have failed are asked for, the entries of failures. */
export const searchedBy = (
  { product, filter }: Pick<Operation, "product" | "filter">,
  where: OperationValue,
): SearchIn[] =>
  where.places.flatMap(({ env, values }) => {
    const { field, sealed } = where;
    return values.map((value) => ({ product, env, field, value, sealed, failed: isOnlyFailed(filter) }));
  });

/** Whether a job has the value that its jobs have. */
export const hasValue = ({ where }: Pick<Operation, "where">, { env, search }: Pick<Job, "env" | "search">): boolean =>
  where === undefined ||
  where.places.some((place) => place.env === env && isFoundBy(search, { ...where, values: place.values }));

/** Whether it changes jobs, or only looks for them. */
export const isOnlyCounting = ({ action, dry_run }: Pick<Operation, "action" | "dry_run">): boolean =>
  action === "count" || dry_run === true;

/** The operation with a change, and the version of the next write. */
export const changedOperation = (operation: Operation, change: Partial<Operation>): Operation => ({
  ...operation,
  ...change,
  version: operation.version + 1,
});

type Turn = "over" | "stale" | "held" | "busy" | "early" | "go";

/** What a message may do. Anything but `go` leaves the operation as it was. */
export function operationTurn(operation: Operation, turn: number, now: number): Turn {
  if (isOver(operation)) return "over";
  if (turn !== operation.turn) return "stale";
  if (operation.lease_until !== undefined && operation.lease_until > now) return "busy";
  if (operation.paused && !operation.stop) return "held";
  return operation.not_before > now && !operation.stop ? "early" : "go";
}

/** When the reconciler sends a message for it, if none has done anything until then. Undefined: a caller has to go on. */
export const lostAfter = ({ paused, stop, not_before, lease_until = 0 }: Operation): number | undefined =>
  paused && !stop ? undefined : Math.max(stop ? 0 : not_before, lease_until) + lostMs;

const lostMs = 15_000;

/** The operation with a turn for a process: what it is to work on is `slice`, unless it collects or looks at its canary. */
export function takenTurn(operation: Operation, now: number): Operation {
  const state = operation.state === "ready" ? (operation.canary ? "canary" : "running") : operation.state;
  const begun = { ...operation, state, turn: operation.turn + 1, lease_until: now + leaseMs };
  const slice = operation.slice ?? nextSlice(begun);
  const begins = state === "canary" && operation.canary_at === undefined;
  return changedOperation(begun, { ...(slice && { slice }), ...(begins && { canary_at: now }) });
}

/** The jobs of the canary come first, and are left out where the list has them. */
export const canaryOf = ({ canary, sample }: Pick<Operation, "canary" | "sample">): string[] =>
  sample.slice(0, canary?.count ?? 0);

const listEndOf = (operation: Operation): number => {
  const first = canaryOf(operation).length;
  return operation.state === "canary" ? first : first + matchedOf(operation);
};

function nextSlice(operation: Operation): Slice | undefined {
  const { state, pos, stop } = operation;
  const end = listEndOf(operation);
  if ((state !== "canary" && state !== "running") || stop || pos >= end) return undefined;
  return { from: pos, to: Math.min(end, pos + Math.max(1, Math.floor((operation.rate_per_second * sliceMs) / 1000))) };
}

/** Ends a turn. The next one begins `waitMs` later. */
const freed = (operation: Operation, now: number, waitMs: number, change: Partial<Operation> = {}): Operation => {
  const { lease_until: _lease, ...rest } = operation;
  return changedOperation(rest, { turn: operation.turn + 1, not_before: now + waitMs, ...change });
};

/** The end of an operation, in the turn that ends it. */
export function endedOperation(
  operation: Operation,
  state: "done" | "stopped" | "halted" | "refused",
  { now, why, detail }: { now: number; why?: OperationReason; detail?: string },
): Operation {
  const { slice: _slice, paused: _paused, job_ids: _ids, place: _place, ...rest } = operation;
  const because = { ...(why && { why }), ...(detail !== undefined && { detail }) };
  return freed(rest, now, 0, { state, ended_at: now, ...because });
}

/** Ids that a turn has found, and how far it has come. */
export interface Collected {
  list: Operation["list"];
  sample: string[];
  /** Absent: that is all. */
  place?: NonNullable<Operation["place"]>;
}

/** After a turn that has collected ids. What it must find is judged once all are found. */
export function afterCollecting(operation: Operation, { list, sample, place }: Collected, now: number): Operation {
  const next = { ...operation, list: [...operation.list, ...list], sample };
  const matched = matchedOf(next);
  if (matched > operationLimits.jobs) {
    const detail = `It has found more than ${operationLimits.jobs} jobs. Narrow its filter, by times for instance.`;
    return endedOperation(next, "refused", { now, why: "TOO_MANY", detail });
  }
  if (place) return freed({ ...next, place }, now, 0);
  const whole: Operation = { ...next, collected_at: now };
  if (operation.expect !== undefined && operation.expect !== matched) {
    const detail = `It has found ${matched} jobs, and was to find ${operation.expect}.`;
    return endedOperation(whole, "refused", { now, why: "OTHER_NUMBER", detail });
  }
  if (isOnlyCounting(operation) || matched === 0) return endedOperation(whole, "done", { now });
  const { job_ids: _ids, place: _place, ...rest } = whole;
  return freed(rest, now, 0, { state: "ready" });
}

/** What has become of the first jobs of a slice, in their order; those behind them were not done. */
export interface Worked extends OperationCounts {
  /** Positions of the slice, those included that count for nothing. */
  positions: number;
  /** Until when jobs are planned. */
  planned_until?: number;
  /** The turn has a page of jobs that were not changed. */
  has_page: boolean;
  /** When the work began, from which the rate counts. */
  began: number;
}

/** After a turn that has changed jobs. */
export function afterSlice(operation: Operation, worked: Worked, now: number): Operation {
  const { slice = { from: operation.pos, to: operation.pos }, counts, rate_per_second } = operation;
  const { positions, changed, unchanged, failed, planned_until, has_page, began } = worked;
  const pos = slice.from + positions;
  const { slice: _slice, tries: _tries, ...rest } = operation;
  const isWhole = pos >= slice.to;
  const next: Operation = {
    ...rest,
    pos,
    counts: {
      changed: counts.changed + changed,
      unchanged: counts.unchanged + unchanged,
      failed: counts.failed + failed,
    },
    ...(planned_until !== undefined && { planned_until }),
    ...(has_page && { last_page: operation.turn }),
    // What is left of it may have been changed, and is not counted: it stays what is to be done next.
    ...(!isWhole && { slice: { from: pos, to: slice.to } }),
    ...(positions === 0 && { tries: (operation.tries ?? 0) + 1 }),
  };
  const pause = positions === 0 ? Math.min(60_000, sliceMs * 2 ** (operation.tries ?? 0)) : 0;
  const dueNext = Math.max(began + (positions * 1000) / rate_per_second, now + pause);
  if (isWhole && next.state === "running" && pos >= listEndOf(next)) return endedOperation(next, "done", { now });
  const watches = isWhole && next.state === "canary" && pos >= listEndOf(next);
  if (watches) return freed(next, now, lookEveryMs, { watch_until: now + (next.canary?.for_ms ?? 0) });
  return freed(next, now, Math.max(0, Math.ceil(dueNext - now)));
}

/** What has become of a job of the canary since it was changed. */
function canaryOutcome(job: Job | undefined, since: number): "well" | "failed" | "undecided" {
  // It has ended, and is forgotten.
  if (!job) return "well";
  const attempts = [...job.attempts, ...(job.last_run ? [job.last_run] : [])].filter(
    ({ ended_at }) => ended_at >= since,
  );
  if (attempts.some(({ outcome }) => outcome === "failed")) return "failed";
  if (isFinished(job)) return job.status === "failed" ? "failed" : "well";
  return attempts.length > 0 ? "well" : "undecided";
}

/**
 * After a turn that has looked at the canary: `jobs` are those that were changed. A failed attempt decides, and so does an end. What has done
 * neither in time, because a pause or a limit holds it, is for a caller to decide.
 */
export function afterLook(operation: Operation, jobs: readonly (Job | undefined)[], now: number): Operation {
  const { canary, canary_at = now, watch_until = now, counts } = operation;
  const outcomes = jobs.map((job) => canaryOutcome(job, canary_at));
  const failed = outcomes.filter((one) => one === "failed").length + counts.failed;
  const undecided = outcomes.filter((one) => one === "undecided").length;
  if (failed > (canary?.max_failures ?? 0)) {
    const detail = `${failed} of the first ${canaryOf(operation).length} jobs failed, and ${canary?.max_failures} may.`;
    return endedOperation(operation, "halted", { now, why: "CANARY_FAILED", detail });
  }
  if (undecided === 0) return freed(operation, now, 0, { state: "running" });
  if (now < watch_until) return freed(operation, now, Math.min(lookEveryMs, watch_until - now));
  const detail = `${undecided} of the first ${canaryOf(operation).length} jobs have neither failed nor ended. Continue or stop it.`;
  return freed(operation, now, 0, { paused: { at: now, why: "CANARY_UNDECIDED", detail } });
}

/** After a turn that has found what ends the operation: `changed` are the jobs that a turn before has changed and not counted. */
export function afterRecount(
  operation: Operation,
  changed: number,
  end: { state: "stopped" | "halted"; now: number; why?: OperationReason; detail?: string },
): Operation {
  const counts = { ...operation.counts, changed: operation.counts.changed + changed };
  return endedOperation({ ...operation, counts }, end.state, end);
}

/** After a turn that waits for a caller. */
export const askedBack = (operation: Operation, why: OperationReason, detail: string, now: number): Operation =>
  freed(operation, now, 0, { paused: { at: now, why, detail } });

/** What callers ask of an operation. */
export type Steering =
  | { do: "pause" }
  | { do: "continue"; actor: Actor; name?: string }
  | { do: "stop" }
  | { do: "rate"; rate_per_second: number };

/** The operation as a caller wants it. Its turn stays the same, so that a process that is at work ends it. */
export function steered(operation: Operation, asked: Steering, now: number): Operation | "unchanged" | "conflict" {
  if (isOver(operation)) return asked.do === "stop" && operation.state === "stopped" ? "unchanged" : "conflict";
  if (operation.stop) return asked.do === "stop" ? "unchanged" : "conflict";
  switch (asked.do) {
    case "pause":
      return operation.paused ? "unchanged" : changedOperation(operation, { paused: { at: now } });
    case "stop":
      return changedOperation(operation, { stop: { at: now } });
    case "rate":
      return operation.rate_per_second === asked.rate_per_second
        ? "unchanged"
        : changedOperation(operation, { rate_per_second: asked.rate_per_second });
    case "continue": {
      if (!operation.paused) return "unchanged";
      const { paused, actor_name: _name, ...rest } = operation;
      const name = asked.name === undefined ? {} : { actor_name: asked.name };
      const decided = paused.why === "CANARY_UNDECIDED" && { state: "running" as const };
      return changedOperation(rest, { actor: asked.actor, ...name, ...decided });
    }
  }
}

/** Whether an operation has changed a job: the last marks stay with it, however often it is changed by others. */
export const hasMark = ({ ops }: Pick<Job, "ops">, { id }: Pick<Operation, "id">): boolean =>
  ops?.includes(id) ?? false;

/** The job with the mark of an operation. */
export const markedBy = (job: Job, { id }: Pick<Operation, "id">): Job => ({
  ...job,
  ops: [...(job.ops ?? []), id].slice(-operationLimits.marks),
});

/** The ids with the smallest hashes: as good as chosen by chance, and the same whenever they are chosen. */
export function sampleOf(operation: Pick<Operation, "id">, ids: readonly string[]): string[] {
  const hashed = ids.map((id) => ({ id, hash: hash("sha256", `${operation.id} ${id}`, "hex") }));
  return hashed
    .sort((one, other) => (one.hash < other.hash ? -1 : 1))
    .slice(0, operationLimits.sample)
    .map(({ id }) => id);
}
