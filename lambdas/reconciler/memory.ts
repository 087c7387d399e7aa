import type { GateName } from "../core/flow/gate.ts";
import type { IndexPosition } from "../core/job/index-position.ts";
import type { Tenant } from "../core/queries/tenants.ts";

/** A scan of the overdue jobs of one shard. It may take several rounds, all of which use the same time window. */
export interface ShardScan extends Tenant {
  shard: number;
  /** The time window, epoch milliseconds. `since` is where the window of the previous scan ended. */
  since: number;
  until: number;
  /** The next page starts after this position. */
  after?: IndexPosition;
  isOver: boolean;
}

/**
 * What one round of a process leaves to the next. A new process starts without it and sends one more message for each overdue
 * job. That is intended: after a deployment or an outage, anything may have been lost.
 */
export interface Memory {
  scans: Map<string, ShardScan>;
  /** The ids of jobs whose message AWS refused. */
  refused: Set<string>;
  /** Where the sweep of the gates goes on: after the gate that a round came to last. Absent: from the beginning. */
  sweptTo?: GateName;
  /** The rules of the limits with lines that the last rounds have seen, by tenant and limit. */
  rules: Map<string, string>;
  /** The hash of the schedules of the catalog that all have their jobs. */
  schedules?: string;
}

export const newMemory = (): Memory => ({ scans: new Map(), refused: new Set(), rules: new Map() });

/** The scans of a tenant: those in progress, and new ones that begin where the previous ones ended. */
export function scansOf({ scans }: Memory, { product, env }: Tenant, shards: number, now: number): ShardScan[] {
  return Array.from({ length: shards }, (_, shard) => {
    const name = `${product}#${env}#${shard}`;
    const previous = scans.get(name);
    if (previous && !previous.isOver) return previous;
    const since = previous?.until ?? Number.NEGATIVE_INFINITY;
    const scan: ShardScan = { product, env, shard, since, until: now, isOver: false };
    scans.set(name, scan);
    return scan;
  });
}
