import { operationsPrefix } from "../../topology.ts";
import type { IndexPosition } from "../job/index-position.ts";
import type { Job } from "../job/job.ts";
import { type Collected, type Operation, operationLimits, sampleOf } from "../job/operation.ts";
import { inParallel, inParts } from "../kernel/in-parallel.ts";
import { filterOf, partitionsOf } from "./list-jobs.ts";
import type { Services } from "./services.ts";

/** For how long one turn collects, in milliseconds. */
const longestMs = 20_000;
const pageSize = 1000;
/** The limit of DynamoDB's BatchGetItem. */
const readSize = 100;
const readsAtOnce = 5;

type Collecting = Pick<Services, "jobs" | "blobs" | "clock">;

/**
 * Finds jobs of an operation for a while, and keeps their ids in objects of the bucket. Each job is there once, also one that has moved in the
 * index meanwhile. The objects are named by the turn, so that a process that has lost its own overwrites nothing.
 */
export async function collectJobs(services: Collecting, operation: Operation): Promise<Collected> {
  const { jobs, blobs, clock } = services;
  const known = new Set(await readList(services, operation, 0, Number.POSITIVE_INFINITY));
  const end = clock.now() + longestMs;
  const passes = filterOf(operation.filter, clock.now());
  const found: string[] = [];
  const keep = async (ids: readonly string[]) => {
    const read = await readAll(services, ids);
    for (const { id } of read.filter((job) => isOwn(operation, job) && passes(job))) {
      if (known.has(id)) continue;
      known.add(id);
      found.push(id);
    }
  };
  const place = await (operation.job_ids
    ? keep(operation.job_ids)
    : walk(jobs, operation, { end, clock, keep, found }));
  const list: Collected["list"] = [];
  for (let from = 0; from < found.length; from += operationLimits.part) {
    const part = found.slice(from, from + operationLimits.part);
    const object = { turn: operation.turn, n: list.length, count: part.length };
    await blobs.put(keyOf(operation, object), Buffer.from(JSON.stringify(part)), "application/json");
    list.push(object);
  }
  const sample = sampleOf(operation, [...operation.sample, ...found]);
  return { list, sample, ...(place && { place }) };
}

/** Goes through the index, partition after partition. Answers where to go on if there is no time for all. */
async function walk(
  jobs: Services["jobs"],
  operation: Operation,
  how: {
    end: number;
    clock: Services["clock"];
    keep: (ids: readonly string[]) => Promise<void>;
    found: readonly string[];
  },
): Promise<Operation["place"]> {
  const tenants = operation.envs.map((env) => ({ product: operation.product, env }));
  const partitions = partitionsOf(tenants, operation.filter, { now: operation.created_at, shards: operation.shards });
  let { partition, after }: { partition: number; after?: IndexPosition | undefined } = operation.place ?? {
    partition: 0,
  };
  for (; partition < partitions.length; partition++, after = undefined) {
    for (;;) {
      // Enough is enough: more than that is refused.
      if (how.found.length > operationLimits.jobs) return { partition };
      if (how.clock.now() >= how.end) return { partition, ...(after && { after }) };
      const query = {
        ...(partitions[partition] as (typeof partitions)[number]),
        order: "asc" as const,
        limit: pageSize,
      };
      const page = await jobs.page(query, after);
      await how.keep(page.jobs.map(({ id }) => id));
      if (!page.next) break;
      after = page.next;
    }
  }
  return undefined;
}

/** Whether a job is of the product and envs that its caller reached. */
const isOwn = ({ product, envs }: Operation, job: Job): boolean => job.product === product && envs.includes(job.env);

async function readAll({ jobs }: Pick<Services, "jobs">, ids: readonly string[]): Promise<Job[]> {
  return (await inParallel(readsAtOnce, inParts(ids, readSize), (part) => jobs.getMany(part))).flat();
}

const keyOf = ({ id }: Pick<Operation, "id">, { turn, n }: Operation["list"][number]): string =>
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
      const body = await blobs.get(keyOf(operation, part));
      if (!body) throw new ListGone(`the list of ${operation.id} is gone`);
      const read = JSON.parse(Buffer.from(body).toString()) as string[];
      ids.push(...read.slice(begin - first, end - first));
    }
    first += part.count;
  }
  return ids;
}
