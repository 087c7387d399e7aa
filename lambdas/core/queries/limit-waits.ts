import type * as z from "zod";
import type { Job } from "../job/job.ts";
import { inParallel } from "../kernel/in-parallel.ts";
import { orderOf } from "../limits/gate.ts";
import { type RuledGate, type Ruling, rulesOf } from "../operations/limit-rules.ts";
import { isStillWaiting, mayStand } from "../operations/lines.ts";
import type { Waiter } from "../ports/gates.ts";
import { placesShown, startsOf, waitEstimate } from "./line-estimate.ts";
import type { LimitWaitSchema } from "./schemas/job.ts";

type LimitWait = z.infer<typeof LimitWaitSchema>;

type WaitReading = Omit<Ruling, "clock">;

/** Jobs of a page whose lines are looked at, and at how many of them at a time. Others are shown without. */
const mostJobs = 50;
const atOnce = 10;

/** The limit in whose line a job stands, its place there, and when it would start. */
export async function limitWait(services: WaitReading, job: Job, now: number): Promise<LimitWait | undefined> {
  const found = await findLineOf(services, job, now);
  if (!found) return undefined;
  const { gate, rule, waiter } = found;
  const [view, pump] = await Promise.all([
    services.gates.look(gate, { limit: placesShown }),
    rule.rate && services.gates.pump(gate),
  ]);
  const starts = startsOf(view.parts, rule, now);
  return { ...limitWaitOf(found), ...waitEstimate(waiter, { line: view, starts, pump, now }) };
}

/** The same for a page of jobs, by their ids, without places and starts: a read of each gate of the first jobs that may wait. */
export async function limitWaits(
  services: WaitReading,
  jobs: readonly Job[],
  now: number,
): Promise<ReadonlyMap<string, LimitWait>> {
  const found = await inParallel(
    atOnce,
    jobs.filter((job) => mayStand(job, now)).slice(0, mostJobs),
    async (job) => [job.id, await findLineOf(services, job, now)] as const,
  );
  return new Map(found.flatMap(([id, one]) => (one ? [[id, limitWaitOf(one)] as const] : [])));
}

interface FoundLine extends RuledGate {
  waiter: Waiter;
}

const limitWaitOf = ({ gate: { limit, key }, waiter: { since } }: FoundLine): LimitWait => ({ limit, key, since });

/** The line in which a job stands: it is in one at most, apart from moments. */
async function findLineOf(services: WaitReading, job: Job, now: number): Promise<FoundLine | undefined> {
  if (!mayStand(job, now)) return undefined;
  const at = { job: job.id, order: orderOf(job) };
  const ruled = await rulesOf({ ...services, clock: { now: () => now, sleep: async () => {} } }, job);
  const waiters = await Promise.all(ruled.map(({ gate }) => services.gates.waiter(gate, at)));
  const found = ruled.map((one, index) => ({ ...one, waiter: waiters[index] }));
  return found.find((one): one is FoundLine => one.waiter !== undefined && isStillWaiting(job, one.waiter));
}
