import type { AttemptError } from "../../../core/job/attempt.ts";
import { credentialPlaceholder, type StepCredentials } from "../../../core/job/credential-placeholder.ts";
import { isFinished, type Job } from "../../../core/job/job.ts";
import { JobError } from "../../../core/job/job-error.ts";
import {
  childCountOf,
  childIdOf,
  childOf,
  type ItemCounts,
  isList,
  isListProgress,
  isPaged,
  type ListJob,
  type ListProgress,
  type ListState,
  leastShareOf,
  progressInline,
  remainingOf,
  reservedBy,
} from "../../../core/job/list.ts";
import { RequestError } from "../../../core/kernel/request-error.ts";
import { wakeParent } from "../../../core/operations/dispatch.ts";
import { type AttemptServices, type Execution, Finished, Parked } from "../../../core/operations/execution.ts";
import { endedWithFeature } from "../../../core/operations/parent-guard.ts";
import { load } from "../../../core/operations/payload.ts";
import type { ConsumerServices } from "../../../core/operations/services.ts";
import { missingPauseMs, noteMissing } from "../../engine/missing-event.ts";
import { type ListInput, startPage, type UndoneItems } from "./for-each.ts";
import { type Deciding, listResults, renewed } from "./list-results.ts";
import { nextLook } from "./next-look.ts";
import { placeAt } from "./places.ts";
import { isPassingFault, retryAt } from "./retry-decision.ts";
import { startStep } from "./start-step.ts";
import { isMissing, stepRefusal } from "./step-faults.ts";

/**
 * The decider of a list: it reads how the children that are open have ended, starts the next ones as the concurrency of the step allows,
 * and parks. It reads no child that has ended before. Deciding twice starts nothing twice, because the ids of children are derived, and
 * starts no more at a time: children begin in their order, and what was seen of them only grows.
 */
export async function decideList(
  execution: Execution,
  job: ListJob,
  services: AttemptServices,
): Promise<Finished | Parked> {
  const asked = execution.input as unknown as ListInput;
  const of: Deciding = { services, execution, job, asked };
  const before = listStateOf(execution.progress, job);
  let state = await listBegunAgain(of, before);
  for (;;) {
    const seen = await lookAtChildren(of, state);
    state = seen.state;
    if (seen.failure) throw itemFailure(seen.failure, of, state, seen.counts);
    if (state.next >= childCountOf(job.list) && state.open.length === 0 && state.again.length === 0) {
      if (asked.undo && hasItemsLeft(state, asked.undo)) throw await notUndone(of, asked.undo, state, seen.counts);
      return new Finished(await listResults(of, state), listProgress(withoutKept(state), seen.counts));
    }
    const started = await startNext(of, state, seen.pages);
    state = started.state;
    // A child may have ended already: it was refused, or an earlier decision had started it.
    if (started.hasEnded) continue;
    const now = services.clock.now();
    state = await renewed(of, state, now);
    if (job.parent?.share !== undefined && givesBack(of, before, state))
      services.claim.whenRecorded(() => wakeParent(services, job));
    const { refused } = started;
    const retry = refused ? retryAt(job, now, refused === "missing" ? missingPauseMs : 0) : {};
    const counts = { ...seen.counts, open: seen.counts.open + started.open };
    return new Parked(listProgress(state, counts), nextLook([], now), retry);
  }
}

const listProgress = (list: ListState, for_each: ItemCounts): ListProgress => ({ for_each, list });

const withoutKept = ({ kept: _kept, ...state }: ListState): ListState => state;

/** How far the list has come. */
const listStateOf = (progress: unknown, { attempt }: Job): ListState =>
  isListProgress(progress) ? progress.list : { attempt, next: 0, open: [], again: [], done: 0, failed: 0 };

/**
 * In a retry of the list, the children that were open at its end and those that had failed are begun again, in their order. What has ended
 * by itself since, and may, is left as it has ended.
 */
async function listBegunAgain({ services, job, asked }: Deciding, state: ListState): Promise<ListState> {
  const { attempt } = job;
  if (state.attempt >= attempt) return state;
  const left = state.left ?? [];
  const begun = [...state.open, ...state.again, ...left.map(({ child }) => child)].sort((a, b) => a - b);
  const children = await jobsOfItems(services, job, begun);
  const stays = (child: number) => {
    const found = children.get(child);
    if (!found || !isFinished(found)) return false;
    const mayFail = asked.allow_fail && !asked.undo && !isPaged(job.list) && !endedWithFeature(found);
    return found.status === "completed" || mayFail;
  };
  const { faults: _faults, left: _left, ...rest } = state;
  const faults = Object.entries(state.faults ?? {}).filter(([child]) => !begun.includes(Number(child)));
  return {
    ...rest,
    attempt,
    done: left.reduce((sum, { done }) => sum - done, state.done),
    failed: left.reduce((sum, { failed }) => sum - failed, state.failed),
    open: begun.filter(stays),
    again: begun.filter((child) => !stays(child)),
    ...(faults.length > 0 && { faults: Object.fromEntries(faults) }),
  };
}

interface Seen {
  state: ListState;
  counts: ItemCounts;
  /** The pages that are open, by number. */
  pages: Map<number, ListJob>;
  failure?: { child: number; error: AttemptError };
}

/** What has become of the children that were open. */
async function lookAtChildren({ services, job, asked }: Deciding, before: ListState): Promise<Seen> {
  const paged = isPaged(job.list);
  const children = await jobsOfItems(services, job, before.open);
  const pages = new Map<number, ListJob>();
  const state: ListState = { ...before, open: [] };
  const unmade = asked.undo?.unmade?.items ?? 0;
  const counts: ItemCounts = {
    items: job.list.items + unmade,
    done: before.done,
    failed: before.failed + unmade,
    open: 0,
  };
  let failure: Seen["failure"];
  for (const child of before.open) {
    const found = children.get(child);
    const own = found && isList(found) ? await pageCounts(services, found) : undefined;
    if (found && !isFinished(found)) {
      state.open.push(child);
      if (isList(found)) pages.set(child, found);
      counts.done += own?.done ?? 0;
      counts.failed += own?.failed ?? 0;
      counts.open += paged ? (own?.open ?? 0) : 1;
    } else if (found?.status === "completed") {
      state.done += paged ? (own?.done ?? childOf(job.list, child).part.items) : 1;
      state.failed += own?.failed ?? 0;
      counts.done += paged ? (own?.done ?? childOf(job.list, child).part.items) : 1;
      counts.failed += own?.failed ?? 0;
    } else if (asked.undo) {
      const done = own?.done ?? 0;
      const ended = { child, done, failed: childOf(job.list, child).part.items - done };
      counts.done += ended.done;
      counts.failed += ended.failed;
      state.done += ended.done;
      state.failed += ended.failed;
      state.left = [...(state.left ?? []), ended];
      if (!found && !state.faults?.[child]) state.faults = { ...state.faults, [child]: unknownEnd };
    } else {
      counts.failed += own?.failed ?? 1;
      counts.done += own?.done ?? 0;
      const error = childError(found) ?? state.faults?.[child] ?? unknownEnd;
      if (!found) state.faults = { ...state.faults, [child]: error };
      if (asked.allow_fail && !paged) {
        state.failed += 1;
        continue;
      }
      // If the list is retried, it is begun again.
      state.open.push(child);
      failure ??= { child, error };
    }
  }
  return { state, counts, pages, ...(failure && { failure }) };
}

const unknownEnd: AttemptError = {
  code: "NOT_FOUND",
  message: "Its job was deleted before the list saw how it ended.",
  retryable: false,
};

const cancelledError: AttemptError = { code: "PROVIDER_ERROR", message: "It was cancelled.", retryable: false };

const childError = (child: Job | undefined): AttemptError | undefined => child && (child.error ?? cancelledError);

/** How far a page has come. What it has recorded is in its item, unless it holds much itself. */
async function pageCounts({ blobs }: ConsumerServices, page: ListJob): Promise<ItemCounts | undefined> {
  const inline = progressInline(page)?.for_each;
  if (inline || !isFinished(page) || !page.progress) return inline;
  const progress = await load(blobs, page.progress);
  return isListProgress(progress) ? progress.for_each : undefined;
}

/** The jobs of children, by number. */
async function jobsOfItems(
  { jobs }: ConsumerServices,
  job: ListJob,
  children: readonly number[],
): Promise<Map<number, Job>> {
  const byId = new Map(children.map((child) => [childIdOf(job, child), child]));
  const ids = [...byId.keys()];
  const found = new Map<number, Job>();
  for (let from = 0; from < ids.length; from += mostAtOnce) {
    for (const child of await jobs.getMany(ids.slice(from, from + mostAtOnce))) {
      const number = byId.get(child.id);
      if (number !== undefined) found.set(number, child);
    }
  }
  return found;
}

/** The limit of DynamoDB's BatchGetItem. */
const mostAtOnce = 100;

/** The first item that fails, fails the step: what is open is cancelled once the failure is recorded. */
function itemFailure(
  { child, error }: NonNullable<Seen["failure"]>,
  { job: { list }, asked }: Pick<Deciding, "job" | "asked">,
  state: ListState,
  counts: ItemCounts,
) {
  const { from, items } = childOf(list, child).part;
  const placeOf = (at: number) => (asked.undo ? placeAt(asked.undo.places, at - list.from) : at);
  const [first, last] = [placeOf(from), placeOf(from + items - 1)].sort((a = 0, b = 0) => a - b);
  // A page says itself which of its items it was, unless it was none.
  const isOfItem = isPaged(list) && error.message.startsWith("Item ");
  const what = isPaged(list) ? `Items ${first} to ${last}` : `Item ${first}`;
  const message = isOfItem ? error.message : `${what} failed: ${error.message}`;
  const progress = listProgress(state, { ...counts, open: 0 });
  return new JobError(error.code, message, { retryable: false, providerCode: error.provider_code, progress });
}

const hasItemsLeft = ({ left = [] }: ListState, { unmade }: UndoneItems): boolean =>
  left.length > 0 || unmade !== undefined;

/** A list that undoes items has tried all of them before it fails. */
async function notUndone(
  of: Deciding,
  { unmade }: UndoneItems,
  state: ListState,
  counts: ItemCounts,
): Promise<JobError> {
  const { services, job } = of;
  const [first] = state.left ?? [];
  const child = first?.child ?? 0;
  const found = first && (await jobsOfItems(services, job, [child])).get(child);
  const own = first && { child, error: state.faults?.[child] ?? childError(found) ?? unknownEnd };
  const reason = own ? itemFailure(own, of, withoutKept(state), counts) : unmadeError(unmade?.error ?? unknownEnd);
  // Its pages say which of their items it was, and the list how many there are.
  if (!job.parent?.undo) return reason;
  const { code, message, providerCode } = reason;
  const text = `${counts.failed} of ${counts.items} items could not be undone. ${message}`;
  const progress = listProgress(withoutKept(state), counts);
  return new JobError(code, text, { retryable: false, providerCode, progress });
}

const unmadeError = ({ code, message }: AttemptError) => new JobError(code, message, { retryable: false });

interface Started {
  state: ListState;
  /** How many items were started. */
  open: number;
  /** Whether one of the children that were started has ended already. */
  hasEnded: boolean;
  /** Whether one could not be started for now: AWS refused it, or the catalog has lost its event. */
  refused: boolean | "missing";
}

/** Starts as many of the next children as may be open. */
const startNext = (of: Deciding, state: ListState, pages: Map<number, ListJob>): Promise<Started> =>
  isPaged(of.job.list) ? startPages(of, state, pages) : startItems(of, state);

/** The first children that have not begun, at most so many, and the state in which they have. */
function takeItems(state: ListState, many: number, of: number): { children: number[]; state: ListState } {
  const again = state.again.slice(0, many);
  const next = Math.min(of, state.next + many - again.length);
  const fresh = Array.from({ length: next - state.next }, (_, i) => state.next + i);
  return { children: [...again, ...fresh], state: { ...state, next, again: state.again.slice(again.length) } };
}

/**
 * Pages start one after the other: each gets a part of what those before it have left, those too that an earlier decision started which
 * died. Several run at a time, so that each decision reads few items, and an item that lasts for long holds up few others.
 */
async function startPages(deciding: Deciding, state: ListState, pages: Map<number, ListJob>): Promise<Started> {
  const { services, job, asked } = deciding;
  const { concurrency } = asked;
  const least = leastShareOf(concurrency, job.list.page_size);
  let free = concurrency - [...pages.values()].reduce((sum, page) => sum + reservedBy(page), 0);
  let started: Started = { state, open: 0, hasEnded: false, refused: false };
  while (!started.refused) {
    const taken = takeItems(started.state, 1, childCountOf(job.list));
    const [page] = taken.children;
    if (page === undefined) break;
    const { items } = childOf(job.list, page).part;
    if (free < Math.min(least, items)) break;
    const left = childCountOf(job.list) - taken.state.next + taken.state.again.length + 1;
    const share = Math.min(free, items, Math.max(least, Math.ceil(free / left)));
    const { slices = "" } = asked;
    const start = await tried(deciding, () => startPage(services, job, { page, asked, slices, share }));
    if ("job" in start && isList(start.job) && !isFinished(start.job)) free -= reservedBy(start.job);
    started = { ...withStart({ ...started, state: taken.state }, page, start), open: 0 };
  }
  return started;
}

async function startItems(of: Deciding, state: ListState): Promise<Started> {
  const { job, asked } = of;
  const share = job.parent?.share ?? asked.concurrency;
  const taken = takeItems(state, Math.max(0, share - state.open.length), childCountOf(job.list));
  const starts = await Promise.allSettled(
    taken.children.map(async (child) => ({ child, start: await tried(of, () => startItem(of, child)) })),
  );
  let started: Started = { state: taken.state, open: 0, hasEnded: false, refused: false };
  for (const one of starts) {
    // Thrown only now, so that an item that cannot be started does not hold up the others.
    if (one.status === "rejected") throw one.reason;
    started = withStart(started, one.value.child, one.value.start);
  }
  return started;
}

function startItem({ services, job, asked }: Deciding, child: number): Promise<Job> {
  const { key } = childOf(job.list, child);
  const input = asked.inputs?.[child] ?? {};
  const credentials = () => credentialsIn(input, asked.credentials);
  return startStep(services, job, { key, step: asked.step, input, startAt: services.clock.now(), credentials });
}

/** The credentials of the step that the input of an item refers to. */
function credentialsIn(input: unknown, of: StepCredentials | undefined): StepCredentials | undefined {
  if (!of) return undefined;
  const json = JSON.stringify(input);
  const keys = of.keys.filter((key) => json.includes(credentialPlaceholder(of.app, key, of.id)));
  return keys.length > 0 ? { ...of, keys } : undefined;
}

/** Whether a page needs so much less of its share than before that the list may start another page. */
function givesBack({ job, asked }: Deciding, before: ListState, after: ListState): boolean {
  const least = leastShareOf(asked.concurrency, job.list.page_size);
  const share = job.parent?.share ?? 0;
  const parts = (state: ListState) => Math.floor(Math.max(0, share - remainingOf(job.list, state)) / least);
  return parts(after) > parts(before);
}

/** The result of an attempt to start a child. */
type Start = { job: Job } | { fault: AttemptError } | { refused: true | "missing" };

async function tried({ services, job }: Deciding, start: () => Promise<Job>): Promise<Start> {
  try {
    return { job: await start() };
  } catch (error) {
    if (isPassingFault(error)) return { refused: true };
    if (error instanceof JobError) return { fault: { code: error.code, message: error.message, retryable: false } };
    if (!(error instanceof RequestError) || error.code === "UNAVAILABLE") throw error;
    if (!isMissing(error)) return { fault: stepRefusal(error) };
    noteMissing(services.log, job, job.event);
    return { refused: "missing" };
  }
}

/** The state after a child was started, or was not. */
function withStart({ state, open, hasEnded, refused }: Started, child: number, start: Start): Started {
  if ("refused" in start) {
    const again = [...state.again, child].sort((a, b) => a - b);
    return { state: { ...state, again }, open, hasEnded, refused: refused || start.refused };
  }
  const isOver = "fault" in start || isFinished(start.job);
  const faults = "fault" in start ? { faults: { ...state.faults, [child]: start.fault } } : {};
  return {
    state: { ...state, open: [...state.open, child], ...faults },
    open: open + (isOver ? 0 : 1),
    hasEnded: hasEnded || isOver,
    refused,
  };
}
