import type { RequestSource } from "./job-rejected.ts";

/**
 * Who made or changed a job, as jobs keep it: `k:` and the id of an API key, `i:` and the id of an IAM identity, `s:` and the service of
 * AWS that brought the request, `schedule`, which is the catalog, or `alert`, which tells a receiver of it.
 */
export type Actor = `k:${string}` | `i:${string}` | `s:${string}` | "schedule" | "alert";

/** What callers do to a job. */
export const changeNames = [
  "cancel",
  "pause",
  "resume",
  "reschedule",
  "retry",
  "run_now",
  "skip_next",
  "migrate",
  "replace",
] as const;
export type ChangeName = (typeof changeNames)[number];

/** Who asks for something. */
export interface Caller {
  actor: Actor;
  /** The name of a key, which it keeps. Kept with the job, since keys are forgotten, and only the authorizer may read them. */
  name?: string;
}

/** Who changes a job, and how. */
export interface Changer extends Caller {
  change: ChangeName;
  /** The operation on many jobs that has done it. */
  operation?: string;
}

/** The last change of a job by a caller, and not by its own execution. */
export interface ChangedBy extends Changer {
  /** Epoch milliseconds. */
  at: number;
}

/** The actor of a request that a service of AWS brought. */
export const bringingActor = (source: RequestSource): Actor => `s:${source}`;

/** Whether a job tells a receiver of an incident. No pause or limit holds it, and it opens no incident. */
export const isAlertJob = ({ made_by }: { made_by?: Actor }): boolean => made_by === "alert";
