import { keptText } from "../../../../core/job/code-messages.ts";
import type { SentDecision } from "../../../../core/job/decide-messages.ts";
import { isFinished, type Job } from "../../../../core/job/job.ts";
import { JobError } from "../../../../core/job/job-error.ts";
import { defined } from "../../../../core/kernel/defined.ts";
import { earlierAttempts, stepViewOf } from "../../../../core/queries/step-view.ts";
import { endApproval } from "../approvals.ts";
import { unknownEnd } from "../step-state.ts";
import { firstMessage, waitTimer } from "../waits.ts";
import { endEntryOf, type NewEntry, type Open, type OpenRun } from "./open-run.ts";
import { keepResult, keepValue } from "./values.ts";

/** What has ended of what is open, in the order in which it ended: jobs, waits and times. */
export async function newEnds(run: OpenRun, signals: Signals): Promise<NewEntry[]> {
  const ends = [...(await endedJobs(run)), ...(await endedWaits(run, signals))];
  return ends.sort((a, b) => a.at - b.at || (a.k < b.k ? -1 : 1));
}

/** The signals that the catalog declares for the feature, with the fields of their payloads. */
type Signals = Parameters<typeof firstMessage>[2];

/** The limit of DynamoDB's BatchGetItem. */
const mostAtOnce = 100;

async function endedJobs(run: OpenRun): Promise<NewEntry[]> {
  const open = Object.entries(run.kept.open).flatMap(([key, state]) =>
    state.job_id === undefined ? [] : [{ key, state, id: state.job_id }],
  );
  const ends: NewEntry[] = [];
  for (let from = 0; from < open.length; from += mostAtOnce) {
    const some = open.slice(from, from + mostAtOnce);
    const jobs = await run.services.jobs.getMany(some.map(({ id }) => id));
    for (const { key, state, id } of some) {
      const job = jobs.find((one) => one.id === id);
      if (!job || isFinished(job)) ends.push(await endOfJob(run, key, state, job));
      else run.kept.open[key] = { ...state, ...stepViewOf(job, run.services.clock.now()) };
    }
  }
  return ends;
}

/** How a job has ended that a key has begun. */
export async function endOfJob(run: OpenRun, key: string, open: Open, job: Job | undefined): Promise<NewEntry> {
  const now = run.services.clock.now();
  const at = job?.finished_at ?? now;
  const times = {
    ...defined({ created_at: job?.created_at, started_at: job?.started_at ?? open.started_at }),
    ...(job && earlierAttempts(job)),
    finished_at: at,
  };
  if (!job) return failedEnd(key, open, at, { error: unknownEnd, times });
  if (job.status === "completed") {
    try {
      const value = await keepResult(run.loading, run.job, job.result ?? { inline: null });
      return endEntryOf(key, open, { e: "done", at, value }, { status: "completed", ...times });
    } catch (error) {
      if (!(error instanceof JobError) || error.code !== "NOT_FOUND") throw error;
      const gone = {
        code: "NOT_FOUND",
        message: "Its result was deleted before the run saw it.",
        retryable: false,
      } as const;
      return failedEnd(key, open, at, { error: gone, times });
    }
  }
  if (job.status === "cancelled") {
    const message = `It was cancelled${job.reason === undefined ? "" : `: ${job.reason}`}.`;
    const error = { code: "CANCELLED", message, retryable: false };
    return endEntryOf(key, open, { e: "failed", at, error }, { status: "cancelled", ...times });
  }
  const failed = failedEnd(key, open, at, { error: job.error ?? unknownEnd, times });
  // What own code has thrown, the handler gets in its own words.
  const { message, name, stack } = job.attempts.at(-1)?.thrown ?? {};
  if (open.c !== "step" || message === undefined || !failed.error) return failed;
  return {
    ...failed,
    error: { ...failed.error, message, ...defined({ name, stack: stack && keptText(stack, 1500) }) },
  };
}

interface Failure {
  error: NonNullable<Job["error"]>;
  times: object;
}

const failedEnd = (key: string, open: Open, at: number, { error, times }: Failure): NewEntry => {
  const { code, message, retryable, provider_code } = error;
  const told = { code: provider_code ?? code, message, retryable, ...defined({ name: provider_code && code }) };
  return endEntryOf(key, open, { e: "failed", at, error: told }, { status: "failed", ...times, error });
};

/** A key that could not be begun has failed at once. */
export const refusedEnd = (key: string, open: Open, error: Failure["error"], now: number): NewEntry =>
  failedEnd(key, open, now, { error, times: { finished_at: now } });

/** A message is taken by the wait that began last, and by a run only once. */
async function endedWaits(run: OpenRun, signals: Signals): Promise<NewEntry[]> {
  const { services, job, kept } = run;
  const now = services.clock.now();
  const ids = new Set(kept.taken);
  const taken = { ids, until: kept.taken_until ?? {} };
  const open = Object.entries(kept.open).filter(([, { status }]) => status === "waiting");
  const newestFirst = open.reverse().sort(([, a], [, b]) => (b.started_at ?? 0) - (a.started_at ?? 0));
  const ends: NewEntry[] = [];
  for (const [key, state] of newestFirst) {
    const { started_at, until = now, waits_for } = state;
    const shown = { ...defined({ started_at, until, waits_for }), status: "completed" as const };
    const isOver = waitTimer(state) <= now;
    if (state.approval) {
      const end = await endedApproval(run, key, state, isOver);
      if (end) ends.push(end);
      continue;
    }
    const message = waits_for && (await firstMessage(services, job, signals, state, taken));
    if (message) {
      ids.add(message.id);
      const { signal, id, at, payload } = message;
      const value = await keepValue(services.blobs, job, payload ?? null);
      // It was accepted before the run looked, and the handler's time goes on from when it is told.
      const end = { e: "signal", at: Math.max(at, started_at ?? at), signal, id, value } as const;
      ends.push(endEntryOf(key, state, end, { ...shown, finished_at: now, received: { signal, id, at } }));
    } else if (isOver && waits_for) {
      ends.push(endEntryOf(key, state, { e: "timeout", at: until }, { ...shown, finished_at: now, timed_out: true }));
    } else if (isOver) ends.push(endEntryOf(key, state, { e: "fired", at: until }, { ...shown, finished_at: now }));
  }
  return ends;
}

async function endedApproval(run: OpenRun, key: string, open: Open, isOver: boolean): Promise<NewEntry | undefined> {
  const now = run.services.clock.now();
  const { c: _kind, f: _asked, ...state } = open;
  const decided = await endApproval(run.services, run.job, state, { otherwise: undefined, isOver, now });
  if (!decided) return undefined;
  const { started_at, until, approval } = decided;
  const shown = { ...defined({ started_at, until, approval }), finished_at: now };
  const decision = approval?.decision;
  if (!decision)
    return endEntryOf(
      key,
      open,
      { e: "timeout", at: until ?? now },
      { ...shown, status: "completed", timed_out: true },
    );
  const told: SentDecision = { choice: decision.choice, by: decision.by ?? "", ...defined({ note: decision.note }) };
  const value = await keepValue(run.services.blobs, run.job, told);
  return endEntryOf(key, open, { e: "done", at: Math.min(decision.at, now), value }, { ...shown, status: "completed" });
}
