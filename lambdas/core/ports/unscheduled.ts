import type { JobMessage, JobType } from "../job/job.ts";

/** A message that EventBridge Scheduler did not take, with what it takes to send it. */
export interface KeptMessage {
  type: JobType;
  /** The message group of its job. */
  group: string;
  message: JobMessage;
}

interface KeptPage {
  kept: KeptMessage[];
  /** The next page starts after this one. Absent on the last page. */
  next?: KeptMessage;
}

/** How many partitions the kept messages are spread over. */
export const keptShards = 8;

/** Messages that wait in the table, by the time their jobs are due, for the relay to send them. */
export interface Unscheduled {
  /** Holds a message. Holding it again changes nothing. */
  hold(kept: KeptMessage): Promise<void>;
  /** The messages of one shard, from 0 to `keptShards - 1`, whose jobs are due at `until` or before, by that time. */
  page(query: { shard: number; until: number; limit: number }, after?: KeptMessage): Promise<KeptPage>;
  /** Deletes messages; one that is not there counts as success. Throws if some could not be deleted; the others are. */
  remove(kept: readonly KeptMessage[]): Promise<void>;
}
