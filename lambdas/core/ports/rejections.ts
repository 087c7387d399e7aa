import type { Rejection } from "../job/job-rejected.ts";
import type { Refused } from "./refused.ts";

/** Announces and keeps requests that came in a message and were refused. */
export interface Rejections {
  /**
   * Publishes each rejection on the bus and keeps it as a dead letter with its reason, at least once. Returns those for which
   * AWS refused either.
   */
  reject(rejections: readonly Rejection[]): Promise<Refused[]>;
}
