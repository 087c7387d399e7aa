import type * as z from "zod";
import type { Attempt, AttemptError } from "../job/attempt.ts";
import { firstStartOf } from "../job/first-start.ts";
import { latenessOf } from "../job/held-time.ts";
import { isFinished, isWaiting, type Job, type Parent, shownStatus } from "../job/job.ts";
import { askedSnoozes } from "../job/job-wait.ts";
import { isList } from "../job/list.ts";
import type { Pause } from "../job/pause.ts";
import type { KeptAnswer } from "../job/provider-answer.ts";
import { cachedFrom } from "../job/result-cache.ts";
import { mostAttemptsOf, retryingOf } from "../job/retrying.ts";
import { openWaitsOf } from "../job/run-wait.ts";
import type { Shared } from "../job/shared-key.ts";
import { attemptSpan, traceIdOf } from "../job/spans.ts";
import { defined, pick } from "../kernel/defined.ts";
import { shorten } from "../kernel/sizes.ts";
import { eventOfJob, keptDefinition } from "../operations/kept-event.ts";
import type { Services } from "../operations/services.ts";
import { actorsShown } from "./actor-view.ts";
import { channelsShown } from "./channels-view.ts";
import { codeGraph, codeProgressOf, codeShown } from "./code-steps.ts";
import { progressShown } from "./function-progress.ts";
import { graphShown } from "./graph-view.ts";
import { limitWait } from "./limit-waits.ts";
import { currentCounts } from "./list-counts.ts";
import { listSteps } from "./list-steps.ts";
import { pausesFor, pauseWait } from "./pause-view.ts";
import { redactionOf } from "./redact.ts";
import { reservedWait } from "./reserved-wait.ts";
import { withResults } from "./result-view.ts";
import type { AttemptSchema, JobSchema, ReceiptSchema } from "./schemas/job.ts";
import type { JobSummarySchema, RunSchema } from "./schemas/list.ts";
import { type StepView, stepsShown } from "./step-view.ts";

export type Receipt = z.infer<typeof ReceiptSchema>;
export type SummaryView = z.infer<typeof JobSummarySchema>;
type AttemptView = z.infer<typeof AttemptSchema>;
export type JobView = z.infer<typeof JobSchema>;
type RunView = z.infer<typeof RunSchema>;

/** `shared` is what its request came to, if the job has requests of several callers. */
export const receiptOf = (job: Job, now: number, { as, replaced }: Shared = {}): Receipt => ({
  job_id: job.id,
  status: shownStatus(job, now),
  scheduled_at: job.scheduled_at,
  recurring: job.repeat !== undefined,
  ...(job.repeat !== undefined && isWaiting(job) && { next_run_at: job.due_at }),
  ...(as && { [as]: true }),
  ...defined({ replaced }),
});

/** Jobs that were stored before messages were shortened may have longer ones, which 100 jobs of a page have no room for. */
const shownError = ({ error }: { error?: AttemptError }) =>
  error && { error: { ...error, message: shorten(error.message) } };

export const summaryOf = (job: Job, now: number, pauses: readonly Pause[] = []): SummaryView => ({
  ...receiptOf(job, now),
  product_tag: job.product,
  ...pick(job, ["env", "event", "type", "run", "attempt", "retries", "timeout_ms", "due_at", "created_at"]),
  ...pick(job, ["app", "started_at", "finished_at", "expires_at", "labels", "fairness_key", "repeat", "reason"]),
  ...pick(job, ["bundle", "cache", "gates", "unique", "rolled_back"]),
  ...(job.ending && !isFinished(job) && { ending: pick(job.ending, ["cause", "since", "steps", "undone", "failed"]) }),
  ...defined({ lateness: latenessOf(job), most_attempts: mostAttemptsOf(job), retrying: retryingOf(job) }),
  ...shownError(job),
  ...(job.parent && { parent: parentView(job.parent) }),
  ...defined({ waiting_for: pauseWait(job, pauses, now) ?? reservedWait(job, now) }),
  ...waitsShown(job),
  ...(job.schedule && { schedule: job.schedule.name }),
  ...defined({ cached_from: cachedFrom(job.attempts) }),
  ...(job.session && { session: { tag: job.session.tag } }),
  ...defined({ debounce: job.debounce && debounceView(job.debounce), first_started_at: firstStartShown(job) }),
});

const waitsShown = (job: Job): Pick<SummaryView, "waits"> => {
  const waits = openWaitsOf(job).map((wait) => pick(wait, ["step", "since", "until", "signals", "asked"]));
  return waits.length > 0 ? { waits } : {};
};

/** Unknown once the record of the first attempt has made room for later ones. */
const firstStartShown = (job: Job) => ((job.attempts[0]?.attempt ?? 1) === 1 ? firstStartOf(job) : undefined);

const debounceView = ({ key, until, requests }: NonNullable<Job["debounce"]>) => ({ key, until, requests });

const parentView = ({ message: { job_id, run }, step, undo }: Parent) => ({ job_id, run, step, ...defined({ undo }) });

/** A job as its caller sees it who may change jobs and not read them: how it stands, and nothing that it was given or has come to. */
export const unreadView = (job: Job, now: number): JobView => ({
  ...receiptOf(job, now),
  product_tag: job.product,
  ...pick(job, ["env", "event", "type", "run", "attempt", "retries", "timeout_ms", "due_at", "created_at"]),
  ...pick(job, ["finished_at"]),
  attempts: [],
});

/** What the key of a request lets its caller see beyond what every reader does. */
export interface Sees {
  /** Inputs, and so what may quote them. */
  inputs: boolean;
}

const anyReader: Sees = { inputs: false };

const attemptView = (
  { thrown, ...attempt }: Attempt,
  sees: Sees,
  trace_id: string | undefined,
  answers: readonly KeptAnswer[] = [],
): AttemptView => ({
  ...attempt,
  ...defined({ trace_id }),
  ...(sees.inputs && defined({ thrown, ...keptAnswerView(answers.find((one) => one.attempt === attempt.attempt)) })),
  ...shownError(attempt),
  duration_ms: attempt.ended_at - attempt.started_at,
  lateness_ms: attempt.started_at - attempt.due_at,
});

/** The trace of an attempt, if it is another one than that of its job. */
function ownTraceOf({ traces }: Pick<Services, "traces">, job: Job, run: number, attempt: Attempt): string | undefined {
  const own = attemptSpan(job, { run, ...attempt }, traces)?.trace_id;
  return own === traceIdOf(job, traces) ? undefined : own;
}

/** What a provider has answered to an attempt, or what own code had written to its log by its end. */
export function keptAnswerView(kept: KeptAnswer | undefined): Pick<AttemptView, "answer" | "log"> {
  if (!kept) return {};
  if (kept.log) return { log: { text: kept.body, ...pick(kept, ["cut"]) } };
  return { answer: pick(kept, ["status", "headers", "body", "body_encoding", "cut"]) };
}

/** What providers have answered to attempts of the current run, for those who may see inputs: it may quote them. */
async function answersTo({ answers }: Pick<Services, "answers">, job: Job, sees: Sees): Promise<KeptAnswer[]> {
  if (!sees.inputs || !job.attempts.some(({ outcome }) => outcome === "failed")) return [];
  return (await answers.of(job.id, job.run)).filter(({ created_at }) => created_at === job.created_at);
}

export async function viewOf(
  services: Pick<
    Services,
    "blobs" | "jobs" | "catalog" | "definitions" | "gates" | "pauses" | "runLogs" | "answers" | "traces"
  >,
  job: Job,
  now: number,
  sees = anyReader,
): Promise<JobView> {
  const { catalog } = services;
  const hidden = redactionOf(catalog, job);
  const found = job.type === "feature" ? await eventOfJob(services, job) : undefined;
  const [code, steps, channels, progress, pauses, limited, items, definition, answers] = await Promise.all([
    codeProgressOf(services, job),
    isList(job) ? listSteps(services, job, now) : stepsShown(services, job, found, now),
    channelsShown(services, job, hidden),
    progressShown(services, job, hidden),
    pausesFor(services, [job]),
    job.gates && isWaiting(job) ? limitWait(services, job, now) : undefined,
    currentCounts(services, job),
    keptDefinition(services, job),
    answersTo(services, job, sees),
  ]);
  const summary = summaryOf(job, now, pauses);
  const view: JobView = {
    ...summary,
    ...pick(job, ["priority"]),
    ...defined({ snoozes: askedSnoozes(job), waiting_for: summary.waiting_for ?? limited }),
    ...defined({ trace_id: traceIdOf(job, services.traces) }),
    ...actorsShown(job),
    attempts: job.attempts.map((one) => attemptView(one, sees, ownTraceOf(services, job, job.run, one), answers)),
    ...(steps && {
      steps: shownSteps(steps, { ...sees, hidden }),
      ...(!isList(job) && (code ? { graph: codeGraph(steps) } : graphShown(found, steps))),
    }),
    ...(code && codeShown(code, job, hidden)),
    ...items,
    ...defined({ definition }),
    ...(channels && { channels }),
    ...(progress !== undefined && { progress }),
  };
  const [shown = view] = isFinished(job) ? await withResults(services.blobs, [view], [job.result], hidden) : [];
  return shown;
}

/** In a run of more steps than this, each is shown shortly: 10,000 of them have to fit into an answer. */
const mostInFull = 1_000;

/** An event that hides parts of its inputs names none of what own code returns, which may have them anywhere. */
function shownSteps(
  steps: Record<string, StepView>,
  { inputs, hidden }: Sees & { hidden: readonly string[] },
): Record<string, StepView> {
  const entries = Object.entries(steps);
  const isLong = entries.length > mostInFull;
  return Object.fromEntries(
    entries.map(([key, { thrown, returned, earlier_attempts, ...step }]) => [
      key,
      {
        ...step,
        ...(!isLong && defined({ earlier_attempts })),
        ...(!isLong && inputs && defined({ thrown, returned: hidden.length === 0 ? returned : undefined })),
        ...shownError(step),
      },
    ]),
  );
}

/** A finished run of a job, or its current one. */
type ShownRun = Pick<Job, "run" | "status" | "scheduled_at" | "due_at" | "attempts"> &
  Partial<Pick<Job, "started_at" | "finished_at" | "result" | "error" | "reason" | "rolled_back">>;

/** The runs of a job, each with its result as long as the answer has room for it. */
export function runViewsOf(
  services: Pick<Services, "blobs" | "catalog" | "traces">,
  job: Job,
  runs: readonly ShownRun[],
  now: number,
  sees = anyReader,
): Promise<RunView[]> {
  const { blobs, catalog } = services;
  const views = runs.map(
    (run): RunView => ({
      ...pick(run, ["run", "scheduled_at", "due_at", "started_at", "finished_at", "reason", "rolled_back"]),
      status: shownStatus(run, now),
      ...defined({ cached_from: cachedFrom(run.attempts) }),
      ...shownError(run),
      attempts: run.attempts.map((one) => attemptView(one, sees, ownTraceOf(services, job, run.run, one))),
    }),
  );
  return withResults(
    blobs,
    views,
    runs.map(({ result }) => result),
    redactionOf(catalog, job),
  );
}
