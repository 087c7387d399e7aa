import { cancelSteps, changeJob, reviving } from "../../core/change-job.ts";
import { JobError, RequestError } from "../../core/errors.ts";
import { type AttemptError, type Job, messageOf, shownStatus } from "../../core/job.ts";
import { stepJobId } from "../../core/job-id.ts";
import { type Decide, Finished, Parked } from "../../core/job-type.ts";
import { parseRequest } from "../../core/request.ts";
import { scheduleJob } from "../../core/schedule-job.ts";
import type { ConsumerServices } from "../../core/services.ts";
import type { StepView } from "../../core/view.ts";
import { resolve, type Scope } from "./evaluate.ts";
import { hasEnded, plan, type ReadyStep, type StepStates } from "./plan.ts";
import { resultsOf } from "./results.ts";
import { stepsOf } from "./steps.ts";
import type { FeatureTarget } from "./target.ts";

/** A wake-up may be lost with the consumer that owes it; the feature looks by itself this long after its next step is due. */
const lookAgainMs = 120_000;

/**
 * The decider (DESIGN 8): reads what became of the steps, starts those that are ready as jobs of their own, and parks
 * until one of them ends. Nothing runs inside it, and deciding twice changes nothing: the steps' ids are derived. Where AWS
 * refuses something it throws, and the shell lets it decide again.
 */
export const execute: Decide = async ({ job, input, target, progress }, services) => {
  const feature = target as FeatureTarget;
  const children = await childrenOf(services, job, feature);
  await reviveFailed(services, job, feature, children);
  const now = services.clock.now();
  const jobless = joblessSteps(feature, children, progress as StepStates | undefined, now);
  const gone = new Set(Object.keys(jobless).filter((key) => jobless[key]?.status === "completed"));
  let states: StepStates = { ...jobless, ...statesOf(children, now) };
  const scope: Scope = { input, gone, now, ...(await resultsOf(services.blobs, feature, children, states)) };
  let refused = false;
  for (;;) {
    const next = plan(feature, states, scope);
    states = { ...states, ...next.ended };
    if (next.outcome.is === "failed") return await fail(services, job, next.outcome, states);
    if (next.outcome.is === "completed") return new Finished(outputOf(feature, scope), states);
    const started = await startAll(services, job, next.ready);
    states = { ...states, ...started.states };
    refused ||= started.refused;
    // A step whose input its event refuses has failed on the spot, which may free or fail others.
    const failedNow = Object.values(started.states).some((state) => state.status === "failed");
    const wakeAt = nextLook([...children.values()], started.due, services.clock.now());
    if (!failedNow) return new Parked(states, wakeAt, refused);
  }
};

/**
 * The steps that earlier decisions know of and that have no job: it never took one, or the job was deleted, which only a
 * finished one can be, and is not run again. A failed step is tried again: only a retry brings it here.
 */
function joblessSteps(
  feature: FeatureTarget,
  children: Map<string, Job>,
  states: StepStates = {},
  now: number,
): StepStates {
  const known = stepsOf(feature).flatMap(({ key, step }): [string, StepView][] => {
    const state = states[key];
    if (!state || children.has(key)) return [];
    if (!hasEnded(state)) return [[key, { ...state, status: "failed", finished_at: now, error: unknownEnd }]];
    const stays = ["completed", "skipped"].includes(state.status) || (step.allow_fail && state.job_id !== undefined);
    return stays ? [[key, state]] : [];
  });
  return Object.fromEntries(known);
}

const unknownEnd: AttemptError = {
  code: "NOT_FOUND",
  message: "Its job was deleted before the feature saw how it ended.",
  retryable: false,
};

/** A feature that is retried tries its failed and cancelled steps again; those that completed stay as they are. */
async function reviveFailed(services: ConsumerServices, job: Job, feature: FeatureTarget, children: Map<string, Job>) {
  const message = messageOf(job);
  await Promise.all(
    stepsOf(feature).map(async ({ key, step }) => {
      const child = children.get(key);
      const before = child?.parent?.message.attempt ?? job.attempt;
      if (!child || before >= job.attempt || child.status === "completed" || step.allow_fail) return;
      children.set(key, await changeJob(services, child.id, reviving({ message, step: key })));
    }),
  );
}

/** The jobs of the steps that have been started, by step. */
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

const statesOf = (children: Map<string, Job>, now: number): StepStates =>
  Object.fromEntries([...children].map(([key, child]) => [key, stateOf(child, now)]));

const stateOf = (child: Job, now: number): StepView => ({
  status: shownStatus(child, now),
  job_id: child.id,
  ...(child.started_at !== undefined && { started_at: child.started_at }),
  ...(child.finished_at !== undefined && { finished_at: child.finished_at }),
  ...(child.error !== undefined && { error: child.error }),
});

async function fail(
  services: ConsumerServices,
  job: Job,
  { key, error }: { key: string; error: NonNullable<StepView["error"]> },
  states: StepStates,
): Promise<never> {
  const open = Object.fromEntries(Object.entries(states).filter(([, state]) => !hasEnded(state)));
  await cancelSteps(services, { ...job, progress: { inline: open } }, "its feature failed");
  const progress = { ...states };
  for (const [step, state] of Object.entries(open)) progress[step] = { ...state, status: "cancelled" };
  throw new JobError(error.code, `Step ${key} failed: ${error.message}`, { retryable: false, progress });
}

const outputOf = ({ output }: FeatureTarget, scope: Scope): unknown =>
  output ? resolve(output, scope) : scope.results;

interface Started {
  states: StepStates;
  due: number[];
  /** AWS did not take every one of them. */
  refused: boolean;
}

async function startAll(services: ConsumerServices, job: Job, ready: ReadyStep[]): Promise<Started> {
  const started: Started = { states: {}, due: [], refused: false };
  await Promise.all(
    ready.map(async (step) => {
      try {
        const child = await start(services, job, step);
        started.states[step.placed.key] = stateOf(child, services.clock.now());
        started.due.push(child.due_at);
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        if (error.code === "UNAVAILABLE") started.refused = true;
        else started.states[step.placed.key] = refusal(error, services.clock.now());
      }
    }),
  );
  return started;
}

function start(services: ConsumerServices, job: Job, { placed, input }: ReadyStep): Promise<Job> {
  const { event, app, delay = 0, retries, retry_config, timeout_ms } = placed.step;
  const now = services.clock.now();
  const options = { app, retries, retry_config, timeout_ms };
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const body = { product_tag: job.product, env: job.env, event, input, start_at: now + delay, ...given };
  const parent = { message: messageOf(job), step: placed.key };
  const step = { job_id: stepJobId(job, placed.key), parent };
  return scheduleJob(services, { ...parseRequest(body, services.catalog, now), step });
}

/** The event has refused the step's input: where, but not what it was. */
const refusal = (error: RequestError, now: number): StepView => ({
  status: "failed",
  finished_at: now,
  error: {
    code: "VALIDATION_ERROR",
    message: [error.message, ...error.faults.map(({ pointer, detail }) => `${pointer} ${detail}`)].join(" "),
    retryable: false,
  },
});

function nextLook(children: Job[], started: number[], now: number): number {
  const open = children.filter(({ finished_at }) => finished_at === undefined).map(({ due_at }) => due_at);
  const due = [...open, ...started];
  return fullMinute((due.length > 0 ? Math.max(now, Math.min(...due)) : now) + lookAgainMs);
}

/**
 * The reconciler, which looks, does so by the minute. Decisions within the same one leave the feature where it is in the
 * index, and so pay for none of its writes.
 */
const fullMinute = (time: number): number => Math.ceil(time / 60_000) * 60_000;
