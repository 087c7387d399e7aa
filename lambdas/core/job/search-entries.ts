import { dayMs } from "../kernel/duration-ms.ts";
import type { Job } from "./job.ts";
import { type SearchValue, searchValuesOf } from "./job-search.ts";

/** The entries of one value in the index of a tenant: of all its jobs, or of those that have failed. */
export interface SearchIn extends SearchValue {
  product: string;
  env: string;
  failed: boolean;
}

/** What leads from a value to a job. It proves nothing: the job says by what it is found at present. */
export interface SearchEntry extends SearchIn {
  job_id: string;
  /** When the job was created, or has failed: epoch milliseconds. */
  at: number;
  /** When the entry may be forgotten. */
  until: number;
}

/** Entries are kept until the end of a stretch of days, so that a retry does not write them anew. */
const stretchMs = 30 * dayMs;
/** A job may wait, or be paused, for long after its time. */
const spareMs = 400 * dayMs;

/** For how long the entries of a job are kept: for as long as it, unless it is paused for over a year. */
const searchedUntil = ({ created_at, due_at, finished_at = 0 }: Job, retentionDays: number): number =>
  Math.ceil(Math.max(created_at, due_at, finished_at) / stretchMs) * stretchMs + spareMs + retentionDays * dayMs;

/** All entries that lead to a job. */
export function searchEntriesOf(job: Job, retentionDays: number): SearchEntry[] {
  const { id: job_id, product, env, created_at, finished_at, status, search } = job;
  if (!search) return [];
  const until = searchedUntil(job, retentionDays);
  return searchValuesOf(search).flatMap((value) => {
    const entry = { ...value, product, env, job_id, until };
    return [
      { ...entry, failed: false, at: created_at },
      ...(status === "failed" && finished_at !== undefined ? [{ ...entry, failed: true, at: finished_at }] : []),
    ];
  });
}

/** The entries that a change of a job adds. One that comes twice adds the same ones. */
export function addedEntries(before: Job | undefined, after: Job, retentionDays: number): SearchEntry[] {
  const known = new Set((before ? searchEntriesOf(before, retentionDays) : []).map((entry) => JSON.stringify(entry)));
  return searchEntriesOf(after, retentionDays).filter((entry) => !known.has(JSON.stringify(entry)));
}
