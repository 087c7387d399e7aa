import type * as z from "zod";
import { type Catalog, ownValue } from "../catalog/catalog.ts";
import { ownFunctionOf } from "../catalog/code-target.ts";
import { isFinished, type Job, type RunRecord } from "../job/job.ts";
import { childCountOf, childIdOf, isList, progressInline } from "../job/list.ts";
import { route } from "../job/route.ts";
import { defined } from "../kernel/defined.ts";
import { inParts } from "../kernel/in-parallel.ts";
import { eventOfJob } from "../operations/kept-event.ts";
import type { ApiServices } from "../operations/services.ts";
import { codeProgressOf } from "./code-steps.ts";
import { costOf, type Price, prices } from "./cost.ts";
import { inputBytesOf } from "./item-bytes.ts";
import type { costParts, JobCostSchema } from "./schemas/costs.ts";
import { type StepView, stepsShown } from "./step-view.ts";
import {
  currentRun,
  mergedLines,
  notCounted,
  storedRun,
  type UsedAround,
  type UsedLine,
  type UsedRun,
  unknownOf,
  usdOf,
  usedAssumptions,
  usedBy,
  usedBySteps,
} from "./used.ts";

export type JobCost = z.infer<typeof JobCostSchema>;

/** The most that the cost of one job reads. */
export const jobCostReads = {
  /** Runs of a series, the latest ones: one page. */
  runs: 100,
  /** Jobs of steps, and of their steps. */
  steps: 1000,
};

/** The limit of DynamoDB's BatchGetItem. */
const mostAtOnce = 100;

type CostServices = Pick<ApiServices, "catalog" | "jobs" | "blobs" | "runLogs" | "definitions" | "memory">;

/** What a job has used so far, times list prices, with the steps of a feature. Nothing is kept for this; a feature takes reads. */
export async function jobCost(services: CostServices, job: Job, now: number, most = jobCostReads): Promise<JobCost> {
  const around = aroundOf(services);
  const { runs, of } = await costOfRuns(services, job, most.runs);
  const own = usedBy(job, runs, around);
  const steps =
    job.type === "feature" ? await costOfSteps(services, job, { now, most: most.steps, around }) : undefined;
  const lines = mergedLines([...own, ...(steps?.lines ?? [])]);
  const unknown = unknownOf(job, runs);
  return {
    job_id: job.id,
    usd: tenDigits(usdOf(lines)),
    ...(!isFinished(job) && { so_far: true as const }),
    parts: partsOf(lines),
    breakdown: lines.map((line) => ({ what: line.what, count: tenDigits(line.count), usd: tenDigits(usdOf([line])) })),
    ...(job.repeat && { runs: { examined: runs.length, of } }),
    ...(steps && { steps: steps.view }),
    estimated: estimateOf(job, around),
    ...listPrices(),
    ...(unknown.length > 0 && { unknown }),
  };
}

export const listPrices = () => ({
  region: prices.region,
  prices_as_of: prices.as_of,
  assumptions: [...usedAssumptions],
  not_counted: [...notCounted],
});

/** Without the noise of sums of fractions: a job costs some hundred-thousandth of a dollar. */
export const tenDigits = (number: number): number => Number(number.toPrecision(10));

/** What is known of the deployment and the catalog. */
export function aroundOf({ catalog, memory = {} }: Pick<CostServices, "catalog" | "memory">): UsedAround {
  return {
    memoryOf: (type) => memory[type] ?? ownValue(catalog.registry, type)?.limits.memory_mb ?? unknownTypeMb,
    isOwnCode: (job) => job.own_step !== undefined || isDeployedCode(catalog, job),
    hasSlots: ({ product }, limit) => limitNamed(catalog, product, limit)?.concurrency !== undefined,
  };
}

/** Of a type that only a later version knows. */
const unknownTypeMb = 256;

/** Code behind `serve` runs on machines of the team, and a consumer waits for it as for any other function. */
function isDeployedCode(catalog: Catalog, job: Job): boolean {
  if (ownFunctionOf(catalog, job) === undefined) return false;
  const target = catalog.lookup(job.product, job.event)?.target;
  return Object(target).code !== undefined;
}

function limitNamed({ products }: Catalog, product: string, name: string) {
  const limits = products.find(({ tag }) => tag === product)?.limits ?? {};
  // One that the catalog has dropped is taken to have slots.
  return ownValue(limits, name) ?? { concurrency: 1 };
}

/** The runs of a job, the latest first. Those of a one-time job are its one. */
async function costOfRuns(
  { jobs }: Pick<CostServices, "jobs">,
  job: Job,
  most: number,
): Promise<{ runs: UsedRun[]; of: number }> {
  if (!job.repeat) return { runs: [currentRun(job)], of: 1 };
  // As in the list of runs: only those before the current one were accepted.
  const { runs } = await jobs.runs(job.id, { limit: most, order: "desc" }, job.run);
  return { runs: seriesRuns(job, runs), of: job.run };
}

/** The runs of a series from its stored ones, the latest first: each was planned at the end of the one before. */
export function seriesRuns(job: Job, stored: readonly RunRecord[]): UsedRun[] {
  const endBefore = (i: number, otherwise: number) => stored[i]?.finished_at ?? otherwise;
  return [
    currentRun(job, endBefore(0, job.created_at)),
    ...stored.map((record, i) =>
      storedRun(record, endBefore(i + 1, record.run === 1 ? record.created_at : record.scheduled_at)),
    ),
  ];
}

interface OfSteps {
  now: number;
  most: number;
  around: UsedAround;
}

/** What the steps of a feature have used, and their steps, at most so many jobs: those nearest to the feature first. */
async function costOfSteps(services: CostServices, feature: Job, { now, most, around }: OfSteps) {
  const lines: UsedLine[] = [];
  let examined = 0;
  let missing = 0;
  let more = false;
  const parents = [feature];
  for (let parent = parents.shift(); parent; parent = parents.shift()) {
    const { ids, lines: own } = await costOfChildren(services, parent, now, around);
    lines.push(...own);
    const read = ids.slice(0, most - examined);
    more ||= read.length < ids.length;
    for (const asked of inParts(read, mostAtOnce)) {
      const found = await services.jobs.getMany(asked);
      examined += found.length;
      missing += asked.length - found.length;
      for (const child of found) {
        lines.push(...usedBy(child, [currentRun(child)], around));
        if (child.type === "feature") parents.push(child);
      }
    }
  }
  const view = {
    examined,
    usd: tenDigits(usdOf(lines)),
    ...(more && { more: true as const }),
    ...defined({ missing: missing > 0 ? missing : undefined }),
  };
  return { view, lines: mergedLines(lines) };
}

/** The jobs that a feature or a list has begun, and what its other steps have used. */
async function costOfChildren(
  services: CostServices,
  parent: Job,
  now: number,
  { memoryOf }: UsedAround,
): Promise<{ ids: string[]; lines: UsedLine[] }> {
  if (isList(parent)) {
    const begun = progressInline(parent)?.list.next ?? (isFinished(parent) ? childCountOf(parent.list) : 0);
    return { ids: Array.from({ length: begun }, (_, child) => childIdOf(parent, child)), lines: [] };
  }
  const [steps = {}, code] = await Promise.all([
    stepsShown(services, parent, await eventOfJob(services, parent), now),
    codeProgressOf(services, parent),
  ]);
  const ids = Object.values(steps).flatMap(({ job_id, undo }: StepView) => [job_id, undo?.job_id]);
  return {
    ids: [...new Set(ids.filter((id) => id !== undefined))],
    lines: usedBySteps(steps, { memoryOf }, code?.decisions),
  };
}

/** What `explain` says of such a job. */
function estimateOf(job: Job, { memoryOf }: UsedAround): JobCost["estimated"] {
  const { created_at, scheduled_at, debounce, unique } = job;
  return costOf({
    route: route(created_at, { id: job.id, due_at: scheduled_at }),
    immediate: scheduled_at <= created_at,
    inputBytes: inputBytesOf(job),
    memoryMb: memoryOf(job.type),
    sharedKey: (debounce ?? unique) !== undefined,
  });
}

const partOf: Record<Price, (typeof costParts)[number] | undefined> = {
  http_request: "requests",
  lambda_request: "functions",
  lambda_gb_second: "functions",
  table_write: "table",
  table_read: "table",
  queue_request: "queues",
  schedule: "schedules",
  bus_event: "events",
  bucket_put: "bucket",
  bucket_get: "bucket",
  log_megabyte: undefined,
  rare_log_megabyte: undefined,
};

function partsOf(lines: readonly UsedLine[]): JobCost["parts"] {
  const byPart = Map.groupBy(lines, ({ price }) => partOf[price]);
  return [...byPart].flatMap(([part, of]) => (part === undefined ? [] : [{ part, usd: tenDigits(usdOf(of)) }]));
}
