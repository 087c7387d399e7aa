/** Which schedules of the catalog the reconciler has followed. */
export interface SyncedSchedules {
  /** The hash of the schedules that were followed last; another value while that is under way. */
  hash: string;
  /** The ids of the jobs of schedules: those that were made, or may have been. */
  job_ids: string[];
  /**
   * Where the next round goes on if the last one had no time for all: what was being followed, how many of its jobs were looked
   * at, and whether any of these has to be looked at again.
   */
  next?: { hash: string; at: number; isRepeated: boolean };
  /** While that is under way: when the round that wrote this has ended for certain, epoch milliseconds. */
  until?: number;
}

/** One item that outlives deployments, so that what has left the catalog can be cancelled. */
export interface ScheduleStates {
  get(): Promise<SyncedSchedules | undefined>;
  put(state: SyncedSchedules): Promise<void>;
}
