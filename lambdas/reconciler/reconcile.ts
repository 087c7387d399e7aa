import { dispatch } from "../core/dispatch.ts";
import { traceOf } from "../core/errors.ts";
import { shards } from "../core/job-id.ts";
import type { Place } from "../core/place.ts";
import type { Services } from "../core/services.ts";
import { isStuck } from "../core/transitions.ts";

/** A job this late has lost its message, or its queue is behind: either way another message does no harm. */
export const graceMs = 60_000;

const pageSize = 25;
const pagesPerShard = 8;

export interface Reconciled {
  looked: number;
  dispatched: number;
  failed: number;
}

/**
 * Hands overdue jobs over again: those that wait although they were due `grace` ms ago, and those whose consumer's lease
 * has run out. Reads only the overdue heads of the catalog's pending partitions, so its work does not grow with the
 * number of jobs. Claims are conditional: a message too many is dropped.
 */
export async function reconcile(services: Services, grace = graceMs): Promise<Reconciled> {
  const total: Reconciled = { looked: 0, dispatched: 0, failed: 0 };
  for (const product of services.catalog.products) {
    for (const env of product.envs) {
      const heads = Array.from({ length: shards }, (_, shard) =>
        reconcileShard(services, { product: product.tag, env, shard, grace }, total),
      );
      await Promise.all(heads);
    }
  }
  return total;
}

interface Shard {
  product: string;
  env: string;
  shard: number;
  grace: number;
}

async function reconcileShard(services: Services, { grace, ...partition }: Shard, total: Reconciled) {
  const until = services.clock.now() - grace;
  const overdue = { ...partition, phase: "pending", until, order: "asc", limit: pageSize } as const;
  let after: Place | undefined;
  for (let read = 0; read < pagesPerShard; read++) {
    const page = await services.jobs.page(overdue, after);
    await Promise.all(page.jobs.map(({ id }) => nudge(services, id, grace, total)));
    after = page.next;
    if (after === undefined) return;
  }
}

async function nudge(services: Services, id: string, grace: number, total: Reconciled): Promise<void> {
  total.looked++;
  try {
    const job = await services.jobs.get(id);
    if (!job || !isStuck(job, services.clock.now(), grace)) return;
    await dispatch(services, job);
    total.dispatched++;
  } catch (error) {
    total.failed++;
    services.log.error("could not hand a job over again", { job_id: id, ...traceOf(error) });
  }
}
