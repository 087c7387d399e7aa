import type { Tenant } from "../core/access/tenants.ts";
import type { IndexPosition } from "../core/job/index-position.ts";
import type { Spending } from "../core/job/spending.ts";
import type { TenantState } from "../core/ports/roll-ups.ts";
import type { RoundPlace } from "../core/ports/round-places.ts";

/** One partition of the pending jobs of a tenant. */
export interface Partition extends Tenant {
  shard: number;
}

/** A scan of the overdue jobs of one shard. It may take several rounds, all of which use the same time window. */
export interface ShardScan extends Partition {
  /** The time window, epoch milliseconds. `since` is where the window of the previous scan ended. */
  since: number;
  until: number;
  /** The next page starts after this position. */
  after?: IndexPosition;
  isOver: boolean;
}

/** A pass over the lines of one tenant, which may take several rounds. */
export interface LinePass {
  /** Where the next round goes on. */
  at?: RoundPlace["lines"];
  /** The rules that it has met, by tenant and limit; empty for one that has changed on the way, so that it counts as seen by no line. */
  rules: Map<string, string>;
}

/**
 * What one round of a process leaves to the next. A new process starts without it and sends one more message for each overdue
 * job. That is intended: after a deployment or an outage, anything may have been lost.
 */
export interface RoundMemory {
  scans: Map<string, ShardScan>;
  /** What was found last of the partitions that are not quiet, by their names. */
  states: Map<string, TenantState>;
  /** The ids of jobs whose message AWS refused. */
  refused: Set<string>;
  /** How far the rounds have come, as the table has it too. Absent in a process that has just begun. */
  place?: RoundPlace;
  /** Until when relays were asked to work, epoch milliseconds. */
  relaysUntil?: number;
  /** The rules of limits by which all lines of a tenant were looked after, by tenant and limit. */
  rules: Map<string, string>;
  /** A look after the lines of a tenant from the first one on, for which the last round had no time to its end. */
  pass?: LinePass;
  /** In how many rounds runs of code were woken that had been parked. */
  wakes?: number;
  /** Since when nothing has been paused, as far as the process knows, and when it last deleted code that no run needs. */
  quietSince?: number;
  codeForgottenAt?: number;
  /** Since when tenants have alerts, epoch milliseconds, once that was read. */
  begun?: ReadonlyMap<string, number>;
  /** With which of them the next round begins, of what it looks after for alerts, by its kind. */
  swept: Map<string, number>;
  /** What the jobs of tenants that have a budget have used, by tenant, as far as this process has counted or read it. */
  spent: Map<string, Spending>;
  /** The hash of the schedules of the catalog that all have their jobs. */
  schedules?: string;
  /** What this process last wrote as the time until when it may be following schedules. */
  followsUntil?: number;
}

export const newMemory = (): RoundMemory => ({
  scans: new Map(),
  states: new Map(),
  refused: new Set(),
  rules: new Map(),
  swept: new Map(),
  spent: new Map(),
});

export const partitionNameOf = ({ product, env, shard }: Partition): string => `${product}#${env}#${shard}`;

/** A new scan of a partition, which begins where the previous one ended. */
export function newScan({ scans }: RoundMemory, { product, env, shard }: Partition, now: number): ShardScan {
  const name = partitionNameOf({ product, env, shard });
  const since = scans.get(name)?.until ?? Number.NEGATIVE_INFINITY;
  const scan: ShardScan = { product, env, shard, since, until: now, isOver: false };
  scans.set(name, scan);
  return scan;
}
