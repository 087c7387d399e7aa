import type { IndexPosition } from "../core/job/index-position.ts";
import { shards } from "../core/job/job-id.ts";
import type { Tenant } from "../core/queries/tenants.ts";

/** The way through what is overdue in one shard, which may take several rounds. All of it is one look. */
export interface Walk extends Tenant {
  shard: number;
  /** Epoch milliseconds: what the walk before was for, and what this one is for. */
  since: number;
  until: number;
  /** After which place the next page starts. */
  after?: IndexPosition;
  isOver: boolean;
}

/**
 * What the rounds of one process know of each other. It is lost with the process, which costs a message too many for each
 * overdue job, and is as it should be: after a deployment or an outage nobody knows what else was lost.
 */
export interface Memory {
  walks: Map<string, Walk>;
  /** Ids of jobs whose message AWS refused. */
  refused: Set<string>;
}

export const newMemory = (): Memory => ({ walks: new Map(), refused: new Set() });

/** A tenant's walks: those that are under way, and new ones from where the last ones ended. */
export function walksOf({ walks }: Memory, { product, env }: Tenant, now: number): Walk[] {
  return Array.from({ length: shards }, (_, shard) => {
    const name = `${product}#${env}#${shard}`;
    const before = walks.get(name);
    if (before && !before.isOver) return before;
    const since = before?.until ?? Number.NEGATIVE_INFINITY;
    const walk: Walk = { product, env, shard, since, until: now, isOver: false };
    walks.set(name, walk);
    return walk;
  });
}
