import type { Tenant } from "../access/tenants.ts";

/** What a round of the reconciler has found of a product in one of its envs. */
export interface TenantState extends Tenant {
  /** Jobs that should have started or gone on, and nothing that is known keeps them. */
  late: number;
  /** The same of jobs that have limits. Most of them stand in a line. */
  limited: number;
  /** The same of jobs that a pause holds. */
  held: number;
  /** Set if there are more of them than the round has counted. */
  more?: true;
  /** When the first of the late ones was due, epoch milliseconds. */
  oldest?: number;
}

/** What the last round of the reconciler has found, of all products. */
export interface RollUp {
  /** When the round had looked at them, epoch milliseconds. */
  at: number;
  /** Those that are not quiet, the latest jobs first; at most `mostListed`. */
  tenants: TenantState[];
  /** How many are not quiet beside those. */
  others: number;
  /** How many partitions the round had no time for: what is said of them is of an earlier round. */
  left: number;
}

/** The last roll-up, in one item. */
export interface RollUps {
  get(): Promise<RollUp | undefined>;
  put(rollUp: RollUp): Promise<void>;
}
