import type * as z from "zod";
import type { GateName } from "../flow/gate.ts";
import { hasReserved, orderOf } from "../flow/turn.ts";
import { isWaiting, type Job } from "../job/job.ts";
import { inParallel } from "../operations/in-parallel.ts";
import { type Ruling, rulesOf } from "../operations/limit-rules.ts";
import type { Waiter } from "../ports/gates.ts";
import type { LimitWaitSchema } from "./schemas/job.ts";

export type LimitWait = z.infer<ReturnType<typeof LimitWaitSchema>>;

type Waiting = Omit<Ruling, "clock">;

/** Up to which place a position is known. */
const counted = 100;
/** Jobs of a page whose lists are looked at, and at how many of them at a time. Others are shown without. */
const mostJobs = 50;
const atOnce = 10;

/** The limit on whose waiting list a job stands, and its place there. */
export async function limitWait(services: Waiting, job: Job, now: number): Promise<LimitWait | undefined> {
  const found = await listOf(services, job, now);
  if (!found) return undefined;
  const { waiters } = await services.gates.look(found.gate, { limit: counted });
  const place = waiters.findIndex((other) => other.job === job.id && other.order === found.waiter.order);
  return { ...waitOf(found), ...(place >= 0 && { position: place + 1 }) };
}

/** The same for a page of jobs, by their ids, without places: a read or two for each of the first jobs that may wait. */
export async function limitWaits(
  services: Waiting,
  jobs: readonly Job[],
  now: number,
): Promise<ReadonlyMap<string, LimitWait>> {
  const found = await inParallel(
    atOnce,
    jobs.filter((job) => mayWait(job, now)).slice(0, mostJobs),
    async (job) => [job.id, await listOf(services, job, now)] as const,
  );
  return new Map(found.flatMap(([id, one]) => (one ? [[id, waitOf(one)] as const] : [])));
}

interface Found {
  gate: GateName;
  waiter: Waiter;
}

const waitOf = ({ gate: { limit, key }, waiter: { since } }: Found): LimitWait => ({ limit, key, since });

const mayWait = (job: Job, now: number): boolean => job.gates !== undefined && isWaiting(job) && job.due_at <= now;

/** The list on which a job stands: it is on one at most, apart from moments. */
async function listOf(services: Waiting, job: Job, now: number): Promise<Found | undefined> {
  if (!mayWait(job, now)) return undefined;
  const at = { job: job.id, order: orderOf(job) };
  for (const { gate, rule } of await rulesOf({ ...services, clock: { now: () => now, sleep: async () => {} } }, job)) {
    if (rule.concurrency === undefined || hasReserved(job, gate.limit, rule, now)) continue;
    const waiter = await services.gates.waiter(gate, at);
    if (waiter) return { gate, waiter };
  }
  return undefined;
}
