import { resolve, type Scope } from "../../../core/expressions/evaluate.ts";
import type { AttemptError } from "../../../core/job/attempt.ts";
import { isFinished, type Job, jobMessageOf, type Stored } from "../../../core/job/job.ts";
import { JobError, MissingInCatalog } from "../../../core/job/job-error.ts";
import { undoJobId } from "../../../core/job/job-id.ts";
import { childCountOf, childIdOf, isList, isPaged, type ListJob, slicesBelow } from "../../../core/job/list.ts";
import { defined, pick } from "../../../core/kernel/defined.ts";
import { inParallel } from "../../../core/kernel/in-parallel.ts";
import { cancelStep } from "../../../core/operations/change-job.ts";
import { stepReasons } from "../../../core/operations/parent-guard.ts";
import { load } from "../../../core/operations/payload.ts";
import type { ConsumerServices } from "../../../core/operations/services.ts";
import type { CredentialPlaceholders } from "./credential-placeholders.ts";
import {
  eventOfItems,
  inputKeyOf,
  inputOf,
  itemsToRun,
  type ListInput,
  putSlice,
  startWhole,
  takenInputs,
} from "./for-each.ts";
import { numbers } from "./list-results.ts";
import { addPlace, type Places } from "./places.ts";
import { mostGatheredBytes, storedBytesOf } from "./results.ts";
import { type JobOptions, jobOptions } from "./start-step.ts";
import type { StepState } from "./step-state.ts";
import { concurrencyOf, itemIn, type UndoneForEach, undoNeedsResult, undoStepOf } from "./steps.ts";

/** A step whose items are to be undone one by one, and what is known of them. */
export interface ItemsToUndo {
  placed: UndoneForEach;
  /** The list that has run them. Absent if it was deleted. */
  list: ListJob | undefined;
  state: StepState | undefined;
  /** What their inputs are made of. */
  scope: Scope;
}

/** How many results are read at a time. */
const atOnce = 16;

/**
 * Starts the list that undoes the items of a step that have completed, the last one first, or returns the one that was started before. The
 * inputs are made page by page, so that no more than a page of results is held at a time. An item whose input cannot be made counts as one
 * that could not be undone, as does one of which it is not known whether it has completed. Throws a JobError if that is known of none.
 */
export async function startUndoList(
  services: ConsumerServices,
  job: Job,
  asked: ItemsToUndo & { pageSize: number; startAt: number },
  placeholders: CredentialPlaceholders,
): Promise<Job> {
  const { placed, scope, pageSize, startAt } = asked;
  const { key, step } = undoStepOf(placed);
  const id = undoJobId(job, key);
  const event = eventOfItems(services, job, step);
  const taken = takenInputs(event, placeholders);
  const places: Places = [];
  let unmade: { items: number; error: AttemptError } | undefined;
  const whole = { step: key, from: 0, items: 0, page_size: pageSize };
  const inputKey = inputKeyOf(id);
  const slices = slicesBelow(inputKey);
  let page: Record<string, unknown>[] = [];
  const pageEnds = async () => {
    const from = whole.items - page.length;
    await putSlice(services, slices, from / pageSize, taken.take({ from, items: page.length }, page));
    page = [];
  };
  const completed = await completedItems(services, job, asked);
  const values = itemIn(placed) ? valuesOf(placed, scope, completed.of) : [];
  for await (const { index, ...undoneItem } of completed.items()) {
    const made = madeInput(step, { values, scope: { ...scope, undoneItem } }, index);
    if ("error" in made) {
      unmade = { items: (unmade?.items ?? 0) + 1, error: unmade?.error ?? made.error };
      continue;
    }
    if (page.length === pageSize) await pageEnds();
    page.push(made.input);
    addPlace(places, index);
    whole.items += 1;
  }
  const unknown = completed.unknown();
  if (unknown > 0) unmade = { items: (unmade?.items ?? 0) + unknown, error: unmade?.error ?? unknownItems };
  const input: ListInput = {
    step: defined(pick(step, jobOptions)) as JobOptions,
    allow_fail: true,
    concurrency: concurrencyOf(placed.step.for_each),
    undo: { places, ...defined({ unmade }) },
  };
  if (isPaged(whole)) {
    await pageEnds();
    input.slices = slices;
  } else input.inputs = taken.take(whole, page);
  Object.assign(input, taken.credentials());
  const parent = { message: jobMessageOf(job), step: key, undo: true as const };
  return startWhole(services, job, { id, inputKey, list: whole, parent, startAt, of: event }, input);
}

function madeInput(...of: Parameters<typeof inputOf>): { input: Record<string, unknown> } | { error: AttemptError } {
  try {
    return { input: inputOf(...of) };
  } catch (error) {
    if (!(error instanceof JobError) || error instanceof MissingInCatalog) throw error;
    const { code, message } = error;
    return { error: { code, message, retryable: false } };
  }
}

/** The items of the step, as they were when it began: what they are made of stays the same (`check-undo.ts`). */
function valuesOf({ step }: UndoneForEach, scope: Scope, many: number): unknown[] {
  const { values } = itemsToRun(step.for_each, scope);
  if (values.length === many) return values;
  const message = `The list of the step has ${values.length} items now, and had ${many} when the step began.`;
  throw new JobError("VALIDATION_ERROR", message, { retryable: false });
}

interface Completed {
  /** How many items the step has. */
  of: number;
  /** Those that have completed, the last one first. */
  items: () => AsyncGenerator<CompletedItem>;
  /** Of how many it is not known whether they have completed, once all were passed. */
  unknown: () => number;
}

interface CompletedItem {
  index: number;
  result: unknown;
}

/**
 * The items of a step that have completed. The result of a step that has completed says so of most of them; what stands in it in place of a
 * result is told from a result by the job of the item, and of a step that has not completed there is nothing but those jobs. What is still
 * open is cancelled: what it has done by then is not known.
 */
async function completedItems(
  services: ConsumerServices,
  job: Job,
  { placed, list, state, scope }: ItemsToUndo,
): Promise<Completed> {
  const entries = list?.status === "completed" || !list ? (resolve("$Step", scope) as unknown[]) : undefined;
  if (!list && !Array.isArray(entries))
    throw new JobError(unknownItems.code, unknownItems.message, { retryable: false });
  const failed = state?.for_each?.failed ?? 0;
  const many = entries?.length ?? list?.list.items ?? 0;
  const isDoubtful = (index: number) =>
    entries === undefined || isElsewhere(entries[index]) || (failed > 0 && isFailure(entries[index]));
  const itemJobs = list && endedItems(services, job, list);
  const size = list?.list.page_size ?? many;

  let skipped = 0;
  async function* items() {
    for (let page = Math.ceil(many / size) - 1; page >= 0; page -= 1) {
      const indexes = numbers(page * size, Math.min(many, (page + 1) * size)).reverse();
      const jobs = (await itemJobs?.(page, indexes.filter(isDoubtful))) ?? new Map<number, Job>();
      const results = undoNeedsResult(placed) ? await resultsOfJobs(services, jobs) : undefined;
      for (const index of indexes) {
        if (!isDoubtful(index)) yield { index, result: entries?.[index] };
        else if (jobs.get(index)?.status === "completed") yield { index, result: await results?.(index) };
        else skipped += 1;
      }
    }
  }

  return { of: many, items, unknown: () => (entries ? Math.max(0, skipped - failed) : 0) };
}

const unknownItems: AttemptError = {
  code: "NOT_FOUND",
  message: "It is not known any more which of its items have completed: their jobs were deleted.",
  retryable: false,
};

/** Whether an entry in the result of a list may stand for one that is elsewhere, or for an item that has failed. */
const isElsewhere = (entry: unknown): boolean => typeof valueOfField(entry, "job_id") === "string";
const isFailure = (entry: unknown): boolean => typeof valueOfField(valueOfField(entry, "error"), "code") === "string";

const valueOfField = (value: unknown, field: string): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[field] : undefined;

/** Reads the jobs of items of a page, which are over then. */
function endedItems(services: ConsumerServices, job: Job, list: ListJob) {
  const { jobs } = services;
  const reason = job.ending?.cause === "failed" ? stepReasons.featureFailed : stepReasons.featureCancelled;
  const ended = async (one: Job, of: Job): Promise<Job> =>
    isFinished(one) ? one : ((await cancelStep(services, one.id, of, reason)) ?? one);
  let pages: Map<string, Job> | undefined;
  const pageOf = async (page: number): Promise<ListJob | undefined> => {
    if (!isPaged(list.list)) return list;
    pages ??= new Map(
      (await jobs.getMany(numbers(0, childCountOf(list.list)).map((child) => childIdOf(list, child)))).map((one) => [
        one.id,
        one,
      ]),
    );
    const found = pages.get(childIdOf(list, page));
    if (!found || !isList(found)) return undefined;
    await ended(found, list);
    return found;
  };
  return async (page: number, indexes: readonly number[]): Promise<Map<number, Job>> => {
    const of = indexes.length > 0 ? await pageOf(page) : undefined;
    if (!of) return new Map();
    const byId = new Map(indexes.map((index) => [childIdOf(of, index - of.list.from), index]));
    const found = await jobs.getMany([...byId.keys()]);
    const over = await inParallel(atOnce, found, (one) => ended(one, of));
    return new Map(over.map((one) => [byId.get(one.id) ?? 0, one]));
  };
}

/** The results of jobs: read at once where they are small together, and else one by one as they are needed. */
async function resultsOfJobs({ blobs }: Pick<ConsumerServices, "blobs">, jobs: ReadonlyMap<number, Job>) {
  const stored = [...jobs].flatMap(([index, { status, result }]): [number, Stored][] =>
    status === "completed" && result ? [[index, result]] : [],
  );
  const byIndex = new Map(stored);
  const bytes = stored.reduce((sum, [, result]) => sum + storedBytesOf(result), 0);
  const read = bytes <= mostGatheredBytes ? stored : [];
  const held = new Map(
    await inParallel(atOnce, read, async ([index, one]) => [index, await load(blobs, one)] as const),
  );
  return async (index: number): Promise<unknown> => {
    const one = byIndex.get(index);
    return held.has(index) || !one ? held.get(index) : load(blobs, one);
  };
}
