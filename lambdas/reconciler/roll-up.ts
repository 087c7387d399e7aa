import { type Tenant, tenantName } from "../core/access/tenants.ts";
import type { Job } from "../core/job/job.ts";
import { isParked, isStuck } from "../core/job/transitions.ts";
import { traceOf } from "../core/kernel/errors.ts";
import type { ReconcilerServices } from "../core/operations/services.ts";
import type { RollUp, TenantState } from "../core/ports/roll-ups.ts";
import { type Partition, partitionNameOf, type RoundMemory } from "./memory.ts";

/** So many fit into an item, of some 200 KB then. */
export const mostListed = 2000;

/** What was found at the overdue end of one partition. */
type PartitionState = Omit<TenantState, keyof Tenant>;

interface Found {
  now: number;
  graceMs: number;
  /** There are further pages. */
  isMore: boolean;
  holds: (job: Job) => boolean;
}

/** What the jobs of the first page of a partition say of it. What has a consumer, or waits by itself, is not late. */
export function partitionStateOf(jobs: readonly Job[], { now, graceMs, isMore, holds }: Found): PartitionState {
  const state: PartitionState = { late: 0, limited: 0, held: 0 };
  for (const job of jobs.filter((one) => isStuck(one, now, graceMs))) {
    if (holds(job)) state.held++;
    else if (job.gates && job.status !== "running") state.limited++;
    else {
      state.late++;
      state.oldest = Math.min(state.oldest ?? Number.POSITIVE_INFINITY, lateSince(job));
    }
  }
  if (isMore) state.more = true;
  return state;
}

const lateSince = (job: Job): number =>
  (job.status !== "running" ? job.due_at : isParked(job) ? job.wake_at : job.lease_until) ?? job.due_at;

/** The same for products and envs: those that are not quiet, the latest first. */
export function rollUpOf(states: ReadonlyMap<string, TenantState>): Pick<RollUp, "tenants" | "others"> {
  const tenants = new Map<string, TenantState>();
  for (const { product, env, late, limited, held, more, oldest } of states.values()) {
    const name = tenantName({ product, env });
    const sum = tenants.get(name) ?? { product, env, late: 0, limited: 0, held: 0 };
    tenants.set(name, sum);
    sum.late += late;
    sum.limited += limited;
    sum.held += held;
    if (more) sum.more = true;
    if (oldest !== undefined) sum.oldest = Math.min(sum.oldest ?? oldest, oldest);
  }
  const loud = [...tenants.values()]
    .filter(({ late, limited, held }) => late + limited + held > 0)
    .sort((one, other) => (one.oldest ?? Number.POSITIVE_INFINITY) - (other.oldest ?? Number.POSITIVE_INFINITY));
  return { tenants: loud.slice(0, mostListed), others: Math.max(0, loud.length - mostListed) };
}

/** Remembers what was found of a partition until it is looked at again. */
export function rememberState({ states }: RoundMemory, partition: Partition, state: PartitionState | undefined): void {
  const name = partitionNameOf(partition);
  if (!state || state.late + state.limited + state.held === 0) states.delete(name);
  else states.set(name, { ...state, product: partition.product, env: partition.env });
}

/**
 * Writes what the round has found. Each round does, so that a reconciler that has stopped is seen by the age of what it said last.
 * What has left the catalog is forgotten.
 */
export async function keepRollUp(
  { rollUps, catalog, clock, log }: Pick<ReconcilerServices, "rollUps" | "catalog" | "clock" | "log">,
  { states }: RoundMemory,
  left: number,
): Promise<void> {
  const known = new Set(
    catalog.products.flatMap(({ tag, envs }) => envs.map((env) => tenantName({ product: tag, env }))),
  );
  for (const [name, state] of states) if (!known.has(tenantName(state))) states.delete(name);
  try {
    await rollUps.put({ at: clock.now(), ...rollUpOf(states), left });
  } catch (error) {
    log.error("what this round has found could not be noted", traceOf(error));
  }
}
