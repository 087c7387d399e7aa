import type { AttemptError } from "./attempt.ts";
import { isBlob, type Job, type ListPart, type Stored } from "./job.ts";
import { stepJobId } from "./job-id.ts";

/*
 * A step with `for_each` is a job, the list, which runs the items of the step: each as a job, or, if there are more than a page has, in
 * pages, which are jobs like it. So no job has more than a hundred children, however long the list is.
 */

/** How many items a page has at most. */
export const largestPage = 100;

/** The event of a list and its pages. No catalog has one of this name, since a tag has no slash: an earlier version fails them. */
export const listEventOf = (feature: string, step: string): string => `${feature}/${step}`;

/** The event of a job as the catalog has it: of a list and its pages, that of their feature. */
export const catalogEventOf = ({ event }: Pick<Job, "event">): string => event.split("/", 1)[0] ?? event;

/** A job that runs items. */
export type ListJob = Job & { list: ListPart };
export const isList = (job: Job): job is ListJob => job.list !== undefined;

/** Whether a list runs pages, and not the items themselves. */
export const isPaged = ({ items, page_size }: ListPart): boolean => items > page_size;

/** How many jobs a list runs. */
export const childCountOf = (list: ListPart): number =>
  isPaged(list) ? Math.ceil(list.items / list.page_size) : list.items;

/** A job that a list runs: its key as a step, and the part of the list that it runs. */
export interface ListChild {
  key: string;
  part: ListPart;
}

/** The child of this number, from 0. */
export function childOf(list: ListPart, child: number): ListChild {
  const { step, items: all, page_size } = list;
  if (!isPaged(list)) {
    const from = list.from + child;
    return { key: `${step}[${from}]`, part: { ...list, from, items: 1 } };
  }
  const items = Math.min(page_size, all - child * page_size);
  const from = list.from + child * page_size;
  return { key: `${step}[${from}-${from + items - 1}]`, part: { ...list, from, items } };
}

/**
 * The objects with the inputs of the pages of a list. No rule of the bucket deletes them by their age, since a list may begin, or be held,
 * later than any: they are below the object with its own input, or where that says, and are deleted with its job.
 */
export function slicesOf(job: Job): string[] {
  if (!isList(job) || !isPaged(job.list)) return [];
  const { input } = job;
  const { slices } = isBlob(input) ? { slices: slicesBelow(input.blob) } : Object("inline" in input && input.inline);
  if (typeof slices !== "string") return [];
  return Array.from({ length: childCountOf(job.list) }, (_, page) => `${slices}${page}`);
}

/** Where the inputs of the pages of a list are whose own input has this key. */
export const slicesBelow = (inputKey: string): string => `${inputKey}/`;

/** Derived from the run, the step and the index, so that a decision that is repeated finds the job that it has started. */
export const childIdOf = (job: ListJob, child: number): string => stepJobId(job, childOf(job.list, child).key);

/** How far the items of a step have come. */
export interface ItemCounts {
  items: number;
  /** Those that have completed. */
  done: number;
  failed: number;
  /** Those whose jobs have started and not ended. */
  open: number;
}

/** What a list records. Children are numbered from 0. It does not grow with the list: few pages are open at a time. */
export interface ListState {
  /** The attempt of the list that has recorded it. */
  attempt: number;
  /** All children before this one have begun. */
  next: number;
  /** Those that have begun and of which no end is known. */
  open: number[];
  /** Those before `next` that have to be begun again, in order: AWS refused them, or the list is retried. */
  again: number[];
  /** The items of the children that have ended: how many have completed, and how many may fail and did. */
  done: number;
  failed: number;
  /** Why children have failed that have no job. */
  faults?: Record<string, AttemptError>;
  /** What the list holds itself, since what it was read from may be deleted before the list ends. */
  kept?: KeptOfList;
  /** The children that have failed of a list that undoes items, which goes on without them: a retry of it begins them again. */
  left?: LeftChild[];
}

/** A child of which not all is undone, and its part of the counts. */
interface LeftChild {
  child: number;
  done: number;
  failed: number;
}

export interface KeptOfList {
  /** When it was stored, epoch milliseconds. */
  at: number;
  /** The results of the children that had ended by then. */
  results: Stored;
}

/** The progress of a list. */
export interface ListProgress {
  for_each: ItemCounts;
  list: ListState;
}

/** The progress of a list, if it is in its item: it is elsewhere only if many of its items were refused. */
export const progressInline = ({ progress }: Pick<Job, "progress">): ListProgress | undefined =>
  progress && !isBlob(progress) && "inline" in progress && isListProgress(progress.inline)
    ? progress.inline
    : undefined;

export const isListProgress = (progress: unknown): progress is ListProgress =>
  typeof progress === "object" && progress !== null && "list" in progress && "for_each" in progress;

/** The most items that a page may have open, and how many it has not ended: what it takes of the concurrency of its step. */
export function reservedBy(page: ListJob): number {
  const share = page.parent?.share ?? page.list.items;
  const known = progressInline(page)?.list;
  // What is recorded may be outdated: since then more items have ended.
  return Math.min(share, known ? remainingOf(page.list, known) : page.list.items);
}

/** The items of a list that have not ended. */
export const remainingOf = ({ items }: ListPart, { done, failed }: Pick<ListState, "done" | "failed">): number =>
  items - done - failed;

/**
 * The least share of a page: four of them use the concurrency of a step. A page that has begun its last items gives back its share in
 * such parts, so that the next page starts while they run.
 */
export const leastShareOf = (concurrency: number, pageSize: number): number =>
  Math.max(1, Math.ceil(Math.min(concurrency, pageSize) / 4));
