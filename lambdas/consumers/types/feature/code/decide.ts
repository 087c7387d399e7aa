import { isCodeTarget } from "../../../../core/catalog/code-target.ts";
import { keptText, keptThrown, longestThrown } from "../../../../core/job/code-messages.ts";
import { cancelKey, longestKey } from "../../../../core/job/decide-messages.ts";
import type { UndoCounts } from "../../../../core/job/ending.ts";
import { isFinished, type Job } from "../../../../core/job/job.ts";
import { JobError, type JobErrorCode, jobErrorCodes } from "../../../../core/job/job-error.ts";
import { stepJobId } from "../../../../core/job/job-id.ts";
import type { AwaitedSignal } from "../../../../core/job/run-wait.ts";
import { defined } from "../../../../core/kernel/defined.ts";
import { dayMs } from "../../../../core/kernel/duration-ms.ts";
import { PermanentError, TransientError, traceOf } from "../../../../core/kernel/errors.ts";
import { cancelStep, isAbandoned } from "../../../../core/operations/change-job.ts";
import {
  type AttemptServices,
  Ended,
  type Execution,
  Finished,
  Parked,
} from "../../../../core/operations/execution.ts";
import { stepReasons } from "../../../../core/operations/parent-guard.ts";
import type { CodeInvoker } from "../../../../core/ports/code-invoker.ts";
import { stepViewOf } from "../../../../core/queries/step-view.ts";
import { measureParked, missingPauseMs } from "../../../engine/missing-event.ts";
import { measureBegun, measureEnded } from "../measured-waits.ts";
import { dueOf, nextLook } from "../next-look.ts";
import { notedWaits } from "../noted-waits.ts";
import { faultPauseMs, retryAt } from "../retry-decision.ts";
import type { StepState, StepStates } from "../step-state.ts";
import type { CodeFeature, ServedFeature } from "../target.ts";
import { nextTimer, stopListening } from "../waits.ts";
import { askCode, keepCode, leftFor, mostFor, Unanswered } from "./ask-code.ts";
import { type Begins, beginAll, jobKeyOf, untilLate } from "./begin.ts";
import type { ParsedDecided } from "./decide-answer.ts";
import { endOfJob, newEnds } from "./ends.ts";
import { noteNeed } from "./needed-code.ts";
import {
  append,
  byKey,
  codeProgress,
  endEntryOf,
  type Kept,
  type NewEntry,
  type Open,
  type OpenRun,
  openRun,
} from "./open-run.ts";
import { keepValue } from "./values.ts";

/** With less than this left, in milliseconds, a decision does not begin; where an attempt is short, with less than a third of it. */
const leastMs = 6000;

/**
 * With less than this left a decision does not ask again, and another one goes on: own code that is called then may take 20 seconds. Where an
 * attempt is short, with less than most of what it has.
 */
const leastAgainMs = 21_000;
const leastAgainShare = 0.85;

/** After how many rounds another decision goes on, so that no decision works for longer than its record is worth. */
const mostRounds = 200;

/**
 * The decider of a feature in code: it appends to the run's log what it sees, shows that to the handler, and begins what the handler has
 * called. Deciding twice changes nothing: the log decides in which order the handler sees what, and the ids of jobs are derived from the keys.
 */
export async function decideCode(
  execution: Execution,
  target: CodeFeature | ServedFeature,
  services: AttemptServices,
  code: CodeInvoker,
): Promise<Parked | Finished | Ended> {
  const { job, event } = execution;
  const run = await openRun(services, execution, job);
  const before = openStates(run);
  // Apart, since a run that has begun anew may wait again by the key of a wait that has ended.
  services.claim.noteWaits(() => [...notedWaits(openStates(run), before), ...notedWaits(run.ended, before)]);
  services.claim.whenRecorded(async () => {
    const ended = Object.fromEntries(Object.entries(run.ended).filter(([, { until }]) => until !== undefined));
    measureEnded(services.log, job, ended, services.clock.now());
    await stopListening(services, job, withoutOpen(ended, run.kept.open));
  });
  const end = await decisions(run, {
    ...{ execution, target, code },
    feature: String((event as { feature?: unknown }).feature),
  }).catch((error: unknown) => {
    const unanswered = decisionTooLarge(isCodeTarget(target) ? error : unreached(error));
    if (!(unanswered instanceof Unanswered)) throw error;
    return parkedBy(run, unanswered);
  });
  const { bundle } = run.job;
  // Code that runs elsewhere keeps its versions itself.
  if (bundle !== undefined && isCodeTarget(target)) {
    // A run that has ended may be retried.
    const until = end instanceof Parked ? end.wakeAt : services.clock.now();
    await noteNeed(services.runLogs, bundle, until);
  }
  return end;
}

/** What Lambda refuses passes soon. Where code runs elsewhere, its server may be down for days: the run says so, and asks more and more rarely. */
const unreached = (error: unknown): unknown =>
  error instanceof TransientError && error.cause instanceof JobError
    ? new Unanswered({ code: "CRASHED", message: error.message })
    : error;

/** What AWS takes at no time fails no run: other code, which keeps less, mends it. */
const decisionTooLarge = (error: unknown): unknown =>
  error instanceof PermanentError
    ? new Unanswered({
        code: "TOO_LARGE",
        message: `AWS does not take what the run would keep (${error.code}): put large values into a file, and pass where they are.`,
      })
    : error;

/**
 * The waits that have ended, without the addresses at which the same step waits again: a run that has begun anew has other waits by the same
 * keys, and a step has one note at an address.
 */
function withoutOpen(ended: StepStates, open: StepStates): StepStates {
  const stays = (key: string, { signal, key: of }: AwaitedSignal) =>
    open[key]?.waits_for?.some((one) => one.signal === signal && one.key === of) ?? false;
  return Object.fromEntries(
    Object.entries(ended).map(([key, state]) => [
      key,
      state.waits_for ? { ...state, waits_for: state.waits_for.filter((one) => !stays(key, one)) } : state,
    ]),
  );
}

interface Deciding {
  execution: Execution;
  target: CodeFeature | ServedFeature;
  code: CodeInvoker;
  /** The feature's name in the catalog. */
  feature: string;
}

async function decisions(run: OpenRun, of: Deciding): Promise<Parked | Finished | Ended> {
  const { services } = run;
  const { execution, target, code, feature } = of;
  const { timeout_ms } = execution.job;
  const least = Math.min(leastMs, timeout_ms / 3);
  const leastAgain = Math.min(leastAgainMs, mostFor(timeout_ms) * leastAgainShare);
  const due: number[] = [];
  const isLate = () => leftFor(execution) < least;
  for (let round = 1; ; round++) {
    if (round > mostRounds || leftFor(execution) < (round === 1 ? least : leastAgain))
      return park(run, due, { timer_at: services.clock.now() });
    const { ending } = run.job;
    if (ending && !run.kept.cancelled) {
      const left = await cancelOpenCommands(run, isLate);
      if (left) return park(run, due, left === "late" ? { timer_at: services.clock.now() } : {});
    }
    const ends = await newEnds(run, target);
    if (ending && !run.kept.cancelled) ends.push(cancelEntry(run));
    if (!(await append(run, ends))) continue;
    const asked = services.clock.now();
    const answer = await askCode(code, execution, run, feature);
    run.kept.decisions += 1;
    run.kept.seen = run.last;
    run.fresh = [];
    await beginsWith(run, of, answer);
    if (await tookBack(run, answer, { asked, isLate })) continue;
    const { outcome } = answer;
    if (outcome.is === "waiting") {
      const begun = await beginAll(
        run,
        answer.commands.filter((one): one is Begins => one.c !== "close"),
        isLate,
      );
      services.claim.whenRecorded(async () => measureBegun(services.log, run.job, begun.waits));
      due.push(...begun.due);
      // An input that its event refuses, or a job that had ended before it was seen.
      if (begun.ended.length > 0) {
        await append(run, begun.ended);
        continue;
      }
      // A message may have been there before its wait.
      if (begun.waits > 0 && (await newEnds(run, target)).length > 0) continue;
      const { refused } = begun;
      // What the answer could not hold, or this decision had no time for.
      if (!refused && (answer.rest || begun.isPart)) continue;
      return park(
        run,
        due,
        refused ? retryAt(run.job, services.clock.now(), refused === "missing" ? missingPauseMs : 0) : {},
      );
    }
    if (!(await closeOpen(run, isLate))) return park(run, due, { timer_at: services.clock.now() });
    if (outcome.is !== "continue") return endedRun(run, outcome);
    await beginAnew(run, outcome.input.v);
  }
}

/**
 * What the first answer of a run says is kept before anything is done by it: by which code, and with which input. State is kept with the
 * rest.
 */
async function beginsWith(run: OpenRun, of: Deciding, answer: ParsedDecided): Promise<void> {
  const { execution, code, feature } = of;
  const { kept, services } = run;
  const { state, definition, warnings } = answer;
  const { parked: _parked, state: _state, ...rest } = kept;
  const in_vain = inVainOf(answer);
  run.kept = { ...rest, ...(Object.keys(state).length > 0 && { state }), ...defined({ in_vain }) };
  for (const warning of warnings) services.log.warn("a handler is warned", { ...warning });
  if (run.job.bundle !== undefined) {
    // Before the log has anything of the undo: other code would be shown what it has not done.
    if (in_vain && !kept.in_vain && answer.outcome.is === "waiting") await services.claim.record(codeProgress(run));
    return;
  }
  // Code that runs elsewhere keeps its versions itself.
  if (isCodeTarget(of.target)) await keepCode(code, execution, run, feature, definition);
  await services.claim.record(codeProgress(run), { bundle: definition });
  run.job = { ...run.job, bundle: definition };
}

/** The key is looked for in the log: it is cut only where no call may have it. */
const inVainOf = ({ in_vain }: ParsedDecided): Kept["in_vain"] =>
  in_vain && { at: in_vain.at, ...defined({ step: in_vain.step && keptText(in_vain.step, longestKey) }) };

/**
 * Appends what own code has returned, and what the handler has closed: it is asked again after that. Own code has run since `asked`, but for
 * a scope, which has begun with the first of its calls.
 */
async function tookBack(
  run: OpenRun,
  { ran, commands }: ParsedDecided,
  { asked, isLate }: { asked: number; isLate: () => boolean },
): Promise<boolean> {
  const { services, job } = run;
  const now = services.clock.now();
  const done = await Promise.all(
    ran.map(async ({ k, f, e, value, error, before }): Promise<NewEntry> => {
      const open = { c: "step" as const, f };
      if (before) {
        const { as = {}, ...done } = doneBefore(run, k);
        return endEntryOf(k, open, { e: "done", at: now, ...done }, as);
      }
      const times = { ...(f !== "scope" && { started_at: asked }), finished_at: now };
      if (e === "done") {
        const end = { e, at: now, value: await keepValue(services.blobs, job, value?.v ?? null) };
        return endEntryOf(k, open, end, { status: "completed", ...times });
      }
      const { code = "Error", message = "", name, stack, retryable, step } = error ?? {};
      const told = {
        code: keptText(code, longestThrown.name),
        message: keptText(message, longestThrown.message),
        ...defined({
          name: name && keptText(name, longestThrown.name),
          retryable,
          step: step && keptText(step, longestKey),
          stack: stack && keptText(stack, 1500),
        }),
      };
      // Its own words may quote what not everybody may see.
      const shown = {
        code: "PROVIDER_ERROR",
        message: `${k} threw ${codeErrorName(name ?? code)}.`,
        retryable: false,
      } as const;
      return endEntryOf(k, open, { e, at: now, error: told }, { status: "failed", ...times, error: shown });
    }),
  );
  const closing = commands.filter(({ c }) => c === "close");
  const closed: NewEntry[] = [];
  // What is left is asked for again. The order of the log is that of the commands, and not that in which AWS answers.
  await untilLate([...closing.entries()], isLate, async ([at, { k }]) => {
    const open = (await asBegun(run, k)) ?? { c: "run", f: "", status: "not_started" };
    const child = await closeKey(run, k, open);
    // It has done its work, which the handler may have to undo.
    if (child?.status === "completed") closed[at] = await endOfJob(run, k, open, child);
    else closed[at] = endEntryOf(k, open, { e: "closed", at: now }, { status: "cancelled", finished_at: now });
  });
  const entries = [...done, ...closed];
  if (entries.length > 0) await append(run, entries);
  return entries.length > 0;
}

/** What own code has returned in an attempt before. */
function doneBefore({ kept }: OpenRun, key: string): NonNullable<Kept["done_before"]>[string] {
  const done = kept.done_before?.[key];
  if (done) return done;
  const message = `The code says that ${key} was done in an attempt before, and it was not.`;
  throw new Unanswered({ code: "PROTOCOL", message, step: key });
}

const codeErrorName = (name: string): string => (/^[A-Za-z][\w.$]{0,99}$/.test(name) ? name : "something");

/** Ends what is open by a key. Returns its job as it stands then: it may have ended before. */
async function closeKey({ services, job }: OpenRun, key: string, open: StepState): Promise<Job | undefined> {
  if (open.job_id !== undefined) return cancelStep(services, open.job_id, job, stepReasons.featureOver);
  if (open.status === "waiting") await stopListening(services, job, { [key]: open });
  return undefined;
}

/** What is open by a key, with the job that a decision may have begun by it. */
async function asBegun(run: OpenRun, key: string): Promise<Open | undefined> {
  const open = run.kept.open[key];
  return open && open.status !== "not_started" ? open : ((await unrecorded(run, key)) ?? open);
}

/** What a decision has begun by a key, and could not record: it has died, or the run was cancelled meanwhile. */
async function unrecorded({ services, job, kept }: OpenRun, key: string): Promise<Open | undefined> {
  const child = await services.jobs.get(stepJobId(job, jobKeyOf(kept, key)));
  if (!child) return undefined;
  const c = child.own_step ? "step" : child.type === "feature" ? "feature" : "run";
  return { ...stepViewOf(child, services.clock.now()), c, f: child.parent?.asked ?? "" };
}

/**
 * Ends what is open, before the end of the run is recorded: that the run ends here, its log has decided. False where it is late: what is left is
 * closed by the decision after this one, to which the handler says the same.
 */
async function closeOpen(run: OpenRun, isLate: () => boolean): Promise<boolean> {
  const { open } = run.kept;
  const all = Object.entries(open);
  const closed = await untilLate(all, isLate, async ([key, state]) => {
    await closeKey(run, key, (await asBegun(run, key)) ?? state);
    delete open[key];
  });
  return closed === all.length;
}

/**
 * Cancels what is open of a run that ends. What has completed meanwhile stays open, so that the handler sees it and undoes it. Returns what is left:
 * keys for which it was too `late`, or features that have to undo their own steps, which have come after what this run has still to undo.
 */
async function cancelOpenCommands(run: OpenRun, isLate: () => boolean): Promise<"late" | "undoing" | undefined> {
  const { services, job, kept, ended: left } = run;
  const reason = job.ending?.cause === "failed" ? stepReasons.featureFailed : stepReasons.featureCancelled;
  const open = Object.entries(kept.open);
  let isUndoing = false;
  const begun = await untilLate(open, isLate, async ([key, recorded]) => {
    const state = (await asBegun(run, key)) ?? recorded;
    kept.open[key] = state;
    const child = state.job_id === undefined ? undefined : await cancelStep(services, state.job_id, job, reason);
    if (child?.status === "completed") return;
    if (child && !isFinished(child) && !isAbandoned(child)) {
      isUndoing = true;
      return;
    }
    // Whether another one goes on or not: what is cancelled again wakes its run again.
    if (state.status === "waiting") left[key] = { ...state, status: "cancelled", finished_at: services.clock.now() };
    delete kept.open[key];
  });
  if (begun < open.length) return "late";
  return isUndoing ? "undoing" : undefined;
}

const cancelEntry = ({ job, services }: OpenRun): NewEntry => ({
  ...{ k: cancelKey, c: "cancel", e: "cancel", at: services.clock.now() },
  ...defined({ reason: job.reason }),
});

/**
 * Of how many messages a run that begins anew remembers that it has taken them, the latest: it is written with each decision. As many as
 * an address keeps (`addressLimits`).
 */
const mostTaken = 10_000;

/** The run begins anew, with an empty log, and other jobs for its keys. */
async function beginAnew(run: OpenRun, input: unknown): Promise<void> {
  const { services, job, kept } = run;
  const now = services.clock.now();
  const { cancelled: _cancelled, done_before: _done, taken, ...rest } = kept;
  run.kept = {
    ...rest,
    ...defined({ taken: taken?.slice(-mostTaken) }),
    ...{ part: kept.part + 1, seen: 0, last_at: now, started_at: now, open: byKey<Open>() },
    input: await keepValue(services.blobs, job, input),
  };
  run.last = 0;
  run.scopes.clear();
  run.fresh = [];
  await services.claim.record(codeProgress(run));
}

type Final = Exclude<ParsedDecided["outcome"], { is: "waiting" | "continue" }>;

async function endedRun(run: OpenRun, outcome: Final): Promise<Finished | Ended> {
  const progress = codeProgress(run);
  if (outcome.is === "completed" && !run.job.ending) return new Finished(outcome.value.v, progress);
  const undos = "undone" in outcome && outcome.undone ? undoneCounts(outcome.undone) : undefined;
  const error = outcomeError(outcome, run);
  return new Ended(progress, defined({ undos, error }));
}

const undoneCounts = ({ steps, failed }: { steps: string[]; failed: string[] }): UndoCounts => ({
  steps: steps.length + failed.length,
  undone: steps.length,
  failed: failed.length,
});

/** Why the run has failed. A run that was cancelled knows why. */
function outcomeError(outcome: Final, { job }: OpenRun): JobError | undefined {
  if (outcome.is === "rolled_back")
    return new JobError("PROVIDER_ERROR", `It was rolled back.`, {
      retryable: false,
      thrown: keptThrown({ name: "RolledBack", message: outcome.reason }),
    });
  if (outcome.is !== "failed" || job.ending?.cause === "cancelled") return undefined;
  const { step, code, message, name = code, stack } = outcome.error;
  const known = Object.hasOwn(jobErrorCodes, code) ? (code as JobErrorCode) : "PROVIDER_ERROR";
  const text =
    step === undefined ? `The feature threw ${codeErrorName(name)}.` : `Step ${step} failed: ${codeErrorName(name)}.`;
  return new JobError(known, text, {
    retryable: false,
    providerCode: known === code ? undefined : code,
    thrown: keptThrown({ name, message, stack }),
  });
}

const openStates = ({ kept }: OpenRun): Record<string, StepState> =>
  Object.fromEntries(Object.entries(kept.open).map(([key, { c: _kind, f: _asked, ...state }]) => [key, state]));

/** The run until something ends. Nothing looks at it meanwhile, but for a lost wake-up. */
function park(run: OpenRun, due: readonly number[], next: { retry_decision_at?: number; timer_at?: number }): Parked {
  const now = run.services.clock.now();
  const states = openStates(run);
  const timers = [nextTimer(states), next.timer_at].filter((at) => at !== undefined);
  const timer = timers.length > 0 ? { timer_at: Math.min(...timers) } : {};
  // The jobs that are open were due when they were begun, or tell when they end.
  const open = Object.values(states).flatMap(({ job_id }) =>
    job_id === undefined ? [] : [dueOf({ due_at: now } as never, now)],
  );
  const wakeAt = nextLook([...open, ...due, ...Object.values(timer)], now);
  return new Parked(codeProgress(run), wakeAt, { ...next, ...timer });
}

/** How long a deployment finds a run that was parked: it notes that anew whenever it has looked in vain. */
const longestNoteMs = 30 * dayMs;

/**
 * The run with the reason for which it cannot go on. It is tried again after a while, more and more rarely: a deployment, or moving the run to
 * the present code, mends it, and wakes it (`lambdas/reconciler/wake-parked.ts`).
 */
function parkedBy(run: OpenRun, { by }: Unanswered): Parked {
  const { services, job, kept } = run;
  const now = services.clock.now();
  const since = kept.parked?.code === by.code ? kept.parked.since : now;
  run.kept = { ...kept, parked: { ...by, since } };
  services.claim.whenRecorded(() =>
    services.runLogs.park(job.product, job.id, now + longestNoteMs).catch((error: unknown) => {
      services.log.warn("a deployment will not wake a parked run, which looks again by itself", traceOf(error));
    }),
  );
  services.log.error("a run of code is parked", { code: by.code, ...defined({ step: by.step, at: by.at }) });
  measureParked(services.log, "a run of code cannot go on", job, { event: job.event, code: by.code });
  const pause = by.code === "CRASHED" ? faultPauseMs(since, now) : missingPauseMs;
  // It is the code that fails: the hour for which faults of ours are retried begins with the first of them.
  return park(run, [], retryAt(job, now, pause));
}
