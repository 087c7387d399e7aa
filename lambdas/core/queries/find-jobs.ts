import type { Tenant } from "../access/tenants.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { keyText } from "../expressions/keys.ts";
import type { IndexPosition } from "../job/index-position.ts";
import type { Job } from "../job/job.ts";
import { derivedJobId, jobIdPattern } from "../job/job-id.ts";
import { isFoundBy } from "../job/job-search.ts";
import type { SharedKey } from "../job/shared-key.ts";
import { defined } from "../kernel/defined.ts";
import { inParallel, inParts, readsAtOnce } from "../kernel/in-parallel.ts";
import { type TakenPage, takePage } from "../operations/list-jobs.ts";
import { mergePartitions, type ReadPage } from "../operations/merge-partitions.ts";
import type { Seals } from "../operations/seals.ts";
import { isSearchedBy, type SearchPlace, type Sought, seekIn } from "../operations/search-places.ts";
import type { JobStore } from "../ports/job-store.ts";
import type { Log } from "../ports/log.ts";
import type { SearchIndex } from "../ports/search-index.ts";
import type { SharedKeys } from "../ports/shared-keys.ts";
import type { directKeys } from "./schemas/find.ts";

export interface Finding {
  catalog: Catalog;
  jobs: Pick<JobStore, "getMany">;
  searchIndex: Pick<SearchIndex, "page">;
  seals?: Seals | undefined;
  log: Log;
}

type DirectKey = (typeof directKeys)[number];

/** A job, and by what it was found. */
export interface FoundJob {
  job: Job;
  keys: DirectKey[];
  fields: string[];
  /** Those of the fields that are sealed. Absent: none. */
  sealed?: string[];
}

interface ValueQuery {
  places: readonly SearchPlace[];
  text: string;
  /** Whether only jobs that have failed are looked for, by the time of their end. */
  failed: boolean;
  /** Epoch milliseconds, both inclusive, of the creation, or of the end of jobs that have failed. */
  from?: number | undefined;
  until?: number | undefined;
  after?: IndexPosition | undefined;
  limit: number;
  /** What is looked at besides the value. Default: nothing. */
  passes?: (job: Job) => boolean;
}

/**
 * A page of the jobs that have a value in one of these places, the latest first. Each place is read from the index by itself, and as far as
 * the page needs it, so that a page costs the same however many jobs there are. An entry proves nothing: a job counts if it has the value now.
 */
export async function findByValue(services: Finding, query: ValueQuery): Promise<TakenPage<FoundJob>> {
  const { failed, after, limit, passes = () => true } = query;
  const sought = await Promise.all(query.places.map((place) => seekIn(services, place, query.text)));
  const reads = readsOf(services, sought, query);
  // One more than the page says whether there are more.
  const firstPage = Math.max(4, Math.ceil(limit / Math.max(1, reads.length)) + 1);
  const entries = eachOnce(mergePartitions(reads, { order: "desc", after, firstPage }));
  return takePage(services.jobs, entries, { limit, after }, (job, position) => {
    const by = placesFound(services.catalog, sought, job, { position, failed });
    return by.length > 0 && passes(job) ? { job, keys: [], ...foundByFields(by) } : undefined;
  });
}

/** Reads of the entries of each value in each place. */
const readsOf = (
  { searchIndex }: Finding,
  sought: readonly Sought[],
  { failed, from, until }: Pick<ValueQuery, "failed" | "from" | "until">,
): ReadPage[] =>
  sought.flatMap(({ values, ...place }) =>
    values.map(
      (value): ReadPage =>
        async (limit, after) => {
          const { found, more } = await searchIndex.page({ ...place, value, failed }, { from, until, after, limit });
          return { jobs: found, ...defined({ next: more ? found.at(-1) : undefined }) };
        },
    ),
  );

/** Sorted positions, each once: a job may have the value in several places. */
async function* eachOnce(positions: AsyncGenerator<IndexPosition, void>): AsyncGenerator<IndexPosition, void> {
  let last: IndexPosition | undefined;
  for await (const position of positions) {
    if (position.id === last?.id && position.time === last.time) continue;
    last = position;
    yield position;
  }
}

/** By which fields an entry has found a job: it has the value now, and the time at which the entry leads to it. */
function placesFound(
  catalog: Catalog,
  sought: readonly Sought[],
  job: Job,
  { position, failed }: { position: IndexPosition; failed: boolean },
): readonly Sought[] {
  const time = failed ? job.finished_at : job.created_at;
  if (time !== position.time || (failed && job.status !== "failed")) return [];
  return sought.filter(
    (place) =>
      place.product === job.product &&
      place.env === job.env &&
      isFoundBy(job.search, place) &&
      isSearchedBy(catalog, job, place.field),
  );
}

function foundByFields(by: readonly Sought[]): Pick<FoundJob, "fields" | "sealed"> {
  const sealed = by.filter((place) => place.sealed).map(({ field }) => field);
  return { fields: by.map(({ field }) => field), ...(sealed.length > 0 && { sealed }) };
}

/** The keys of the catalog that a text may be, of events that say so. A request may have a key that its event does not ask for. */
export const sharedKeysFor = (catalog: Catalog, tenants: readonly Tenant[], text: string): SharedKey[] =>
  tenants.flatMap(({ product, env }) => {
    const of = catalog.products.find(({ tag }) => tag === product);
    return Object.entries(of?.jobs ?? {}).flatMap(([event, { unique, debounce }]) =>
      unique || debounce
        ? [{ product, env, event, kind: unique ? ("unique" as const) : ("debounce" as const), key: keyText(text) }]
        : [],
    );
  });

interface DirectQuery {
  tenants: readonly Tenant[];
  shared: readonly SharedKey[];
  text: string;
}

/** The jobs that a text names: one by its id, and in each tenant one by its idempotency key, and those that have it as a key of an event. */
export async function findDirectly(
  { jobs, sharedKeys }: Pick<Finding, "jobs"> & { sharedKeys: Pick<SharedKeys, "get" | "answer"> },
  { tenants, shared, text }: DirectQuery,
): Promise<FoundJob[]> {
  const named = new Map<string, Set<DirectKey>>();
  const name = (id: string | undefined, key: DirectKey) => {
    if (id !== undefined) named.set(id, (named.get(id) ?? new Set()).add(key));
  };
  if (jobIdPattern.test(text)) name(text, "job_id");
  const derived = tenants.map(({ product, env }) => derivedJobId(product, env, text));
  for (const id of derived) name(id, "idempotency_key");
  // Of a job that requests share by a key, the idempotency key of each request has its answer apart.
  const sharing = new Set(shared.map(({ product, env }) => derivedJobId(product, env, text)));
  await inParallel(readsAtOnce, [...sharing], async (id) =>
    name((await sharedKeys.answer(id))?.job_id, "idempotency_key"),
  );
  await inParallel(readsAtOnce, shared, async (key) => name((await sharedKeys.get(key))?.job_id, key.kind));
  const ids = [...named.keys()];
  const read = (await inParallel(readsAtOnce, inParts(ids, 100), (part) => jobs.getMany(part))).flat();
  return read
    .filter((job) => tenants.some(({ product, env }) => product === job.product && env === job.env))
    .map((job) => ({ job, keys: [...(named.get(job.id) ?? [])], fields: [] }))
    .sort((a, b) => b.job.created_at - a.job.created_at || (a.job.id < b.job.id ? 1 : -1));
}
