import type { JobChange } from "../aws/lambda/stream-handler.ts";
import type { Attempt, AttemptError } from "../core/job/attempt.ts";
import { isFinished, isWaiting, type Job } from "../core/job/job.ts";
import type { JobEvent, JobEventDetail, JobEventName } from "../core/job/job-event.ts";
import { isList } from "../core/job/list.ts";
import { type RunWait, type WaitsChanged, waitsChanged } from "../core/job/run-wait.ts";
import { defined, pick } from "../core/kernel/defined.ts";
import { actorsShown } from "../core/queries/actor-view.ts";

/** Something that happened to a job, with what the counters need to know about it. */
export interface JobTransition extends JobEvent {
  /** The job was created by this change. */
  created?: true;
  /** The attempt that ended with this transition. */
  ended?: Attempt;
}

/**
 * The transitions that a change of a job stands for, in order. Most changes stand for one or none. Nobody has asked for the jobs that run
 * the items of a step: their ends show in those of the items and of the feature.
 */
export function transitionsOf({ before, after, at }: JobChange): JobTransition[] {
  if (!after || isList(after)) return [];
  if (!before) {
    const detail = { ...jobEventDetailOf(after), ...pick(actorsShown(after), ["made_by"]) };
    return [{ name: "scheduled", time: after.created_at, detail, created: true }];
  }
  const ends = endings(before, after, at);
  const all = [...waits(before, after), ...ends.flatMap(undoTransitions), ...ends, ...beginnings(before, after, at)];
  if (after.by?.at === before.by?.at) return all;
  const by = pick(actorsShown(after), ["by"]);
  return all.map((transition) => ({ ...transition, detail: { ...transition.detail, ...by } }));
}

/** That the steps of a run were undone, told before its end and under the same number. */
function undoTransitions({ time, detail, ended }: JobTransition): JobTransition[] {
  if (!ended?.rolled_back) return [];
  const rolled_back = pick(ended.rolled_back, ["steps", "failed"]);
  return [{ name: "run.rolled_back", time, detail: { ...detail, rolled_back } }];
}

/** What a decision of a run has done with its waits: before its end, if the same decision has ended it. */
function waits(before: Job, after: Job): JobTransition[] {
  const { begun, received } = waitsChanged(before, after);
  // A series holds the state of its next run by then.
  const isOver = after.run > before.run;
  const detail = { ...jobEventDetailOf(isOver ? before : after), version: versionOf(after) - (isOver ? 1 : 0) };
  const signalled = received.map(({ step, received: { signal, id, at } }) => ({ step, signal, id, at }));
  const waiting = begun.map((wait) => pick(wait, ["step", "until", "signals"]));
  return [
    ...(received.length > 0 ? [transitionAt("run.signalled", seenAt(received), detail, { received: signalled })] : []),
    ...(begun.length > 0 ? [transitionAt("run.waiting", begunAt(begun), detail, { waits: waiting })] : []),
  ];
}

const transitionAt = (
  name: JobEventName,
  time: number,
  detail: JobEventDetail,
  more: Pick<JobEventDetail, "waits" | "received">,
): JobTransition => ({ name, time, detail: { ...detail, ...more } });

const begunAt = (waits: readonly RunWait[]): number => Math.max(...waits.map(({ since }) => since));

/** A message that came before its wait is taken when that begins. */
const seenAt = (waits: WaitsChanged["received"]): number =>
  Math.max(...waits.map(({ since, received }) => Math.max(since, received.at)));

function endings(before: Job, after: Job, at: number): JobTransition[] {
  const ended = endedAttemptOf(before, after);
  // A series continues: its run has ended, and the item already holds the next run's state.
  if (ended && after.run > before.run) {
    const { outcome, started_at, ended_at: finished_at, error } = ended;
    const code = { ...errorCodesOf(error), ...endedTargetOf(ended) };
    const version = versionOf(after) - 1;
    const detail = { ...jobEventDetailOf(before), status: outcome, started_at, finished_at, ...code, version };
    return [{ name: outcome, time: finished_at, detail, ended }];
  }
  // A run that waited for another attempt was cancelled by the next one.
  if (after.run > before.run) {
    const version = versionOf(after) - 1;
    return [
      {
        name: "cancelled",
        time: at,
        detail: { ...jobEventDetailOf(before), status: "cancelled", finished_at: at, version },
      },
    ];
  }
  const { status, started_at, finished_at = at, error } = after;
  if (isFinished(after) && status !== before.status) {
    const times = { ...(ended && started_at !== undefined && { started_at }), finished_at };
    const code = { ...(status === "failed" && errorCodesOf(error)), ...endedTargetOf(ended) };
    const name = status as "completed" | "failed" | "cancelled";
    return [
      { name, time: finished_at, detail: { ...jobEventDetailOf(after), ...times, ...code }, ...(ended && { ended }) },
    ];
  }
  if (ended?.outcome === "failed") {
    const code = { ...errorCodesOf(error), ...endedTargetOf(ended) };
    return [{ name: "retrying", time: ended.ended_at, detail: { ...jobEventDetailOf(after), ...code }, ended }];
  }
  return [];
}

/** Which target of a fallback or quota ran the attempt. */
const endedTargetOf = (ended: Attempt | undefined) => defined({ target: ended?.target?.name });

const errorCodesOf = (error: AttemptError | undefined) =>
  error && { error_code: error.code, ...defined({ provider_code: error.provider_code }) };

/**
 * The attempt that ended with a change, if one did; nothing else decides this. A series that continues holds the attempts
 * of its next run by then, and the last attempt of the previous run in `last_run`.
 */
export function endedAttemptOf(before: Job, after: Job): Attempt | undefined {
  if (before.status !== "running") return undefined;
  if (after.run > before.run) return after.last_run;
  const last = after.attempts.at(-1);
  const earlier = before.attempts.at(-1);
  const recorded = last?.attempt !== earlier?.attempt || last?.ended_at !== earlier?.ended_at;
  return recorded && last?.attempt === before.attempt ? last : undefined;
}

function beginnings(before: Job, after: Job, at: number): JobTransition[] {
  const transition = (name: JobEventName, more: Partial<JobEventDetail> = {}, time = at): JobTransition[] => [
    { name, time, detail: { ...jobEventDetailOf(after), ...more } },
  ];
  // A claim that resumes a parked job, or takes over a crashed attempt, is not a start: the job was running before.
  // Nor is one that waited for another attempt started by its end.
  if (after.status === "running" && before.status !== "running" && !after.ending) {
    const { started_at } = after;
    return transition("started", { ...(started_at !== undefined && { started_at }) }, started_at);
  }
  if (after.status === "paused" && before.status !== "paused") return transition("paused");
  if (!isWaiting(after)) return [];
  if (before.status === "paused") return transition("resumed");
  if (isFinished(before)) return transition("retrying");
  const wait = waitBegun(before, after);
  if (wait) return transition("waiting", wait.gate, wait.since);
  // A start that a rate has given is no schedule that a caller asked for.
  const isReserved = after.reserved?.until === after.due_at;
  const moved = isWaiting(before) && before.due_at !== after.due_at && !isReserved;
  return moved || after.run > before.run ? transition("scheduled") : [];
}

/** A start that is given for the same minute is not worth an event. */
const leastWaitMs = 60_000;

/** The wait for a slot, or for a start that a rate has given, that a change has begun. */
function waitBegun(before: Job, { noted_wait: noted, reserved, due_at }: Job) {
  if (noted && noted.since !== before.noted_wait?.since) {
    const { limit, key, since } = noted;
    return { gate: { limit, key }, since };
  }
  const isNew = reserved?.until === due_at && before.reserved?.until !== due_at;
  if (!reserved || !isNew || reserved.until - reserved.since < leastWaitMs) return undefined;
  return { gate: { ...reserved.gate, starts_at: reserved.until }, since: reserved.since };
}

/**
 * The version of an event; it rises from each event of a job to the next. A change of a series may stand for two events, the
 * end of a run and what follows it, so the versions of a series count in twos.
 */
const versionOf = ({ version, repeat }: Job): number => (repeat ? 2 * version : version);

const jobEventDetailOf = (job: Job): JobEventDetail => ({
  job_id: job.id,
  product_tag: job.product,
  ...pick(job, ["env", "event", "type", "run", "attempt", "status", "scheduled_at", "due_at", "labels", "created_at"]),
  version: versionOf(job),
});
