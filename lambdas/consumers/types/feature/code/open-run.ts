import { hash } from "node:crypto";
import { type CodeProgress, isCodeProgress, type OpenKey } from "../../../../core/job/code-progress.ts";
import { type LogKind, outerScopes } from "../../../../core/job/decide-messages.ts";
import type { Job } from "../../../../core/job/job.ts";
import {
  type KeptEntry,
  mostAppended,
  type RunLogName,
  runLogOf,
  type ShownEnd,
} from "../../../../core/job/run-log.ts";
import { defined } from "../../../../core/kernel/defined.ts";
import { pagesOf } from "../../../../core/kernel/pages-of.ts";
import type { AttemptServices, Execution } from "../../../../core/operations/execution.ts";
import { sharedRoom } from "../../../../core/operations/memory.ts";
import type { Loading } from "../results.ts";
import type { StepState } from "../step-state.ts";
import { passedBy } from "../waits.ts";
import { keepValue } from "./values.ts";

export type Open = OpenKey<StepState>;
export type Kept = CodeProgress<StepState>["code"];

/** A run of code as a decision works on it. */
export interface OpenRun {
  job: Job;
  /** The feature's name in the catalog. */
  feature: string;
  services: AttemptServices;
  loading: Loading & Pick<AttemptServices, "blobs">;
  /** What is kept with the job. The decision changes it: a copy, since the job of a decision that fails is written as it was. */
  kept: Kept;
  /** The last entry of the log that the decision knows. */
  last: number;
  /** The entries that the handler was not shown yet, as far as this process of the code knows. */
  fresh: KeptEntry[];
  /** The waits that have ended in this decision, for the job's notes. */
  ended: Record<string, StepState>;
  /**
   * The steps of which is recorded that they call ctx: by a key within them. They stay if that key is closed, so that each replay of what the log
   * says of that finds them.
   */
  scopes: Set<string>;
}

/** What a run has by the keys of its calls. Handlers choose them, so no key is there before it is put there, as `constructor` is of any object. */
export const byKey = <Of>(known: Readonly<Record<string, Of>> = {}): Record<string, Of> =>
  Object.assign(Object.create(null), known);

/** An entry before it has its number. */
export type NewEntry = Omit<KeptEntry, "n">;

/** The run as its last decision has left it, with what another one has appended since and died; or as it begins. */
export async function openRun(services: AttemptServices, execution: Execution, job: Job): Promise<OpenRun> {
  const { signal, progress } = execution;
  // Values and answers are read one after the other: none is kept in memory.
  const loading = { blobs: services.blobs, room: sharedRoom(execution.room), signal };
  const kept = isCodeProgress<StepState>(progress)
    ? progress.code.attempt === job.attempt
      ? { ...progress.code }
      : await runBegunAgain(services, job, progress.code)
    : await begunRun(services, execution, job);
  const run: OpenRun = {
    feature: String(Reflect.get(execution.event, "feature")),
    ...{ job, services, loading, kept, last: kept.seen, fresh: [], ended: byKey() },
    scopes: new Set(Object.keys(kept.open).flatMap(outerScopes)),
  };
  kept.open = byKey(kept.open);
  if (kept.done_before) kept.done_before = byKey(kept.done_before);
  // An input with expressions is another one at another time, so that what the handler is shown is recorded before.
  if (!isCodeProgress(progress) && job.expressions) await services.claim.record({ code: kept });
  await readOn(run);
  return run;
}

async function begunRun({ blobs, clock }: AttemptServices, { input }: Execution, job: Job): Promise<Kept> {
  const started_at = job.code_since ?? job.parked_since ?? clock.now();
  return {
    ...{ part: 1, attempt: job.attempt, seen: 0, last_at: started_at, started_at, decisions: 0, open: {} },
    seed: seedOf(job),
    input: await keepValue(blobs, job, input),
  };
}

/**
 * The same for each attempt at a run, so that what has been shown to one may be shown to the next. What follows a space is in the idempotency keys
 * of own code: what a run does again after it was undone is another call.
 */
const seedOf = ({ id, created_at, run, begun_anew = 0 }: Job): string => {
  const seed = hash("sha256", JSON.stringify([id, created_at, run, begun_anew, "seed"]), "base64url");
  return begun_anew === 0 ? seed : `${seed} 1.${begun_anew}`;
};

/**
 * The run when it is retried: its log is the one before, up to what it has failed by. What came after that is made again: jobs that have completed
 * are found by their derived ids, and the one that has failed is run again.
 */
async function runBegunAgain({ runLogs, clock }: AttemptServices, job: Job, before: Kept): Promise<Kept> {
  const written = await runLogs.read(runLogOf({ ...job, attempt: before.attempt }, before.part), 0);
  const run = written.slice(0, before.in_vain?.at);
  const cut = failureIn(run, before.in_vain?.step);
  const stays = cut < 0 ? run : run.slice(0, cut);
  const log = runLogOf(job, before.part);
  for (const some of pagesOf(stays, mostAppended)) await runLogs.append(log, some);
  const { parked: _parked, cancelled: _cancelled, in_vain: _inVain, done_before: _done, ...kept } = before;
  const { taken: tookBefore = [], taken_until: _until, ...rest } = kept;
  // What the run took before it began anew is in another log. What came after the cut is taken again.
  const released = idsIn(written.slice(stays.length));
  const taken = [...new Set([...tookBefore, ...idsIn(stays)])].filter((id) => !released.includes(id));
  const done_before = { ...before.done_before, ...ownDoneIn(written.slice(stays.length)) };
  return {
    ...rest,
    ...(Object.keys(done_before).length > 0 && { done_before }),
    ...{ attempt: job.attempt, seen: 0, last_at: before.started_at, open: {}, retried_at: clock.now() },
    ...(taken.length > 0 && { taken }),
  };
}

/**
 * Where a log says what its run has failed by: the call whose error the handler threw, or else the entry that has ended it or the last call that has
 * failed, and of a step that calls ctx the call within it. A wait may have failed by its time-out. -1 where nothing has.
 */
function failureIn(log: readonly KeptEntry[], failedBy: string | undefined): number {
  const endOf = (key: string | undefined) =>
    log.findIndex(({ k, e }) => k === key && (e === "failed" || e === "timeout"));
  let at = endOf(failedBy);
  if (at < 0) at = log.findIndex(({ e }) => e === "cancel");
  if (at < 0) at = log.findLastIndex(({ e }) => e === "failed");
  for (;;) {
    const within = endOf(log[at]?.error?.step);
    // What has failed within a step has ended before it.
    if (within < 0 || within >= at) return at;
    at = within;
  }
}

/**
 * What own code has returned. A step that calls ctx is made again of its calls, and a step that is a job is found by its id. An undo is not among
 * it: a run that was undone begins with an empty log.
 */
const ownDoneIn = (entries: readonly KeptEntry[]): NonNullable<Kept["done_before"]> =>
  byKey(
    Object.fromEntries(
      entries.flatMap(({ k, c, e, f, job, value, as }) =>
        c === "step" && e === "done" && f === "step" && job === undefined ? [[k, defined({ value, as })]] : [],
      ),
    ),
  );

const idsIn = (entries: readonly KeptEntry[]): string[] => entries.flatMap(({ id }) => (id === undefined ? [] : [id]));

/** Which log the run writes now. */
export const runLogNameOf = ({ job, kept }: Pick<OpenRun, "job" | "kept">): RunLogName => runLogOf(job, kept.part);

/** Reads what another decision has appended. */
async function readOn(run: OpenRun): Promise<void> {
  for (const entry of await run.services.runLogs.read(runLogNameOf(run), run.last)) takeEntry(run, entry);
}

function takeEntry(run: OpenRun, entry: KeptEntry): void {
  const { kept } = run;
  for (const scope of outerScopes(entry.k)) run.scopes.add(scope);
  run.last = entry.n;
  run.fresh.push(entry);
  kept.last_at = Math.max(kept.last_at, entry.at);
  if (entry.id !== undefined && !kept.taken?.includes(entry.id)) kept.taken = [...(kept.taken ?? []), entry.id];
  const passed = passedBy(entry.as ?? {});
  if (passed.length > 0) kept.taken_until = latestOf(kept.taken_until ?? {}, passed);
  if (entry.e === "cancel") kept.cancelled = true;
  const ended = kept.open[entry.k];
  if (ended) run.ended[entry.k] = { ...ended, ...entry.as, status: entry.as?.status ?? "completed" };
  delete kept.open[entry.k];
  delete kept.done_before?.[entry.k];
}

/** Of how many addresses a run remembers until when it has taken messages: it is written with each decision. */
const mostPassed = 6;

/** The addresses of now come last. */
function latestOf(before: Record<string, number>, passed: [string, number][]): Record<string, number> {
  const until = new Map(Object.entries(before));
  for (const [name, at] of passed) {
    const latest = Math.max(at, until.get(name) ?? 0);
    until.delete(name);
    until.set(name, latest);
  }
  return Object.fromEntries([...until].slice(-mostPassed));
}

/**
 * Appends what this decision has seen, before it is shown to the handler. What another decision has appended meanwhile came first: then
 * nothing of this is appended, and the caller looks again. Whether all was.
 */
export async function append(run: OpenRun, entries: readonly NewEntry[]): Promise<boolean> {
  for (const some of pagesOf(entries, mostAppended)) {
    let at = run.kept.last_at;
    const numbered = some.map((entry, i): KeptEntry => {
      at = Math.max(at, entry.at);
      return { ...entry, n: run.last + 1 + i, at };
    });
    if ((await run.services.runLogs.append(runLogNameOf(run), numbered)) === "taken") {
      await readOn(run);
      return false;
    }
    for (const entry of numbered) takeEntry(run, entry);
  }
  return true;
}

/** A copy, which the decision does not change any more: if it fails later, the job is written as it was recorded last. */
export const codeProgress = ({ kept }: OpenRun): CodeProgress<StepState> => ({
  code: { ...kept, open: { ...kept.open }, ...(kept.done_before && { done_before: { ...kept.done_before } }) },
});

/** How an open key has ended, as an entry: with what is shown of it as a step. */
export const endEntryOf = (
  key: string,
  { c, f, job_id }: Pick<Open, "c" | "f" | "job_id">,
  end: Pick<NewEntry, "e" | "at"> & Partial<NewEntry>,
  shown: ShownEnd,
): NewEntry => ({ k: key, c: c as LogKind, f, ...(job_id !== undefined && { job: job_id }), ...end, as: shown });
