import type { AttemptError } from "../../../core/job/attempt.ts";
import type { Job, Stored } from "../../../core/job/job.ts";
import {
  childCountOf,
  childIdOf,
  childOf,
  isList,
  isPaged,
  type ListJob,
  type ListState,
} from "../../../core/job/list.ts";
import { inParallel } from "../../../core/kernel/in-parallel.ts";
import type { AttemptServices, Execution } from "../../../core/operations/execution.ts";
import { load } from "../../../core/operations/payload.ts";
import { resultsPrefix } from "../../../topology.ts";
import type { ListInput } from "./for-each.ts";
import { mostGatheredBytes, storedBytesOf } from "./results.ts";

/** What a decision of a list works with. */
export interface Deciding {
  services: AttemptServices;
  execution: Execution;
  job: ListJob;
  asked: ListInput;
}

/** The most bytes of JSON of the results of a page, and of a list: as much as a feature's function has memory for. */
export const mostResultBytes = { page: mostGatheredBytes, list: 10_000_000 };

/** What stands in the result of a list for each item of a child: one entry for an item, several for a page. */
type Entries = unknown[];

/** How many values are read or written at a time. */
const atOnce = 8;

/** The limit of DynamoDB's BatchGetItem. */
const mostAtOnce = 100;

/**
 * The results of all items, in their order. In place of an item that has failed stands `{error}`, and where the results are too large
 * together, `{job_id}` in place of a further one.
 */
export async function listResults(of: Deciding, state: ListState): Promise<unknown[]> {
  const children = numbers(0, childCountOf(of.job.list));
  const entries = await resultEntries(of, state, children);
  return children.flatMap((child) => entries.get(child) ?? []);
}

/** How long what belongs to other jobs is left there, in milliseconds: it is kept for a day at least. */
const renewAfterMs = 12 * 3_600_000;

/**
 * A list that has run for half a day stores anew, twice a day, the results that it still needs: the bucket deletes by age what it has read from
 * until now, and the jobs of its children are deleted some time after they have ended. How much that is does not depend on how long the list runs.
 */
export async function renewed(of: Deciding, state: ListState, now: number): Promise<ListState> {
  const { services, job } = of;
  if (now - (state.kept?.at ?? job.created_at) < renewAfterMs) return state;
  const { blobs } = services;
  const open = new Set([...state.open, ...state.again]);
  const ended = numbers(0, state.next).filter((child) => !open.has(child));
  const entries = Object.fromEntries(await resultEntries(of, state, ended));
  const json = Buffer.from(JSON.stringify(entries));
  // Never inline: the list reads how far its pages have come in their items.
  const results = { blob: `${resultsPrefix}${job.id}/${crypto.randomUUID()}/results`, bytes: json.byteLength };
  await blobs.put(results.blob, json, "application/json");
  return { ...state, kept: { at: now, results } };
}

async function resultEntries(
  of: Deciding,
  state: ListState,
  children: readonly number[],
): Promise<Map<number, Entries>> {
  const { services, job, execution } = of;
  const { blobs } = services;
  const kept = state.kept ? ((await load(blobs, state.kept.results)) as Record<string, Entries>) : {};
  const found = new Map(Object.entries(kept).map(([child, entries]) => [Number(child), entries]));
  const jobs = await jobsOfChildren(
    of,
    children.filter((child) => !found.has(child)),
  );
  let left = mostResultBytes[isPaged(job.list) ? "list" : "page"];
  const stored: { child: number; result: Stored }[] = [];
  for (const [child, one] of jobs) {
    const result = one?.status === "completed" ? one.result : undefined;
    const bytes = result ? storedBytesOf(result) : 0;
    if (!one || !result) found.set(child, without(job, child, one, state.faults?.[child]));
    else if (bytes > left) found.set(child, keptElsewhere(one, bytes));
    else {
      left -= bytes;
      stored.push({ child, result });
    }
  }
  const bytes = stored.reduce((sum, { result }) => sum + storedBytesOf(result), 0);
  if (bytes > 0) await execution.room.forAnswer(bytes, execution.signal);
  await inParallel(atOnce, stored, async ({ child, result }) => {
    const value = await load(blobs, result);
    found.set(child, isPaged(job.list) ? (value as unknown[]) : [value]);
  });
  return found;
}

async function jobsOfChildren(
  { services, job }: Deciding,
  children: readonly number[],
): Promise<[number, Job | undefined][]> {
  const ids = children.map((child) => childIdOf(job, child));
  const found = new Map<string, Job>();
  for (let from = 0; from < ids.length; from += mostAtOnce)
    for (const one of await services.jobs.getMany(ids.slice(from, from + mostAtOnce))) found.set(one.id, one);
  return children.map((child, i) => [child, found.get(ids[i] ?? "")]);
}

/** What stands for each item of a child that has no result. */
function without({ list }: ListJob, child: number, job: Job | undefined, fault: AttemptError | undefined): Entries {
  const { code, message } = fault ?? (job ? (job.error ?? cancelled) : gone);
  return numbers(0, isPaged(list) ? childOf(list, child).part.items : 1).map(() => ({ error: { code, message } }));
}

const cancelled = { code: "PROVIDER_ERROR", message: "It was cancelled." } as const;
const gone = { code: "NOT_FOUND", message: "Its job was deleted before the list had ended." } as const;

/** Where the results of a child are that are too large to stand beside the others. */
const keptElsewhere = (child: Job, result_bytes: number): Entries =>
  isList(child)
    ? numbers(0, child.list.items).map((item) => ({ job_id: childIdOf(child, item) }))
    : [{ job_id: child.id, result_bytes }];

export const numbers = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
