import { comparePositions, type IndexPosition } from "../../../lambdas/core/job/index-position.ts";
import { type Job, phaseOf, phaseTime, type RunRecord } from "../../../lambdas/core/job/job.ts";
import { fewestShards, shardOf } from "../../../lambdas/core/job/job-id.ts";
import { afterClaim, claimable } from "../../../lambdas/core/job/transitions.ts";
import { PermanentError } from "../../../lambdas/core/kernel/errors.ts";
import type { JobStore } from "../../../lambdas/core/ports/job-store.ts";
import type { Refused } from "../../../lambdas/core/ports/refused.ts";

export interface FakeJobStore extends JobStore {
  /** Every stored job in its current state; frozen. */
  all(): Job[];
  /** One job, synchronously, for observers that watch the store while it is used. */
  peek(id: string): Job | undefined;
  /** Every archived run, in the order in which the runs ended; frozen. */
  archived(): RunRecord[];
  /** One of them, without a look at the others. */
  archivedRun(id: string, run: number): RunRecord | undefined;
}

// In Jest, each look at a global object goes through that of the test.
const { defineProperty, freeze, keys } = Object;
const { isArray } = Array;
const own = { writable: true, enumerable: true, configurable: true };

/** A copy of a JSON value. Ten times as fast as `structuredClone`, which the simulation depends on. */
export function copy<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  return (isArray(value) ? value.map(copy) : copyFields(value, copy)) as T;
}

function copyFields(value: object, copyOf: (field: unknown) => unknown): object {
  const copied: Record<string, unknown> = {};
  for (const key of keys(value)) {
    const item = (value as Record<string, unknown>)[key];
    if (item === undefined) continue;
    // An assignment would set the prototype instead.
    if (key === "__proto__") defineProperty(copied, key, { ...own, value: copyOf(item) });
    else copied[key] = copyOf(item);
  }
  return copied;
}

/** What `frozen` has made: deeply frozen, and without anything that is not JSON. */
const made = new WeakSet<object>();

/**
 * A deeply frozen copy of a JSON value. Parts that are such copies already are shared: a job that was read and is written again with
 * one change costs that change.
 */
function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || made.has(value)) return value;
  const copied = (isArray(value) ? value.map(frozen) : copyFields(value, frozen)) as T & object;
  made.add(freeze(copied));
  return copied;
}

/** Numbers that DynamoDB cannot hold, of either sign. Callers' own values are kept as text and may be any number. */
const beyond = 1e126;
const keptAsText = new Set(["input", "progress", "result"]);

/** Permanently refuses what DynamoDB refuses. */
function checkNumbers(value: unknown): void {
  if (typeof value === "number" && Math.abs(value) >= beyond) {
    throw new PermanentError("ValidationException", "a number is larger than the store holds");
  }
  if (typeof value !== "object" || value === null || made.has(value)) return;
  for (const name of keys(value)) if (!keptAsText.has(name)) checkNumbers((value as Record<string, unknown>)[name]);
}

const partitionOf = (job: Job): string => `${job.product}#${job.env}#${phaseOf(job.status)}#${shardOf(job.id)}`;

/** Jobs in memory. Values are copied in; who reads them gets them frozen, so that a change of one is an error. */
export function fakeJobStore(...given: Job[]): FakeJobStore {
  const jobs = new Map(given.map((job) => [job.id, frozen(job)]));
  const archived = new Map<string, RunRecord>();
  /** The places of each partition of the index, made when one is first looked at: tests list from 100,000 jobs. */
  let index: Map<string, Map<string, IndexPosition>> | undefined;
  const enter = (job: Job) => {
    const key = partitionOf(job);
    const places = index?.get(key) ?? new Map<string, IndexPosition>();
    index?.set(key, places.set(job.id, { id: job.id, time: phaseTime(job) }));
  };
  const leave = (id: string) => {
    const job = index && jobs.get(id);
    if (job) index?.get(partitionOf(job))?.delete(id);
  };
  const put = (job: Job): Job => {
    checkNumbers(job);
    const stored = frozen(job);
    leave(job.id);
    jobs.set(job.id, stored);
    if (index) enter(stored);
    return stored;
  };
  const partition = (product: string, env: string, phase: string, shard: number): IndexPosition[] => {
    if (!index) {
      index = new Map();
      for (const job of jobs.values()) enter(job);
    }
    return [...(index.get(`${product}#${env}#${phase}#${shard}`)?.values() ?? [])];
  };
  return {
    shards: fewestShards,
    archived: () => [...archived.values()],
    archivedRun: (id, run) => archived.get(`${id} ${run}`),
    peek: (id) => jobs.get(id),
    all: () => [...jobs.values()],

    async create(job) {
      const existing = jobs.get(job.id);
      if (existing && existing.write_id !== job.write_id) return { outcome: "exists", job: existing };
      if (!existing) put(job);
      return { outcome: "created" };
    },

    get: async (id) => jobs.get(id),

    getMany: async (ids) => [...new Set(ids)].flatMap((id) => jobs.get(id) ?? []),

    async claim(message, claim) {
      const job = jobs.get(message.job_id);
      if (!job) return { outcome: "gone" };
      const answer = claimable(job, message, claim.now, claim.type);
      if (answer !== "yes") return { outcome: answer, job };
      return { outcome: "claimed", job: put(afterClaim(job, claim)) };
    },

    async replace(next, writeId = crypto.randomUUID()) {
      const job = jobs.get(next.id);
      if (job?.write_id === writeId) return "replaced";
      if (job?.version !== next.version - 1 || job.created_at !== next.created_at) return "lost";
      if (job.version === 1 && job.write_id !== next.write_id) return "lost";
      put({ ...next, write_id: writeId });
      return "replaced";
    },

    async remove({ id, version, write_id }) {
      const job = jobs.get(id);
      if (job && (job.version !== version || job.write_id !== write_id)) return "lost";
      leave(id);
      jobs.delete(id);
      return "removed";
    },

    async createMany(given) {
      return given.flatMap((job, index): Refused[] => {
        try {
          put(job);
          return [];
        } catch (cause) {
          return [{ index, cause }];
        }
      });
    },

    async page({ product, env, phase, shard, from = 0, until = Infinity, order, limit }, after) {
      const compare = comparePositions(order);
      const places = partition(product, env, phase, shard)
        .filter((place) => place.time >= from && place.time <= until && (!after || compare(place, after) > 0))
        .sort(compare);
      const page = places.slice(0, limit);
      const last = page.at(-1);
      return { jobs: page, ...(last && places.length > limit && { next: last }) };
    },

    async archive(run) {
      const key = `${run.job_id} ${run.run}`;
      const kept = archived.get(key);
      const isSameJob = kept?.created_at === run.created_at;
      if (!kept || kept.created_at < run.created_at || (isSameJob && kept.version <= run.version))
        archived.set(key, frozen(run));
    },

    async removeRun({ job_id, run, created_at }) {
      const kept = archived.get(`${job_id} ${run}`);
      if (kept && kept.created_at <= created_at) archived.delete(`${job_id} ${run}`);
    },

    async runs(jobId, { limit, order }, after) {
      const sign = order === "asc" ? 1 : -1;
      const runs = [...archived.values()]
        .filter(({ job_id, run }) => job_id === jobId && (after === undefined || sign * (run - after) > 0))
        .sort((a, b) => sign * (a.run - b.run));
      const page = runs.slice(0, limit);
      const last = page.at(-1);
      return { runs: page, ...(last && runs.length > limit && { next: last.run }) };
    },
  };
}
