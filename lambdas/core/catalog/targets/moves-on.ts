import type { JobError, JobErrorCode } from "../../job/job-error.ts";
import type { Group } from "./group.ts";

/** The codes after which another target is tried unless a group names its own. */
export const defaultCodes: readonly JobErrorCode[] = [
  "CONNECTION_ERROR",
  "SERVICE_UNAVAILABLE",
  "RATE_LIMITED",
  "UNAUTHORIZED",
  "TIMEOUT",
];

/** Whether a failure says of a target that others should be preferred to it for a while. */
export const saysItIsDown = ({ on = defaultCodes }: Pick<Group, "on">, { code }: Pick<JobError, "code">): boolean =>
  on.includes(code);

/**
 * Whether the next target may be tried at once. A group that names a code answers for what the failed call may have done. Otherwise
 * the failure must prove that nothing was done, unless doing it again does no harm.
 */
export const movesOn = (group: Pick<Group, "on">, error: JobError, isRepeatable: boolean): boolean =>
  saysItIsDown(group, error) && (group.on !== undefined || isRepeatable || error.nothingDone);
