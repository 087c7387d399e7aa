import type * as z from "zod";
import type { Tenant } from "../access/tenants.ts";
import type { IndexPosition } from "../job/index-position.ts";
import type { Job, RunRecord } from "../job/job.ts";
import { isList } from "../job/list.ts";
import { hourMs, hourOf } from "../job/stats.ts";
import { inParallel, readsAtOnce } from "../kernel/in-parallel.ts";
import { never } from "../kernel/start-time.ts";
import type { ApiServices } from "../operations/services.ts";
import { aroundOf, exact, listPrices, seriesRuns } from "./job-cost.ts";
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
  /** Stored runs of series, in pages of a hundred. */
  runs: 5000,
  rows: 100,
};

interface Asked {
  tenants: readonly Tenant[];
  from: number;
  to: number;
  by: "event" | "label";
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
  { tenants, from, to, by, most = {} }: Asked,
): Promise<Omit<Costs, "product_tag" | "env">> {
  const bounds = { ...costReads, ...most };
  const tally = tallyOf(services, { from, to, by });
  const [past, series, ended] = await Promise.all([
    endedJobs(services, tenants, { from, to, most: bounds.ended }),
    pendingSeries(services, tenants, bounds.pending),
    endedBy(services, tenants, from, to),
  ]);
  for (const job of past.jobs) if (!job.repeat) tally.add(job, [currentRun(job)]);
  const ofSeries = [...series.jobs, ...past.jobs.filter(({ repeat }) => repeat !== undefined)];
  const stored = await storedRuns(services, ofSeries, { from, most: bounds.runs });
  for (const [job, runs] of stored.runs) tally.add(job, seriesRuns(job, runs));
  const isComplete = past.lookedBackTo === undefined && series.isComplete && stored.isComplete;
  const { rows, runs, usd, unknown } = tally.finish();
  const further = rows.slice(bounds.rows);
  return {
    ...{ from, to, by, usd: exact(usd), runs, rows: rows.slice(0, bounds.rows) },
    ...(further.length > 0 && {
      more_rows: { count: further.length, usd: exact(further.reduce((sum, row) => sum + row.usd, 0)) },
    }),
    is_complete: isComplete,
    examined: past.examined + series.examined + stored.examined,
    ...(past.lookedBackTo !== undefined && { looked_back_to: past.lookedBackTo }),
    ended,
    ...(ended > runs && runs > 0 && { extrapolated_usd: exact((usd * ended) / runs) }),
    ...listPrices(),
    ...(unknown.length > 0 && { unknown }),
  };
}

/** Adds up what runs have used that ended between two times. */
function tallyOf(services: CostsServices, { from, to, by }: Pick<Asked, "from" | "to" | "by">) {
  const around = aroundOf(services);
  const rows = new Map<string | undefined, Row>();
  const unknown = new Map<string, number>();
  let runs = 0;
  let usd = 0;
  return {
    add(job: Job, all: readonly UsedRun[]): void {
      const ended = all.filter(({ ended_at }) => ended_at !== undefined && ended_at >= from && ended_at < to);
      if (ended.length === 0) return;
      const cost = usdOf(usedBy(job, ended, around));
      const attempts = ended.reduce((sum, run) => sum + run.attempts.length + run.forgotten, 0);
      // The statistics do not know of lists and pages either.
      const told = isList(job) ? 0 : ended.length;
      runs += told;
      usd += cost;
      for (const what of unknownOf(job, ended)) unknown.set(what, (unknown.get(what) ?? 0) + 1);
      const keys = by === "event" ? [job.event] : (job.labels ?? [undefined]);
      for (const key of new Set(keys)) {
        const row = rows.get(key) ?? { ...(key !== undefined && { [by]: key }), runs: 0, attempts: 0, usd: 0 };
        rows.set(key, { ...row, runs: row.runs + told, attempts: row.attempts + attempts, usd: row.usd + cost });
      }
    },
    finish: () => ({
      rows: [...rows.values()].map((row) => ({ ...row, usd: exact(row.usd) })).sort((a, b) => b.usd - a.usd),
      ...{ runs, usd },
      unknown: [...unknown].map(([what, jobs]) => `of ${jobs} jobs: ${what}`),
    }),
  };
}

const finishedPhases = ["completed", "failed", "cancelled"] as const;

/** The jobs that ended between two times, the latest first, and back to when all of them are among these. */
async function endedJobs(
  { jobs }: Pick<CostsServices, "jobs">,
  tenants: readonly Tenant[],
  { from, to, most }: { from: number; to: number; most: number },
) {
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
  const found = await jobsAt(
    jobs,
    positions.filter(({ time }) => time >= (lookedBackTo ?? from)),
  );
  return { jobs: found, examined: found.length, lookedBackTo };
}

/** The series among the jobs that have not ended. */
async function pendingSeries({ jobs }: Pick<CostsServices, "jobs">, tenants: readonly Tenant[], most: number) {
  const partitions = upcomingPartitions(tenants, jobs.shards, 0, never);
  const found = await jobsAt(jobs, await readInTurns(jobs, partitions, most));
  return {
    jobs: found.filter(({ repeat }) => repeat !== undefined),
    examined: found.length,
    isComplete: partitions.every(({ done }) => done),
  };
}

/** Jobs by their positions, as many as a read takes at a time. The eventually consistent index may list a job twice. */
async function jobsAt(
  jobs: Pick<CostsServices["jobs"], "getMany">,
  positions: readonly IndexPosition[],
): Promise<Job[]> {
  const ids = [...new Set(positions.map(({ id }) => id))];
  const parts = Array.from({ length: Math.ceil(ids.length / mostAtOnce) }, (_, i) =>
    ids.slice(i * mostAtOnce, (i + 1) * mostAtOnce),
  );
  return (await inParallel(readsAtOnce, parts, (part) => jobs.getMany(part))).flat();
}

/** The stored runs of series that ended since a time, each with the one before it. */
async function storedRuns(
  { jobs }: Pick<CostsServices, "jobs">,
  series: readonly Job[],
  { from, most }: { from: number; most: number },
) {
  const unique = [...new Map(series.map((job) => [job.id, job])).values()];
  let examined = 0;
  let isComplete = true;
  const runs = await inParallel(readsAtOnce, unique, async (job): Promise<[Job, RunRecord[]]> => {
    const read: RunRecord[] = [];
    let before: number | undefined = job.run;
    while (before !== undefined && before > 1) {
      if (examined >= most) {
        isComplete = false;
        break;
      }
      const page = await jobs.runs(job.id, { limit: mostAtOnce, order: "desc" }, before);
      examined += page.runs.length;
      read.push(...page.runs);
      const last = page.runs.at(-1);
      before = last !== undefined && last.finished_at >= from ? page.next : undefined;
    }
    return [job, read];
  });
  return { runs, examined, isComplete };
}

/** How many runs the statistics know that ended in these hours. */
async function endedBy({ stats }: Pick<CostsServices, "stats">, tenants: readonly Tenant[], from: number, to: number) {
  const end = hourOf(to - 1) + hourMs;
  const hours = await inParallel(readsAtOnce, tenants, ({ product, env }) =>
    stats.read(product, env, hourOf(from), end),
  );
  return hours.flat().reduce((sum, { counts }) => sum + counts.completed + counts.failed + counts.cancelled, 0);
}
