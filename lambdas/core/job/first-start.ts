import type { Job } from "./job.ts";

/** When the current run was first started. Undefined if it was not. */
export const firstStartOf = ({ begun_at, attempts, parked_since, snoozes, started_at }: Job): number | undefined =>
  begun_at ?? attempts[0]?.started_at ?? parked_since ?? snoozes?.since ?? started_at;
