import type { DayFailures, FailureGroup } from "../job/failure-group.ts";
import type { Counted } from "./stats-store.ts";

/** Failed runs, grouped by cause and day; kept for 90 days. */
export interface Failures {
  /**
   * Adds to groups. Beyond the groups that a day may have, what belongs to a new one is added to the group of other failures.
   * Throws if some could not be added; the others are added.
   */
  add(failures: readonly (DayFailures & Counted)[]): Promise<void>;
  /** The groups of one day, which begins at `day`, in no particular order. */
  read(product: string, env: string, day: number): Promise<FailureGroup[]>;
}
