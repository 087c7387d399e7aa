import type * as z from "zod";
import type { Tenant } from "../access/tenants.ts";
import { wantedOf } from "../catalog/schedules.ts";
import type { Job, RunRecord } from "../job/job.ts";
import { catalogEventOf, isList } from "../job/list.ts";
import { hourOf } from "../job/stats.ts";
import { defined } from "../kernel/defined.ts";
import { hourMs } from "../kernel/duration-ms.ts";
import { inParallel, inParts, readsAtOnce } from "../kernel/in-parallel.ts";
import { never } from "../kernel/start-time.ts";
import type { ApiServices } from "../operations/services.ts";
import { aroundOf, listPrices, seriesRuns, tenDigits } from "./job-cost.ts";
import type { CostsSchema } from "./schemas/costs.ts";
import { type Partition, readInTurns, upcomingPartitions } from "./upcoming.ts";
import { currentRun, type UsedRun, unknownOf, usdOf, usedBy } from "./used.ts";

export type Costs = z.infer<typeof CostsSchema>;
type Row = Costs["rows"][number];

/** The most that one answer reads. */
export const costReads = {
  /** Jobs that have ended, the latest first. */
  ended: 10_000,
  /** Jobs that have not, to find the series among them. */
  pending: 2000,
  /** Stored runs of series. */
  runs: 5000,
  /** How many of them the first page of a series has. The pages after it grow to a hundred. */
  firstPage: 100,
  /** Features that are looked up for the labels of their steps. */
  parents: 1000,
  rows: 100,
};

interface Asked {
  tenants: readonly Tenant[];
  from: number;
  to: number;
  by: "event" | "label";
  now: number;
  most?: Partial<typeof costReads>;
}

type CostsServices = Pick<ApiServices, "catalog" | "jobs" | "stats" | "memory">;

/** The limit of DynamoDB's BatchGetItem, and of a page of runs. */
const mostAtOnce = 100;

/**
 * What the jobs of these tenants have used that ended in some time, times list prices. It looks through what is kept, at most as far as
 * `costReads` says, and asks the statistics how much there is: nothing is counted ahead for it.
 */
export async function costs(
  services: CostsServices,
  { tenants, from, to, by, now, most = {} }: Asked,
): Promise<Omit<Costs, "product_tag" | "env">> {
  const bounds = { ...costReads, ...most };
  const tally = tallyOf(services, { from, to, by });
  const series = new Map<string, Job>();
  // Jobs are not kept: ten thousand of them would fill the memory of the API.
  const see = (job: Job) => (job.repeat ? series.set(job.id, job) : tally.add(job, [currentRun(job)]));
  const [past, pending, ended] = await Promise.all([
    readEnded(services, tenants, { from, to, most: bounds.ended, see }),
    readPending(services, tenants, { most: bounds.pending, see: (job) => job.repeat && see(job) }),
    endedJobs(services, tenants, from, to),
  ]);
  const stored = await readStored(services, [...series.values()], {
    ...{ from, most: bounds.runs, firstPage: bounds.firstPage },
    see: (job, runs) => tally.add(job, seriesRuns(job, runs)),
  });
  const isComplete = past.lookedBackTo === undefined && pending.isComplete && stored.isComplete;
  const { rows, runs, usd, unknown } = await tally.finish(bounds.parents);
  const further = rows.slice(bounds.rows);
  return {
    ...{ from, to, by, usd: tenDigits(usd), runs, rows: rows.slice(0, bounds.rows) },
    ...(further.length > 0 && {
      more_rows: { count: further.length, usd: tenDigits(further.reduce((sum, row) => sum + row.usd, 0)) },
    }),
    is_complete: isComplete,
    examined: past.examined + pending.examined + stored.examined,
    ...(past.lookedBackTo !== undefined && { looked_back_to: past.lookedBackTo }),
    ended,
    ...(ended > runs &&
      runs > 0 &&
      areWholeHours(from, to, now) && { extrapolated_usd: tenDigits((usd * ended) / runs) }),
    ...listPrices(),
    ...(unknown.length > 0 && { unknown }),
  };
}

/** What a job has used in this time. */
interface Tallied extends Pick<Row, "runs" | "attempts" | "usd"> {
  event: string;
  labels?: readonly string[];
  parent?: string;
}

/** Adds up what runs have used that ended between two times. */
function tallyOf(services: CostsServices, { from, to, by }: Pick<Asked, "from" | "to" | "by">) {
  const around = aroundOf(services);
  const tallied = new Map<string, Tallied>();
  const unknown = new Map<string, number>();
  return {
    add(job: Job, all: readonly UsedRun[]): void {
      const ended = all.filter(({ ended_at }) => ended_at !== undefined && ended_at >= from && ended_at < to);
      if (ended.length === 0) return;
      const { id, labels, parent } = job;
      tallied.set(id, {
        // The statistics do not know of lists and pages either.
        runs: isList(job) ? 0 : ended.length,
        attempts: ended.reduce((sum, run) => sum + run.attempts.length + run.forgotten, 0),
        usd: usdOf(usedBy(job, ended, around)),
        // Lists and the team's own steps are of the event of their feature.
        event: catalogEventOf(job),
        ...defined({ labels, parent: parent?.message.job_id }),
      });
      for (const what of unknownOf(job, ended)) unknown.set(what, (unknown.get(what) ?? 0) + 1);
    },
    async finish(mostParents: number) {
      const labelsOf = by === "label" ? await labelsWithin(services, tallied, mostParents) : undefined;
      const rows = new Map<string | undefined, Row>();
      for (const [id, { event, runs, attempts, usd }] of tallied)
        for (const key of labelsOf?.(id) ?? [event]) {
          const row = rows.get(key) ?? { ...(key !== undefined && { [by]: key }), runs: 0, attempts: 0, usd: 0 };
          rows.set(key, { ...row, runs: row.runs + runs, attempts: row.attempts + attempts, usd: row.usd + usd });
        }
      const all = [...tallied.values()];
      return {
        rows: [...rows.values()].map((row) => ({ ...row, usd: tenDigits(row.usd) })).sort(dearestFirst),
        runs: all.reduce((sum, { runs }) => sum + runs, 0),
        usd: all.reduce((sum, { usd }) => sum + usd, 0),
        unknown: [...unknown].map(([what, jobs]) => `of ${jobs} jobs: ${what}`),
      };
    },
  };
}

/** Of those that have cost the same, by name, and the one without a label last. */
function dearestFirst(a: Row, b: Row): number {
  const [one, other] = [a.event ?? a.label ?? "\uffff", b.event ?? b.label ?? "\uffff"];
  return b.usd - a.usd || (one < other ? -1 : 1);
}

/** The most features within each other of which the labels are looked up. */
const deepest = 10;

/** The labels of each job: those of its feature, if it is a step, which has none itself. */
async function labelsWithin(
  { jobs }: Pick<CostsServices, "jobs">,
  tallied: ReadonlyMap<string, Pick<Tallied, "labels" | "parent">>,
  most: number,
): Promise<(id: string) => readonly (string | undefined)[]> {
  const known = new Map(tallied);
  const missingOf = () => {
    const parents = [...known.values()].flatMap(({ labels, parent }) => (labels ? [] : [parent]));
    return [...new Set(parents.filter((id) => id !== undefined && !known.has(id)))] as string[];
  };
  let left = most;
  for (let depth = 0; depth < deepest && left > 0; depth++) {
    const missing = missingOf().slice(0, left);
    if (missing.length === 0) break;
    left -= missing.length;
    // What is not found is not asked for again.
    for (const id of missing) known.set(id, {});
    await readMany(jobs, missing, ({ id, labels, parent }) =>
      known.set(id, defined({ labels, parent: parent?.message.job_id })),
    );
  }
  return (id) => {
    let one = known.get(id);
    for (let depth = 0; one && !one.labels && one.parent !== undefined && depth <= deepest; depth++)
      one = known.get(one.parent);
    const { labels = [] } = one ?? {};
    return labels.length > 0 ? [...new Set(labels)] : [undefined];
  };
}

const finishedPhases = ["completed", "failed", "cancelled"] as const;

interface Reading {
  most: number;
  see: (job: Job) => void;
}

/** Reads the jobs that ended between two times, the latest first, and says back to when all of them were read. */
async function readEnded(
  { jobs }: Pick<CostsServices, "jobs">,
  tenants: readonly Tenant[],
  { from, to, most, see }: Reading & Pick<Asked, "from" | "to">,
): Promise<{ examined: number; lookedBackTo: number | undefined }> {
  const partitions = tenants.flatMap(({ product, env }) =>
    finishedPhases.flatMap((phase) =>
      Array.from({ length: jobs.shards }, (_, shard): Partition => {
        const where = { product, env, phase, shard };
        return { query: { ...where, from, until: to - 1, order: "desc" }, done: false };
      }),
    ),
  );
  const positions = await readInTurns(jobs, partitions, most);
  const unread = partitions.filter(({ done }) => !done);
  // Behind the place where the first partition was left, some were read and others were not.
  const lookedBackTo = unread.length > 0 ? Math.max(...unread.map(({ after }) => after?.time ?? to)) : undefined;
  const ids = positions.filter(({ time }) => time >= (lookedBackTo ?? from)).map(({ id }) => id);
  return { examined: await readMany(jobs, ids, see), lookedBackTo };
}

/** Reads jobs that have not ended, and says whether those were all. The series of the catalog's schedules are always among them. */
async function readPending(
  { jobs, catalog }: Pick<CostsServices, "jobs" | "catalog">,
  tenants: readonly Tenant[],
  { most, see }: Reading,
): Promise<{ examined: number; isComplete: boolean }> {
  const partitions = upcomingPartitions(tenants, jobs.shards, 0, never);
  const positions = await readInTurns(jobs, partitions, most);
  const isComplete = partitions.every(({ done }) => done);
  // All that have not ended were found already, unless there are more than are read.
  const scheduled = isComplete ? [] : scheduledIn(catalog, tenants);
  const ids = [...positions.map(({ id }) => id), ...scheduled];
  return { examined: await readMany(jobs, ids, see), isComplete };
}

/** The ids of the series that the catalog asks for in these tenants. */
const scheduledIn = ({ products }: CostsServices["catalog"], tenants: readonly Tenant[]): string[] =>
  wantedOf(products.filter(({ tag }) => tenants.some(({ product }) => product === tag)))
    .filter((one) => tenants.some(({ product, env }) => product === one.product && env === one.env))
    .map(({ job_id }) => job_id);

/** Reads jobs, as many as a read takes at a time. The eventually consistent index may list a job twice. Returns how many there were. */
async function readMany(
  jobs: Pick<CostsServices["jobs"], "getMany">,
  all: readonly string[],
  see: (job: Job) => void,
): Promise<number> {
  const counts = await inParallel(readsAtOnce, inParts([...new Set(all)], mostAtOnce), async (part) => {
    const found = await jobs.getMany(part);
    for (const job of found) see(job);
    return found.length;
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

interface ReadingRuns {
  from: number;
  most: number;
  firstPage: number;
  see: (job: Job, runs: readonly RunRecord[]) => void;
}

/** Reads the stored runs of series that ended since a time, each with the one before it. */
async function readStored(
  { jobs }: Pick<CostsServices, "jobs">,
  series: readonly Job[],
  { from, most, firstPage, see }: ReadingRuns,
): Promise<{ examined: number; isComplete: boolean }> {
  let examined = 0;
  let isComplete = true;
  await inParallel(readsAtOnce, series, async (job) => {
    const read: RunRecord[] = [];
    let before: number | undefined = job.run;
    while (before !== undefined && before > 1) {
      if (examined >= most) {
        isComplete = false;
        break;
      }
      const limit = Math.min(mostAtOnce, Math.max(firstPage, read.length));
      const page = await jobs.runs(job.id, { limit, order: "desc" }, before);
      examined += page.runs.length;
      read.push(...page.runs);
      const last = page.runs.at(-1);
      before = last !== undefined && last.finished_at >= from ? page.next : undefined;
    }
    see(job, read);
  });
  return { examined, isComplete };
}

/** Whether the statistics, which count hours, are about this time. After now nothing has ended. */
const areWholeHours = (from: number, to: number, now: number): boolean =>
  from === hourOf(from) && (to === hourOf(to) || to >= now);

/** How many runs the statistics know that ended in the hours of this time. */
async function endedJobs(
  { stats }: Pick<CostsServices, "stats">,
  tenants: readonly Tenant[],
  from: number,
  to: number,
) {
  const end = hourOf(to - 1) + hourMs;
  const hours = await inParallel(readsAtOnce, tenants, ({ product, env }) =>
    stats.read(product, env, hourOf(from), end),
  );
  return hours.flat().reduce((sum, { counts }) => sum + counts.completed + counts.failed + counts.cancelled, 0);
}
