import type { Tenant } from "../access/tenants.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { keyText } from "../expressions/keys.ts";
import { comparePositions, type IndexPosition } from "../job/index-position.ts";
import type { Job } from "../job/job.ts";
import { derivedJobId, jobIdPattern } from "../job/job-id.ts";
import { isFoundBy } from "../job/job-search.ts";
import type { SharedKey } from "../job/shared-key.ts";
import { inParallel, inParts, readsAtOnce } from "../kernel/in-parallel.ts";
import { examinedAtMost } from "../operations/list-jobs.ts";
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

interface FoundPage {
  found: FoundJob[];
  /** Where the search goes on; absent at its end. */
  next?: IndexPosition;
  /** How many entries were looked at, of a page that is short although the search goes on. */
  examined?: number;
}

/**
 * A page of the jobs that have a value in one of these places, the latest first. Each place is read from the index by itself, so that a page
 * costs the same however many jobs there are. An entry proves nothing: a job counts if it has the value now.
 */
export async function findByValue(services: Finding, query: ValueQuery): Promise<FoundPage> {
  const { limit, passes = () => true } = query;
  const sought = await Promise.all(query.places.map((place) => seekIn(services, place, query.text)));
  const found: FoundJob[] = [];
  let { after } = query;
  for (let examined = 0; examined < examinedAtMost; ) {
    const { positions, more } = await readEntries(services, sought, { ...query, after });
    const jobs = await jobsAt(services, positions);
    for (const [i, position] of positions.entries()) {
      after = position;
      const job = jobs.get(position.id);
      const by = job ? placesFound(services.catalog, sought, job, { position, failed: query.failed }) : [];
      if (!job || by.length === 0 || !passes(job)) continue;
      found.push({ job, keys: [], ...fieldsOf(by) });
      if (found.length < limit) continue;
      return { found, ...((more || i + 1 < positions.length) && { next: position }) };
    }
    if (!more) return { found };
    examined += positions.length;
  }
  return { found, ...(after && { next: after, examined: examinedAtMost }) };
}

/** The latest entries of all places after a position, each once. */
async function readEntries({ searchIndex }: Finding, sought: readonly Sought[], query: ValueQuery & { limit: number }) {
  const { failed, from, until, after, limit } = query;
  const reads = sought.flatMap(({ values, ...place }) => values.map((value) => ({ ...place, value, failed })));
  const pages = await inParallel(readsAtOnce, reads, (of) => searchIndex.page(of, { from, until, after, limit }));
  const all = new Map(
    pages.flatMap(({ found }) => found).map((position) => [`${position.time}#${position.id}`, position]),
  );
  const sorted = [...all.values()].sort(comparePositions("desc"));
  return {
    positions: sorted.slice(0, limit),
    more: sorted.length > limit || pages.some(({ more }) => more),
  };
}

/** The limit of a page is that of a batch of reads. */
async function jobsAt({ jobs }: Finding, positions: readonly IndexPosition[]): Promise<ReadonlyMap<string, Job>> {
  const ids = [...new Set(positions.map(({ id }) => id))];
  return new Map((ids.length === 0 ? [] : await jobs.getMany(ids)).map((job) => [job.id, job]));
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

function fieldsOf(by: readonly Sought[]): Pick<FoundJob, "fields" | "sealed"> {
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
