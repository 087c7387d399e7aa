import type { Approval } from "../../lambdas/core/job/approval.ts";
import type { Job } from "../../lambdas/core/job/job.ts";
import { cachedFrom } from "../../lambdas/core/job/result-cache.ts";
import { statsOf } from "../../lambdas/core/queries/stats-view.ts";
import type { StepView } from "../../lambdas/core/queries/step-view.ts";
import { approvalsAreWhole } from "./approval-rules.ts";
import { isCoded } from "./coded.ts";
import { editedEvent } from "./editions.ts";
import type { Marked } from "./executions.ts";
import { stepsOf } from "./feature-rules.ts";
import { itemsAreUndone, listsAreWhole } from "./for-each-rules.ts";
import type { Hardship } from "./hardship.ts";
import { type Ledger, nameOf, stepKey } from "./ledger.ts";
import { startsKeepRates } from "./limit-rules.ts";
import { type Held, holds } from "./pausing.ts";
import { isSkipped } from "./series-rules.ts";
import { sharedInputs } from "./shared-inputs.ts";
import type { System } from "./system.ts";
import { undosAreWhole } from "./undo-rules.ts";
import { waitsAreWhole } from "./wait-rules.ts";
import { hasCrashed } from "./write-rules.ts";

export interface AtRest {
  system: System;
  ledger: Ledger;
  /** The ids of jobs with a receipt. */
  accepted: ReadonlySet<string>;
  hardship: Hardship;
  isPeaceful: boolean;
  isDone(job: Job): boolean;
  bystanders: readonly Job[];
  /** What was paused, and when. */
  held: readonly Held[];
  /** The approvals that are listed as open. */
  open: Approval[];
}

/** Checks what must hold once everything has ended. */
export function checkAtRest(rest: AtRest) {
  nothingLost(rest);
  runsAreWhole(rest);
  resultsAreTheWinners(rest);
  featuresAreWhole(rest);
  waitsAreWhole(rest);
  approvalsAreWhole(rest);
  undosAreWhole(rest);
  listsAreWhole(rest);
  itemsAreUndone(rest);
  rest.system.bus.checkComplete(rest.system.letters);
  rest.system.webhooks.checkComplete(rest.system.letters);
  tasksAnswered(rest);
  startsKeepRates(rest.ledger, rest.hardship.skew);
  sharedInputs(rest.system, rest.ledger);
  if (!rest.isPeaceful) return;
  punctual(rest);
  featuresGoOn(rest);
  counted(rest);
}

/** Invariant 1. */
function nothingLost({ system, ledger: { observer, lifeOf }, accepted, isDone }: AtRest) {
  for (const id of accepted) {
    if (system.jobs.peek(id)) continue;
    // Requested again after its deletion, it may have been refused.
    const { isDeleted, wasDeleted, isPromised } = lifeOf(id);
    if (!isDeleted && !(wasDeleted && !isPromised)) observer.violated(1, `${id.slice(-6)} was accepted and is gone`);
  }
  for (const job of system.jobs.all())
    if (!isDone(job)) observer.violated(1, `${nameOf(job)} is still ${job.status} at the end`);
}

/** Invariant 7: the archive has every run before the last one, exactly once. */
function runsAreWhole({ system, ledger: { observer, lifeOf } }: AtRest) {
  for (const job of system.jobs.all()) {
    const runs = [...lifeOf(job.id).archive.keys()].sort((a, b) => a - b);
    const missing = Array.from({ length: job.run - 1 }, (_, i) => i + 1).filter((run) => !runs.includes(run));
    if (missing.length > 0) observer.violated(7, `${nameOf(job)}: runs ${missing.join(", ")} are not in the archive`);
  }
}

/**
 * The runs before the job's current one: for that one a consumer that died may have left an outcome that was never accepted.
 */
const archivedRuns = ({ jobs }: Pick<System, "jobs">) =>
  jobs.archived().filter(({ job_id, run }) => run < (jobs.peek(job_id)?.run ?? 0));

/** Invariant 3 for stored values: a consumer that lost its claim has changed nothing, including blobs. */
function resultsAreTheWinners({ system, ledger: { observer, lifeOf } }: AtRest) {
  const kept = [
    ...system.jobs
      .all()
      .map(({ id, type, run, result, attempts }) => ({ id, type, run, result, from: cachedFrom(attempts) })),
    ...archivedRuns(system).map(({ job_id: id, run, result }) => ({
      id,
      type: system.jobs.peek(id)?.type,
      run,
      result,
      from: undefined,
    })),
  ];
  for (const { id, type, run, result, from } of kept) {
    if (!result || type === undefined || type === "feature") continue;
    // Another job has come under the id of the one whose result it is.
    if (from !== undefined && lifeOf(from).wasDeleted) continue;
    if ("blob" in result) observer.cover("large result");
    // A deletion takes the results first, and may have been interrupted.
    if (!system.isKept(result) && lifeOf(id).isDeletionTried) continue;
    const { claim, result_lost } = system.load(result) as Marked & { result_lost?: true };
    if (result_lost) {
      observer.cover("a result could not be stored");
      continue;
    }
    // What own code returns has another mark (code-rules.ts).
    if (system.jobs.peek(id)?.own_step) continue;
    // It was the job of a feature, whose outputs have no mark, before a deployment made it another one.
    if (claim === undefined && system.jobs.peek(id)?.schedule) continue;
    const winner = from === undefined ? lifeOf(id).winners.get(run) : lifeOf(from).winners.get(1);
    if (winner !== undefined && claim !== winner)
      observer.violated(3, `the result of ${id.slice(-6)} run ${run} is not the winner's`);
  }
}

/** Invariant 8 for the tasks of Step Functions. */
function tasksAnswered({ system, ledger: { observer } }: AtRest) {
  for (const job of system.jobs.all())
    for (const token of job.task_tokens ?? [])
      if (!system.tasks.isAnswered(token) && !system.letters.hasWriteOf(job.id))
        observer.violated(8, `a task that waits for ${nameOf(job)} was never answered`);
}

/** A completed feature has done each of its steps, and a failed feature has a step that did not complete. */
function featuresAreWhole({ system, ledger: { observer, steps, lifeOf }, bystanders }: AtRest) {
  const known = new Set(bystanders.map(({ id }) => id));
  for (const job of system.jobs.all()) {
    if (job.type !== "feature" || job.list || known.has(job.id)) continue;
    // A paused series that is over when it is resumed completes without a run.
    if (job.attempts.length === 0) continue;
    // Its steps are those of its definition (editing.ts).
    if (job.event === editedEvent || isCoded(job)) continue;
    const children = stepsOf(job.event).map(([key, step]) => {
      const id = steps.get(stepKey({ job_id: job.id, run: job.run }, key));
      const child = id === undefined ? undefined : system.jobs.peek(id);
      const isDeleted = id !== undefined && !child && lifeOf(id).isDeleted;
      // A deletion takes the results first, and may have been interrupted.
      const isEmptied = child?.result && !system.isKept(child.result) && lifeOf(child.id).isDeletionTried;
      return { key, step, child, isDeleted, isEmptied };
    });
    if (job.status === "failed" && !hasCrashed(job.error)) {
      const isToBlame = ({ step, child, isDeleted, isEmptied }: (typeof children)[number]) =>
        // A deleted step's result is gone for whoever refers to it; a step retried by hand may have completed since.
        isDeleted ||
        isEmptied ||
        (!step.allow_fail && (child?.status !== "completed" || child.retried_after !== undefined));
      if (!children.some((one) => isToBlame(one) && hasStarted(one)))
        observer.violated("feature", `${nameOf(job)} failed, and none of its steps has`);
    }
    if (job.status !== "completed") continue;
    const shown = (job.progress ? system.load(job.progress) : {}) as Record<string, StepView>;
    for (const { key, step, child, isDeleted } of children) {
      const { allow_fail, if: condition } = step;
      if (isDeleted) continue;
      // A step retried by hand may have ended differently since.
      const isShown = shown[key]?.job_id === child?.id && shown[key]?.status === child?.status;
      if (child ? !isShown && child.retried_after === undefined : !shown[key])
        observer.violated("feature", `${nameOf(job)} shows step ${key} as ${shown[key]?.status ?? "none"}`);
      if (!child && !condition && !allow_fail && !step.wait && !step.approve)
        observer.violated("feature", `${nameOf(job)} completed without step ${key}`);
      if (child && child.status !== "completed" && !allow_fail)
        observer.violated("feature", `${nameOf(job)} completed although step ${key} is ${child.status}`);
    }
  }
}

const hasStarted = ({ child, isDeleted }: { child: Job | undefined; isDeleted: boolean }) =>
  isDeleted || child !== undefined;

/** The design promises one second. If AWS is quick, the lag of SQS and a few calls take less than half of it. */
const punctualMs = 500;

/**
 * A slow decision may be out of time between the record of a step and its message, which the next decision then sends: after the lease of the
 * first one, besides what the first one took (seed 73093188).
 */
const resumedMs = 30_000;

/** Jobs are on time if nothing breaks. */
function punctual(rest: AtRest) {
  const { system, hardship } = rest;
  const { observer } = rest.ledger;
  const mostMs = punctualMs + hardship.patience;
  const runs = runsOf(system);
  const before = new Map(runs.map((one) => [`${one.id} ${one.run + 1}`, one]));
  for (const run of runs) {
    const { id, repeat, attempts } = run;
    // The time of a run may have passed when the one before it, which a pause held, ends and makes it. With `cancel_previous` it is
    // the next run that ends the one before it, unless that one was skipped.
    const last = before.get(`${id} ${run.run}`);
    const isMadeByIt = last && (repeat?.overlap !== "cancel_previous" || isSkipped(last));
    const made = (isMadeByIt && last.finished_at) || 0;
    // An occurrence that waited for the end of a longer run is late by design.
    if (repeat?.overlap === "queue" || repeat?.missed === "all") continue;
    // One that waited for a slot is late too; idle-slots.ts checks that nothing but its limits holds it back.
    if (system.jobs.peek(id)?.gates) continue;
    const most = mostMs + (system.jobs.peek(id)?.parent && hardship.patience > 0 ? resumedMs : 0);
    for (const { attempt, started_at, due_at } of attempts) {
      const late = started_at - Math.max(made, heldUntil(rest, { ...(run as Job), due_at }));
      if (late > most)
        observer.violated("punctuality", `${id.slice(-6)} attempt ${attempt} started ${late} ms late in peace`);
    }
  }
}

/** What a pause held starts this long after its end at the latest, besides its turn: the end is noticed, and consumers know of it. */
const drainedMs = 75_000;

/** The latest time at which a job that was due at `due_at` may start: its own, or the last turn after the pauses that held it. */
function heldUntil(
  { held, hardship, system }: AtRest,
  run: Pick<Job, "product" | "env" | "event" | "due_at" | "repeat">,
): number {
  const jobs = system.jobs.all().length;
  // Its message may come that late, and meet a pause that began after its time.
  const lag = decisionMs + hardship.patience;
  // The next run ends the one before it by the message of an occurrence that was held, so it comes with what the pause has held.
  const reach = run.repeat?.overlap === "cancel_previous" ? drainedMs : settledMs;
  let at = run.due_at;
  // One pause may begin while another one drains.
  for (const { from, to, until, rate, ...scope } of [...held].sort((a, b) => a.from - b.from)) {
    const end = Math.min(to, until);
    const turn = end + drainedMs + (2000 * jobs) / rate;
    if (holds(scope, run) && from - lag <= at && run.due_at < end + reach) at = Math.max(at, turn);
  }
  return at;
}

/** How long after the end of a pause consumers may still hold what they believe to be paused. */
const settledMs = 10_000;

/** The longest decision: the wake-up, the claim, and the writes; twice if another decision is in progress at the wake-up. */
const decisionMs = 5000;

/** The end of a step wakes its feature at once. */
function featuresGoOn(rest: AtRest) {
  const { system, hardship } = rest;
  const { observer } = rest.ledger;
  const mostMs = decisionMs + hardship.patience;
  const families = Map.groupBy(
    system.jobs.all(),
    ({ parent }) => parent && `${parent.message.job_id} ${parent.message.run}`,
  );
  for (const [key, steps] of families) {
    const feature = system.jobs.peek(key?.split(" ")[0] ?? "");
    if (!feature || feature.run !== steps[0]?.parent?.message.run) continue;
    // Its steps may wait for a deployment, too.
    if (feature.event === editedEvent || isCoded(feature)) continue;
    // The progress has the ends of waits, which have no job.
    const shown = Object.values((feature.progress ? system.load(feature.progress) : {}) as Record<string, StepView>);
    const starts = feature.attempts.map(({ started_at }) => started_at);
    const ends = [
      feature.started_at ?? 0,
      ...starts,
      ...[...steps, ...shown].map(({ finished_at = 0 }) => finished_at),
    ];
    const latest = (end: number) => heldUntil(rest, { ...feature, due_at: end });
    const isSoon = (time: number) => ends.some((end) => time >= end - 100 && time <= latest(end) + mostMs);
    // Its cancellation begins the undo of a run, and nothing tells when that was once it has ended. A page starts while those before it run.
    for (const step of steps)
      if (!step.list && !isSoon(step.created_at) && !(step.parent?.undo && feature.status === "cancelled"))
        observer.violated("feature", `${nameOf(step)} was started long after what it waits for`);
    // The next run of a feature may have cancelled this one, and the features among its steps with it.
    if (feature.finished_at !== undefined && feature.status !== "cancelled" && !isSoon(feature.finished_at))
      observer.violated("feature", `${nameOf(feature)} ended long after its last step`);
  }
}

type Run = Pick<Job, "id" | "run" | "attempts" | "repeat" | "finished_at" | "reason"> & { status: string };

const runsOf = ({ jobs }: System): Run[] => [
  ...jobs.all(),
  ...archivedRuns({ jobs }).map(({ job_id: id, ...run }) => ({ ...jobs.peek(id), id, ...run })),
];

/** Invariant 8 for the counters: they are exact where nothing is delivered twice and nothing is refused. */
function counted({ system, ledger: { observer }, bystanders }: AtRest) {
  const known = new Set(bystanders.map(({ id }) => id));
  const runs = runsOf(system).filter(({ id }) => !known.has(id) && !system.jobs.peek(id)?.list);
  const counts = statsOf(system.stats.all().map(({ counts }) => counts)).counts;
  const count = (status: string) => runs.filter((run) => run.status === status && run.attempts.length > 0).length;
  const right = {
    scheduled: system.jobs.all().filter(({ list }) => !list).length - known.size,
    completed: count("completed"),
    failed: count("failed"),
    cancelled: runs.filter(({ status }) => status === "cancelled").length,
  };
  if (JSON.stringify(counts) !== JSON.stringify(right))
    observer.violated(8, `counted ${JSON.stringify(counts)}, but there are ${JSON.stringify(right)}`);
}
