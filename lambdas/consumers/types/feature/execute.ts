import { CodeEnv, readEnv } from "../../../aws/start/env.ts";
import type { Catalog } from "../../../core/catalog/catalog.ts";
import { hasCodeFeatures, isCodeTarget } from "../../../core/catalog/code-target.ts";
import { serveTarget } from "../../../core/catalog/serve-target.ts";
import { resolve, type Scope } from "../../../core/expressions/evaluate.ts";
import type { AttemptError } from "../../../core/job/attempt.ts";
import type { UndoCounts } from "../../../core/job/ending.ts";
import { isFinished, isKnownJob, isWaiting, type Job, jobMessageOf } from "../../../core/job/job.ts";
import { JobError } from "../../../core/job/job-error.ts";
import { stepJobId, undoJobId } from "../../../core/job/job-id.ts";
import { claimsIn } from "../../../core/job/kept-session.ts";
import { isList, largestPage } from "../../../core/job/list.ts";
import { defined } from "../../../core/kernel/defined.ts";
import { lazy } from "../../../core/kernel/lazy.ts";
import { RequestError } from "../../../core/kernel/request-error.ts";
import { changeJob, revive } from "../../../core/operations/change-job.ts";
import { type AttemptServices, Ended, type Execution, Finished, Parked } from "../../../core/operations/execution.ts";
import { sharedRoom } from "../../../core/operations/memory.ts";
import { endedWithFeature } from "../../../core/operations/parent-guard.ts";
import type { ConsumerServices } from "../../../core/operations/services.ts";
import type { CodeInvoker } from "../../../core/ports/code-invoker.ts";
import { type JobStepView, recordedSteps, stepViewOf } from "../../../core/queries/step-view.ts";
import { codeFunctionName } from "../../../topology.ts";
import { lambdaClients } from "../../clients/aws/lambda-clients.ts";
import { lambdaCode } from "../../clients/aws/lambda-code.ts";
import { servedCode } from "../../clients/code/served-code.ts";
import { missingPauseMs, noteMissing } from "../../engine/missing-event.ts";
import { defineExecutor } from "../define-job-type.ts";
import { askForApprovals, isOfEarlierAttempt, unaskedApprovals, waitingOf, withApprovalIds } from "./approvals.ts";
import { Unanswered } from "./code/ask-code.ts";
import { decideCode } from "./code/decide.ts";
import { type CredentialPlaceholders, credentialPlaceholders } from "./credential-placeholders.ts";
import { feature as definition } from "./definition.ts";
import { startList } from "./for-each.ts";
import { keepResults } from "./kept-results.ts";
import { decideList } from "./list.ts";
import { measureBegun, measureEnded } from "./measured-waits.ts";
import { dueOf, nextLook } from "./next-look.ts";
import { notedWaits } from "./noted-waits.ts";
import { isNotStarted, plan, type ReadyStep, withoutInput } from "./plan.ts";
import { type Loading, resultsOf } from "./results.ts";
import { isPassingFault, retryAt } from "./retry-decision.ts";
import { messageAttemptOf, parentOfStep, startAs, startStep } from "./start-step.ts";
import { isMissing, missingEvent, refusedStep, stepRefusal } from "./step-faults.ts";
import {
  type BegunWait,
  hasStepEnded,
  isResultGone,
  type StepState,
  type StepStates,
  unknownEnd,
} from "./step-state.ts";
import { isWaitOf, type PlacedJobStep, stepsOf } from "./steps.ts";
import { type FeatureTarget, isHandled, type ServedFeature } from "./target.ts";
import { type EndingRun, endRun, hasToUndo } from "./undo.ts";
import { type ItemsToUndo, startUndoList } from "./undo-list.ts";
import { endWaits, listen, nextTimer, stopListening } from "./waits.ts";

const deployedCode = lazy(() => readEnv(CodeEnv));

/** Decides by features, those in code by asking the team's own code: that of the deployment, or that which is `served` elsewhere. */
export const featureExecutor = (
  code: CodeInvoker = lambdaCode(lambdaClients(), {
    nameOf: (product) => codeFunctionName(deployedCode().CODE_PREFIX, product),
    region: () => deployedCode().AWS_REGION,
  }),
  served = servedCode,
) =>
  defineExecutor(definition, async (execution, services: AttemptServices, pageSize: number = largestPage) => {
    const { job, target } = execution;
    if (isList(job)) return decideList(execution, job, services);
    if (isHandled(target)) {
      const asked = isCodeTarget(target)
        ? deployedInvoker(code, job, services.catalog)
        : servedElsewhere(target, execution, services, served);
      return decideCode(execution, target, services, asked);
    }
    return decideDeclared({ ...execution, target }, services, pageSize);
  });

export const execute = featureExecutor();

/** The code of this deployment, which loads that of earlier ones. Its function is there only for a product that has features in code. */
function deployedInvoker(code: CodeInvoker, { product, id }: Job, catalog: Catalog): CodeInvoker {
  const found = catalog.products.find(({ tag }) => tag === product);
  if (found && hasCodeFeatures(found)) return code;
  return gone(
    `The catalog has no feature in code of ${product} any more, so no function is deployed that could run the code of this one. Deploy any feature in code of ${product}, and the run goes on by its own code. Or end it by force: \`ductape-jobs jobs cancel ${id} --force\`.`,
  );
}

/** The code of a feature that runs elsewhere is asked there: where that is, the present catalog says. */
function servedElsewhere(
  target: ServedFeature,
  execution: Execution,
  { catalog }: AttemptServices,
  served: typeof servedCode,
): CodeInvoker {
  const { product, event, env } = execution.job;
  const { envs = target.envs } = Object(catalog.lookup(product, event)?.target) as Partial<ServedFeature>;
  const callee = serveTarget().safeParse(envs[env]);
  if (callee.success) return served(callee.data, execution);
  return gone(`The catalog does not say any more where the code of ${event} is for env ${env}.`);
}

/** Another deployment mends it, so it fails no run. */
const gone = (message: string): CodeInvoker => ({
  call: () => Promise.reject(new Unanswered({ code: "UNKNOWN_FEATURE", message })),
});

type Declared = Omit<Execution, "target"> & { target: FeatureTarget };

/**
 * The decider of declared features: it reads the state of the steps, starts those that are ready as separate jobs, and parks until one of
 * them ends. No step runs inside it. Deciding twice changes nothing, because the ids of the steps are derived. If AWS refuses a
 * call, the decider throws, and `decisionPolicy` retries the decision.
 */
async function decideDeclared(execution: Declared, services: AttemptServices, pageSize: number) {
  const { job, input, target: feature, room, signal, variables, constants } = execution;
  const recorded = (execution.progress ?? {}) as StepStates;
  const children = await jobsOfSteps(services, job, feature);
  const placeholders = credentialPlaceholders();
  const session = job.session && { session: claimsIn(job.session) };
  const valuesAt = (now: number) => {
    return { input, now, variables, constants, ...session, credential: placeholders.credential };
  };
  // Each look at the results takes the place of the one before it.
  const loading = { blobs: services.blobs, room: sharedRoom(room), signal };
  if (job.ending) {
    const start: EndingRun["start"] = (undo, items) =>
      startUndo(services, job, { ...undo, toUndo: items }, { placeholders, pageSize });
    const park: EndingRun["park"] = (states, { undos, due = [], refused = false }) =>
      parkRun(loading, { job, feature, children, states, due, refused, ...defined({ undos }) }, services.clock.now());
    const values = valuesAt(services.clock.now());
    return await endRun(services, { job, feature, children, recorded, values, loading, start, park });
  }
  const begun = new Set(unrecordedSteps(children, recorded));
  for (const key of begun) children.delete(key);
  const early = earlySteps(feature, children, recorded);
  for (const key of early) children.delete(key);
  await reviveFailed(services, job, feature, children);
  const now = services.clock.now();
  const jobless = joblessSteps(job, feature, { children, early }, recorded, now);
  const former = formerSteps(feature, recorded);
  let states: StepStates = { ...former, ...jobless, ...statesOf(children, recorded, now) };
  const left = leftWaits(feature, recorded);
  if (Object.keys(left).length > 0) services.claim.whenRecorded(() => stopListening(services, job, left));
  services.claim.noteWaits(() => notedWaits(states, recorded));
  const endNow = async () => {
    const ended = await endWaits(services, job, feature, states, now);
    states = { ...states, ...ended };
    if (Object.keys(ended).length === 0) return false;
    services.claim.whenRecorded(async () => {
      measureEnded(services.log, job, ended, now);
      await stopListening(services, job, ended);
    });
    return true;
  };
  // What a decision has decided by itself, and would decide otherwise at another time, is recorded before it is acted on.
  let isRecorded = !(await endNow());
  const gone = new Set(Object.keys(jobless).filter((key) => isResultGone(states[key])));
  const values = { ...valuesAt(now), gone };
  let found = await resultsOf(loading, feature, children, states);
  let refused: Started["refused"] = false;
  for (;;) {
    const scope: Scope = { ...values, ...found };
    const next = plan(feature, states, scope, begun);
    states = { ...states, ...next.ended };
    const lost = Object.keys(next.ended).filter((key) => isNotStarted(next.ended[key]));
    for (const key of lost) noteMissing(services.log, job, key, next.ended[key]?.error?.message);
    if (lost.length > 0) refused ||= "missing";
    if (next.outcome.is === "failed") {
      const error = stepFailure(next.outcome, states);
      services.claim.whenRecorded(() => stopListening(services, job, waitingOf(states)));
      if (!job.undoes || hasToUndo(feature, states)) throw error;
      return new Ended(error.progress, { error });
    }
    if (next.outcome.is === "completed") return new Finished(featureOutputOf(feature, scope), recordedSteps(states));
    const begunApprovals = withApprovalIds(job, next.waits);
    states = { ...states, ...begunApprovals };
    const approvals = unaskedApprovals(states);
    isRecorded &&= Object.keys({ ...next.ended, ...begunApprovals }).length === 0;
    if (!isRecorded && (next.ready.length > 0 || Object.keys(approvals).length > 0)) {
      await services.claim.record(states);
      isRecorded = true;
    }
    const [started, opened, asked] = await Promise.all([
      startAll(services, job, next.ready, (step) => startReady(services, job, step, { placeholders, pageSize })),
      openWaits(services, job, next.waits),
      askForApprovals(services, job, approvals),
    ]);
    states = { ...states, ...started.states, ...opened, ...asked.states };
    services.claim.whenRecorded(async () => measureBegun(services.log, job, next.waits.length));
    refused ||= started.refused || asked.refused;
    // A message may have been there before its wait.
    if (next.waits.length > 0 && (await endNow())) {
      isRecorded = false;
      found = await resultsOf(loading, feature, children, states);
      continue;
    }
    // A step whose event refuses its input has failed at once, so other steps may be ready or have failed.
    if (Object.values({ ...started.states, ...asked.states }).some(({ status }) => status === "failed")) continue;
    return await parkRun(loading, { job, feature, children, states, due: started.due, refused }, services.clock.now());
  }
}

interface Parking {
  job: Job;
  feature: FeatureTarget;
  children: Map<string, Job>;
  states: StepStates;
  /** When the steps that were started are due. */
  due: number[];
  refused: Started["refused"];
  /** How far its undo has come. */
  undos?: UndoCounts;
}

/** The feature until a step ends. Nothing looks at it meanwhile, but for a lost wake-up. */
async function parkRun(
  loading: Loading,
  { job, feature, children, states, due, refused, undos }: Parking,
  now: number,
): Promise<Parked> {
  const timer_at = nextTimer(states);
  const retry = refused ? retryAt(job, now, refused === "missing" ? missingPauseMs : 0) : {};
  const open = [...children.values()].flatMap((child) => (child.finished_at === undefined ? [dueOf(child, now)] : []));
  const wakeAt = nextLook([...open, ...due, ...(timer_at === undefined ? [] : [timer_at])], now);
  const kept = await keepResults(loading, feature, children, states, { now, wakeAt });
  return new Parked(kept, wakeAt, { ...retry, ...defined({ timer_at, undos }) });
}

/** Notes at the addresses of waits that they have begun, before their messages are looked for. Approvals are noted otherwise. */
async function openWaits(services: ConsumerServices, job: Job, all: readonly BegunWait[]): Promise<StepStates> {
  const waits = all.filter(({ opened }) => opened.approval === undefined);
  await Promise.all(waits.map((wait) => listen(services, job, wait)));
  return Object.fromEntries(waits.map(({ placed, opened }) => [placed.key, opened]));
}

/**
 * The steps that a decision started but could not record, and which it may be about to take back. They count as not started:
 * starting them again takes them over and dispatches them, after which they can no longer be taken back.
 */
const unrecordedSteps = (children: Map<string, Job>, states: StepStates): string[] =>
  [...children]
    .filter(([key, child]) => isWaiting(child) && child.version === 1 && states[key]?.job_id === undefined)
    .map(([key]) => key);

/**
 * The steps that depend on others by another definition than before, which have not ended. They count as not started until those have,
 * whatever has become of their jobs.
 */
function earlySteps(feature: FeatureTarget, children: ReadonlyMap<string, Job>, states: StepStates): Set<string> {
  const early = new Set<string>();
  const steps = stepsOf(feature);
  // One that was begun and has no job any more has ended, nobody knows how.
  const isBegun = (key: string) => children.has(key) || states[key]?.job_id !== undefined;
  const isMissing = (key: string) => (early.has(key) || !isBegun(key)) && !hasStepEnded(states[key]);
  for (let known = -1; known < early.size; ) {
    known = early.size;
    for (const { key, dependsOn } of steps) if (children.has(key) && dependsOn.some(isMissing)) early.add(key);
  }
  return early;
}

/**
 * The steps that earlier decisions recorded and that have no job: they never had one, or it was deleted. Only finished jobs can be
 * deleted, and such a step is not run again, unless it failed: then the feature has been retried, and the step is run again.
 */
function joblessSteps(
  job: Job,
  feature: FeatureTarget,
  { children, early }: { children: ReadonlyMap<string, Job>; early: ReadonlySet<string> },
  states: StepStates,
  now: number,
): StepStates {
  const known = stepsOf(feature).flatMap(({ key, step }): [string, StepState][] => {
    const state = states[key];
    if (!state || children.has(key) || state.status === "not_started") return [];
    if (state.status === "waiting")
      return isOfEarlierAttempt(job, key, state) || !isWaitOf(step, state) ? [] : [[key, state]];
    if (!hasStepEnded(state))
      return early.has(key) ? [] : [[key, { ...state, status: "failed", finished_at: now, error: unknownEnd }]];
    // A step that was cancelled with the feature has no `finished_at`.
    const hasFailed = state.job_id !== undefined && state.finished_at !== undefined;
    const stays =
      ["completed", "skipped"].includes(state.status) || (step.allow_fail && (hasFailed || state.timed_out));
    return stays ? [[key, state]] : [];
  });
  return Object.fromEntries(known);
}

/** The waits of an earlier definition of the run, which nothing ends any more: the step is gone, or does something else. */
function leftWaits(feature: FeatureTarget, states: StepStates): StepStates {
  const present = new Map(stepsOf(feature).map(({ key, step }) => [key, step]));
  const isLeft = ([key, state]: [string, StepState]) => !isWaitOf(present.get(key), state);
  return Object.fromEntries(Object.entries(waitingOf(states)).filter(isLeft));
}

/** The steps of an earlier definition of the run. What they did is done, and they stay among its steps. */
function formerSteps(feature: FeatureTarget, states: StepStates): StepStates {
  const present = new Set(stepsOf(feature).map(({ key }) => key));
  const isOver = ({ status }: StepState) => status !== "not_started" && status !== "waiting";
  return Object.fromEntries(Object.entries(states).filter(([key, state]) => !present.has(key) && isOver(state)));
}

/**
 * Retries the failed and cancelled steps of a feature that is retried. Completed steps stay as they are, and so do steps that
 * may fail, unless the end of the feature itself cancelled them.
 */
async function reviveFailed(services: ConsumerServices, job: Job, feature: FeatureTarget, children: Map<string, Job>) {
  await Promise.all(
    stepsOf(feature).map(async (placed) => {
      const { key, step } = placed;
      const child = children.get(key);
      if (!child || !isKnownJob(child) || messageAttemptOf(child, job) >= job.attempt || child.status === "completed")
        return;
      if (step.allow_fail && isFinished(child) && !endedWithFeature(child)) return;
      children.set(key, await changeJob(services, child.id, revive(parentOfStep(job, placed))));
    }),
  );
}

/** The jobs of the steps that were started, by step. */
async function jobsOfSteps({ jobs }: ConsumerServices, job: Job, feature: FeatureTarget): Promise<Map<string, Job>> {
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
    hasStepEnded(state) ? state : { ...state, status: "cancelled" },
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
  states: Record<string, JobStepView>;
  due: number[];
  /** Whether at least one could not be started for now: AWS refused it, or the catalog has lost its event. */
  refused: boolean | "missing";
}

async function startAll(
  services: ConsumerServices,
  job: Job,
  ready: ReadyStep[],
  begin: (step: ReadyStep) => Promise<Job>,
): Promise<Started> {
  const started: Started = { states: {}, due: [], refused: false };
  const starts = await Promise.allSettled(
    ready.map(async (step) => {
      try {
        const child = await begin(step);
        started.states[step.placed.key] = stepViewOf(child, services.clock.now());
        started.due.push(child.due_at);
      } catch (error) {
        if (isPassingFault(error)) started.refused = true;
        else {
          const state = notBegun(error, job, step.placed, services.clock.now());
          started.states[step.placed.key] = state;
          if (!isNotStarted(state)) return;
          started.refused ||= "missing";
          noteMissing(services.log, job, step.placed.step.event, state.error?.message);
        }
      }
    }),
  );
  // Thrown only now, so that a step that cannot be started does not hold up the others.
  for (const one of starts) if (one.status === "rejected") throw one.reason;
  return started;
}

/** A step that could not be started has failed, or waits for what the catalog has lost. Throws an error that is not the fault of the step. */
function notBegun(error: unknown, job: Job, { step }: PlacedJobStep, now: number): JobStepView {
  // The input of an item could not be made.
  if (error instanceof JobError) return withoutInput(error, now);
  if (!(error instanceof RequestError) || error.code === "UNAVAILABLE") throw error;
  if (!isMissing(error)) return refusedStep(stepRefusal(error), now);
  return { status: "not_started", error: missingEvent(error, job, step.event) };
}

interface Starting {
  placeholders: CredentialPlaceholders;
  /** How many items a page has at most. */
  pageSize: number;
}

async function startReady(
  services: ConsumerServices,
  job: Job,
  { placed, input, items }: ReadyStep,
  { placeholders, pageSize }: Starting,
): Promise<Job> {
  const { key, step } = placed;
  const startAt = services.clock.now() + (step.delay ?? 0);
  if (items) return startList(services, job, { key, step, items, startAt, pageSize }, placeholders);
  return startStep(services, job, { key, step, input, startAt, credentials: placeholders.in });
}

/** Starts the job that undoes a step, or the list that undoes its items. */
async function startUndo(
  services: ConsumerServices,
  job: Job,
  { toUndo, ...undo }: ReadyStep & { toUndo: ItemsToUndo | undefined },
  { placeholders, pageSize }: Starting,
): ReturnType<EndingRun["start"]> {
  const { key, step } = undo.placed;
  const as = { job_id: undoJobId(job, key), parent: { message: jobMessageOf(job), step: key, undo: true as const } };
  const startAt = services.clock.now();
  const { states, due, refused } = await startAll(services, job, [undo], ({ input }) =>
    toUndo
      ? startUndoList(services, job, { ...toUndo, pageSize, startAt }, placeholders)
      : startAs(services, job, { step, input, startAt, credentials: placeholders.in }, as),
  );
  return { due, refused, ...defined({ state: states[key] }) };
}
