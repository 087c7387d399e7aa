import { operationsPrefix } from "../../topology.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { IndexPosition } from "../job/index-position.ts";
import type { Job } from "../job/job.ts";
import {
  type Collected,
  hasValue,
  type Operation,
  type OperationValue,
  operationLimits,
  sampleOf,
  searchedBy,
} from "../job/operation.ts";
import { inParallel, inParts } from "../kernel/in-parallel.ts";
import type { SearchIndex } from "../ports/search-index.ts";
import { causeOf } from "./known-causes.ts";
import { filterOf, partitionsOf } from "./list-jobs.ts";
import { isSearchedBy } from "./search-places.ts";
import type { Services } from "./services.ts";

/** For how long one turn collects, in milliseconds. */
const longestMs = 20_000;
const pageSize = 1000;
/** The limit of DynamoDB's BatchGetItem. */
const readSize = 100;
const readsAtOnce = 5;

interface Collecting extends Pick<Services, "jobs" | "blobs" | "clock" | "catalog"> {
  searchIndex: Pick<SearchIndex, "page">;
}

/**
 * Finds jobs of an operation for a while, and keeps their ids in objects of the bucket. Each job is there once, also one that has moved in the
 * index meanwhile. The objects are named by the turn, so that a process that has lost its own overwrites nothing.
 */
export async function collectJobs(services: Collecting, operation: Operation): Promise<Collected> {
  const { blobs, clock } = services;
  const known = new Set(await readList(services, operation, 0, Number.POSITIVE_INFINITY));
  const end = clock.now() + longestMs;
  const selects = selectedBy(services, operation, clock.now());
  const found: string[] = [];
  const keep = async (ids: readonly string[]) => {
    const read = await readJobs(services, ids);
    for (const { id } of read.filter((job) => isOfOperation(operation, job) && selects(job))) {
      if (known.has(id)) continue;
      known.add(id);
      found.push(id);
    }
  };
  const place = await (operation.job_ids
    ? keep(operation.job_ids)
    : walk(sourcesOf(services, operation), operation, { end, clock, keep, found }));
  const list: Collected["list"] = [];
  for (let from = 0; from < found.length; from += operationLimits.part) {
    const part = found.slice(from, from + operationLimits.part);
    const object = { turn: operation.turn, n: list.length, count: part.length };
    await blobs.put(listPartKey(operation, object), Buffer.from(JSON.stringify(part)), "application/json");
    list.push(object);
  }
  const sample = sampleOf(operation, [...operation.sample, ...found]);
  return { list, sample, ...(place && { place }) };
}

/** Reads ids of jobs that may be of an operation, after a position: a part of an index, in its order. */
type Source = (after: IndexPosition | undefined) => Promise<{ ids: string[]; next?: IndexPosition | undefined }>;

/** All parts of the index that may have jobs of the operation, the same in each of its turns. */
const sourcesOf = (services: Collecting, operation: Operation): Source[] =>
  operation.where ? searchSources(services, operation, operation.where) : partitionSources(services, operation);

/** Of the index of jobs. */
function partitionSources({ jobs }: Collecting, { product, envs, filter, created_at, shards }: Operation): Source[] {
  const tenants = envs.map((env) => ({ product, env }));
  return partitionsOf(tenants, filter, { now: created_at, shards }).map((partition) => async (after) => {
    const page = await jobs.page({ ...partition, order: "asc", limit: pageSize }, after);
    return { ids: page.jobs.map(({ id }) => id), next: page.next };
  });
}

/** Of that of the search, the latest job first, so that its size is all that matters. An entry proves nothing: the job says what it has. */
function searchSources({ searchIndex }: Collecting, operation: Operation, where: OperationValue): Source[] {
  const { from, until } = operation.filter;
  return searchedBy(operation, where).map((of) => async (after) => {
    // Entries of failures are in the order of the times of the filter; the others are in that of the creation.
    const times = of.failed ? { from, until } : {};
    const { found, more } = await searchIndex.page(of, { ...times, after, limit: pageSize });
    return { ids: found.map(({ id }) => id), next: more ? found.at(-1) : undefined };
  });
}

/** Whether a job is what the operation is about: it matches the filter, has failed for the cause, and has the value, at present. */
export function selectedBy(
  { catalog }: { catalog: Catalog },
  operation: Operation,
  now: number,
): (job: Job) => boolean {
  const { filter, where } = operation;
  const passes = filterOf(filter, now);
  return (job) =>
    passes(job) &&
    (filter.cause === undefined || causeOf(catalog, job) === filter.cause) &&
    (!where || (hasValue(operation, job) && isSearchedBy(catalog, job, where.field)));
}

/** Goes through the index, part after part. Answers where to go on if there is no time for all. */
async function walk(
  sources: readonly Source[],
  operation: Operation,
  how: {
    end: number;
    clock: Services["clock"];
    keep: (ids: readonly string[]) => Promise<void>;
    found: readonly string[];
  },
): Promise<Operation["place"]> {
  let { partition, after }: { partition: number; after?: IndexPosition | undefined } = operation.place ?? {
    partition: 0,
  };
  for (; partition < sources.length; partition++, after = undefined) {
    for (;;) {
      // Enough is enough: more than that is refused.
      if (how.found.length > operationLimits.jobs) return { partition };
      if (how.clock.now() >= how.end) return { partition, ...(after && { after }) };
      const page = await (sources[partition] as Source)(after);
      await how.keep(page.ids);
      if (!page.next) break;
      after = page.next;
    }
  }
  return undefined;
}

/** Whether a job is of the product and envs that its caller reached. */
const isOfOperation = ({ product, envs }: Operation, job: Job): boolean =>
  job.product === product && envs.includes(job.env);

async function readJobs({ jobs }: Pick<Services, "jobs">, ids: readonly string[]): Promise<Job[]> {
  return (await inParallel(readsAtOnce, inParts(ids, readSize), (part) => jobs.getMany(part))).flat();
}

const listPartKey = ({ id }: Pick<Operation, "id">, { turn, n }: Operation["list"][number]): string =>
  `${operationsPrefix}${id}/${turn}-${n}`;

/** The list of an operation is not there any more. */
export class ListGone extends Error {}

/** The ids at these positions of the list, the end exclusive. Throws ListGone. */
export async function readList(
  { blobs }: Pick<Services, "blobs">,
  operation: Operation,
  from: number,
  to: number,
): Promise<string[]> {
  const ids: string[] = [];
  let first = 0;
  for (const part of operation.list) {
    const [begin, end] = [Math.max(from, first), Math.min(to, first + part.count)];
    if (begin < end) {
      const body = await blobs.get(listPartKey(operation, part));
      if (!body) throw new ListGone(`the list of ${operation.id} is gone`);
      const read = JSON.parse(Buffer.from(body).toString()) as string[];
      ids.push(...read.slice(begin - first, end - first));
    }
    first += part.count;
  }
  return ids;
}
