import { resolve, type Scope } from "../../../core/expressions/evaluate.ts";
import type { AttemptError } from "../../../core/job/attempt.ts";
import { isFinished, isKnownJob, isWaiting, type Job, jobMessageOf } from "../../../core/job/job.ts";
import { JobError } from "../../../core/job/job-error.ts";
import { stepJobId } from "../../../core/job/job-id.ts";
import { claimsIn } from "../../../core/job/kept-session.ts";
import { defined } from "../../../core/kernel/defined.ts";
import { RequestError } from "../../../core/kernel/request-error.ts";
import { changeJob, revive } from "../../../core/operations/change-job.ts";
import { type AttemptServices, Finished, Parked } from "../../../core/operations/execution.ts";
import { endedWithFeature } from "../../../core/operations/parent-guard.ts";
import { scheduleJob } from "../../../core/operations/schedule-job.ts";
import type { ConsumerServices } from "../../../core/operations/services.ts";
import { type StepView, shownSteps, stepViewOf } from "../../../core/queries/step-view.ts";
import { parseRequest } from "../../../core/requests/request.ts";
import { defineExecutor } from "../define-job-type.ts";
import {
  askForApprovals,
  closeApprovals,
  isOfEarlierAttempt,
  unasked,
  waitingOf,
  withApprovalIds,
} from "./approvals.ts";
import { type CredentialPlaceholders, credentialPlaceholders } from "./credential-placeholders.ts";
import { feature as definition } from "./definition.ts";
import { keepResults } from "./kept-results.ts";
import { plan, type ReadyStep } from "./plan.ts";
import { type Loading, resultsOf } from "./results.ts";
import { isPassing, retryAt } from "./retry-decision.ts";
import { isMissing, missingEvent, refusedStep } from "./step-faults.ts";
import { type BegunWait, hasEnded, type StepState, type StepStates } from "./step-state.ts";
import { type PlacedJobStep, stepsOf } from "./steps.ts";
import type { FeatureTarget } from "./target.ts";
import { endWaits, listen, nextTimer, stopListening } from "./waits.ts";

/** A wake-up is lost if the consumer that should send it crashes, so the feature wakes by itself this long after its next step is due. */
const lookAgainMs = 120_000;

/** How long to wait until an event is looked for again that the catalog has lost. */
const missingPauseMs = 300_000;

/**
 * The decider: it reads the state of the steps, starts those that are ready as separate jobs, and parks until one of
 * them ends. No step runs inside it. Deciding twice changes nothing, because the ids of the steps are derived. If AWS refuses a
 * call, the decider throws, and `decisionPolicy` retries the decision.
 */
export const execute = defineExecutor(definition, async (execution, services: AttemptServices) => {
  const { job, input, target: feature, room, signal, variables, constants } = execution;
  const recorded = (execution.progress ?? {}) as StepStates;
  const children = await childrenOf(services, job, feature);
  const begun = new Set(unrecordedSteps(children, recorded));
  for (const key of begun) children.delete(key);
  await reviveFailed(services, job, feature, children, recorded);
  const now = services.clock.now();
  const jobless = joblessSteps(job, feature, children, recorded, now);
  const former = formerSteps(feature, recorded);
  let states: StepStates = { ...former, ...jobless, ...statesOf(children, recorded, now) };
  const endNow = async () => {
    const ended = await endWaits(services, job, feature, states, now);
    states = { ...states, ...ended };
    if (Object.keys(ended).length === 0) return false;
    services.claim.whenRecorded(() => stopListening(services, job, ended));
    return true;
  };
  // What a decision has decided by itself, and would decide otherwise at another time, is recorded before it is acted on.
  let isRecorded = !(await endNow());
  const gone = new Set(Object.keys(jobless).filter((key) => isGone(states[key])));
  const placeholders = credentialPlaceholders();
  const session = job.session && { session: claimsIn(job.session) };
  const values = { input, gone, now, variables, constants, ...session, credential: placeholders.credential };
  const loading = { blobs: services.blobs, room, signal };
  let found = await resultsOf(loading, feature, children, states);
  let refused: Started["refused"] = false;
  for (;;) {
    const scope: Scope = { ...values, ...found };
    const next = plan(feature, states, scope, begun);
    states = { ...states, ...next.ended };
    if (next.outcome.is === "failed") {
      services.claim.whenRecorded(() => closeApprovals(services, job, waitingOf(states)));
      throw stepFailure(next.outcome, states);
    }
    if (next.outcome.is === "completed") return new Finished(featureOutputOf(feature, scope), shownSteps(states));
    const begunApprovals = withApprovalIds(job, next.waits);
    states = { ...states, ...begunApprovals };
    const approvals = unasked(states);
    isRecorded &&= Object.keys({ ...next.ended, ...begunApprovals }).length === 0;
    if (!isRecorded && (next.ready.length > 0 || Object.keys(approvals).length > 0)) {
      await services.claim.record(states);
      isRecorded = true;
    }
    const [started, opened, asked] = await Promise.all([
      startAll(services, job, next.ready, placeholders),
      openWaits(services, job, next.waits),
      askForApprovals(services, job, approvals),
    ]);
    states = { ...states, ...started.states, ...opened, ...asked.states };
    refused ||= started.refused || asked.refused;
    // A message may have been there before its wait.
    if (next.waits.length > 0 && (await endNow())) {
      isRecorded = false;
      found = await resultsOf(loading, feature, children, states);
      continue;
    }
    // A step whose event refuses its input has failed at once, so other steps may be ready or have failed.
    if (Object.values({ ...started.states, ...asked.states }).some(({ status }) => status === "failed")) continue;
    return await park(loading, { job, feature, children, states, due: started.due, refused }, services.clock.now());
  }
});

interface Parking {
  job: Job;
  feature: FeatureTarget;
  children: Map<string, Job>;
  states: StepStates;
  /** When the steps that were started are due. */
  due: number[];
  refused: Started["refused"];
}

/** The feature until a step ends. Nothing looks at it meanwhile, but for a lost wake-up. */
async function park(
  loading: Loading,
  { job, feature, children, states, due, refused }: Parking,
  now: number,
): Promise<Parked> {
  const timer_at = nextTimer(states);
  const retry = refused ? retryAt(job, now, refused === "missing" ? missingPauseMs : 0) : {};
  const wakeAt = nextLook([...children.values()], timer_at === undefined ? due : [...due, timer_at], now);
  const kept = await keepResults(loading, feature, children, states, { now, wakeAt });
  return new Parked(kept, wakeAt, { ...retry, ...defined({ timer_at }) });
}

/** Notes at the addresses of waits that they have begun, before their messages are looked for. Approvals are noted otherwise. */
async function openWaits(services: ConsumerServices, job: Job, all: readonly BegunWait[]): Promise<StepStates> {
  const waits = all.filter(({ opened }) => opened.approval === undefined);
  await Promise.all(waits.map((wait) => listen(services, job, wait)));
  return Object.fromEntries(waits.map(({ placed, opened }) => [placed.key, opened]));
}

/** Whether the result of a completed step was deleted with its job. */
const isGone = (state: StepState | undefined): boolean => state?.status === "completed" && state.result === undefined;

/**
 * The steps that a decision started but could not record, and which it may be about to take back. They count as not started:
 * starting them again takes them over and dispatches them, after which they can no longer be taken back.
 */
const unrecordedSteps = (children: Map<string, Job>, states: StepStates): string[] =>
  [...children]
    .filter(([key, child]) => isWaiting(child) && child.version === 1 && states[key]?.job_id === undefined)
    .map(([key]) => key);

/**
 * The steps that earlier decisions recorded and that have no job: they never had one, or it was deleted. Only finished jobs can be
 * deleted, and such a step is not run again, unless it failed: then the feature has been retried, and the step is run again.
 */
function joblessSteps(
  job: Job,
  feature: FeatureTarget,
  children: Map<string, Job>,
  states: StepStates,
  now: number,
): StepStates {
  const known = stepsOf(feature).flatMap(({ key, step }): [string, StepState][] => {
    const state = states[key];
    if (!state || children.has(key) || state.status === "not_started") return [];
    if (state.status === "waiting") return isOfEarlierAttempt(job, key, state) ? [] : [[key, state]];
    if (!hasEnded(state)) return [[key, { ...state, status: "failed", finished_at: now, error: unknownEnd }]];
    // A step that was cancelled with the feature has no `finished_at`.
    const hasFailed = state.job_id !== undefined && state.finished_at !== undefined;
    const stays =
      ["completed", "skipped"].includes(state.status) || (step.allow_fail && (hasFailed || state.timed_out));
    return stays ? [[key, state]] : [];
  });
  return Object.fromEntries(known);
}

/** The steps of an earlier definition of the run. What they did is done, and they stay among its steps. */
function formerSteps(feature: FeatureTarget, states: StepStates): StepStates {
  const present = new Set(stepsOf(feature).map(({ key }) => key));
  const isOver = ({ status }: StepState) => status !== "not_started" && status !== "waiting";
  return Object.fromEntries(Object.entries(states).filter(([key, state]) => !present.has(key) && isOver(state)));
}

const unknownEnd: AttemptError = {
  code: "NOT_FOUND",
  message: "Its job was deleted before the feature saw how it ended.",
  retryable: false,
};

/**
 * Retries the failed and cancelled steps of a feature that is retried. Completed steps stay as they are, and so do steps that
 * may fail, unless the end of the feature itself cancelled them. A step that depends on others by another definition than before counts
 * as not started, until they have ended.
 */
async function reviveFailed(
  services: ConsumerServices,
  job: Job,
  feature: FeatureTarget,
  children: Map<string, Job>,
  states: StepStates,
) {
  const message = jobMessageOf(job);
  const steps = stepsOf(feature);
  const early = steps.filter(({ dependsOn }) => dependsOn.some((key) => !children.has(key) && !hasEnded(states[key])));
  for (const { key } of early) children.delete(key);
  await Promise.all(
    steps.map(async ({ key, step }) => {
      const child = children.get(key);
      if (!child || !isKnownJob(child) || messageAttemptOf(child, job) >= job.attempt || child.status === "completed")
        return;
      if (step.allow_fail && isFinished(child) && !endedWithFeature(child)) return;
      children.set(key, await changeJob(services, child.id, revive({ message, step: key })));
    }),
  );
}

/** The jobs of the steps that were started, by step. */
async function childrenOf({ jobs }: ConsumerServices, job: Job, feature: FeatureTarget): Promise<Map<string, Job>> {
  const keys = stepsOf(feature).map(({ key }) => key);
  const ids = keys.map((key) => stepJobId(job, key));
  const found = new Map<string, Job>();
  for (let from = 0; from < ids.length; from += 100) {
    for (const child of await jobs.getMany(ids.slice(from, from + 100))) {
      if (child.parent) found.set(child.parent.step, child);
    }
  }
  return found;
}

const statesOf = (children: Map<string, Job>, recorded: StepStates, now: number): StepStates =>
  Object.fromEntries(
    [...children].map(([key, child]) => {
      const { result } = recorded[key] ?? {};
      return [key, { ...stepViewOf(child, now), ...(child.status === "completed" && defined({ result })) }];
    }),
  );

/** Open steps are cancelled only once the failure is recorded, because a decision that has lost its claim must not cancel any. */
function stepFailure({ key, error }: { key: string; error: AttemptError }, states: StepStates): JobError {
  const progress = Object.entries(states).map(([step, state]): [string, StepState] => [
    step,
    hasEnded(state) ? state : { ...state, status: "cancelled" },
  ]);
  const message = `Step ${key} failed: ${error.message}`;
  return new JobError(error.code, message, {
    retryable: false,
    providerCode: error.provider_code,
    progress: Object.fromEntries(progress),
  });
}

const featureOutputOf = ({ output }: FeatureTarget, scope: Scope): unknown =>
  output ? resolve(output, scope) : scope.results;

interface Started {
  states: StepStates;
  due: number[];
  /** Whether at least one could not be started for now: AWS refused it, or the catalog has lost its event. */
  refused: boolean | "missing";
}

async function startAll(
  services: ConsumerServices,
  job: Job,
  ready: ReadyStep[],
  placeholders: CredentialPlaceholders,
): Promise<Started> {
  const started: Started = { states: {}, due: [], refused: false };
  const starts = await Promise.allSettled(
    ready.map(async (step) => {
      try {
        const child = await start(services, job, step, placeholders);
        started.states[step.placed.key] = stepViewOf(child, services.clock.now());
        started.due.push(child.due_at);
      } catch (error) {
        if (isPassing(error)) started.refused = true;
        else if (!(error instanceof RequestError) || error.code === "UNAVAILABLE") throw error;
        else if (isMissing(error)) {
          started.refused ||= "missing";
          started.states[step.placed.key] = missingStep(step.placed);
          services.log.warn("a step waits for an event that the catalog has lost", { event: step.placed.step.event });
        } else started.states[step.placed.key] = refusedStep(error, services.clock.now());
      }
    }),
  );
  // Thrown only now, so that a step that cannot be started does not hold up the others.
  for (const one of starts) if (one.status === "rejected") throw one.reason;
  return started;
}

async function start(
  services: ConsumerServices,
  job: Job,
  { placed, input }: ReadyStep,
  placeholders: CredentialPlaceholders,
): Promise<Job> {
  const { event, app, delay = 0, retries, retry_config, timeout_ms } = placed.step;
  const now = services.clock.now();
  const options = defined({ app, retries, retry_config, timeout_ms });
  const body = { product_tag: job.product, env: job.env, event, input, start_at: now + delay, ...options };
  const parent = { message: jobMessageOf(job), step: placed.key };
  const request = parseRequest(body, services.catalog, now, undefined, "feature");
  const credentials = placeholders.in(request);
  const step = { job_id: stepJobId(job, placed.key), parent, ...(credentials && { credentials }) };
  // A step takes the turn of its feature, unless its event says otherwise.
  const { fairness_key = job.fairness_key } = request;
  const child = await scheduleJob(services, { ...request, step, ...(fairness_key !== undefined && { fairness_key }) });
  // A late decision of an earlier attempt may have started the step. Its end must wake this attempt instead.
  return messageAttemptOf(child, job) < job.attempt ? changeJob(services, child.id, revive(parent)) : child;
}

/** The attempt of its feature that a step belongs to. */
const messageAttemptOf = ({ parent }: Job, feature: Job): number => parent?.message.attempt ?? feature.attempt;

const missingStep = ({ step: { event } }: PlacedJobStep): StepView => ({
  status: "not_started",
  error: missingEvent(event),
});

function nextLook(children: Job[], started: number[], now: number): number {
  const open = children.filter(({ finished_at }) => finished_at === undefined).map(({ due_at }) => due_at);
  const due = [...open, ...started];
  return fullMinute((due.length > 0 ? Math.max(now, Math.min(...due)) : now) + lookAgainMs);
}

/**
 * The reconciler looks once a minute. Decisions within the same minute leave the feature at the same position in the index, so
 * they cost no write to the index.
 */
const fullMinute = (time: number): number => Math.ceil(time / 60_000) * 60_000;
