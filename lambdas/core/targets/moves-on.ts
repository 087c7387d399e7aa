import type { JobError, JobErrorCode } from "../job/job-error.ts";
import type { Group } from "./group.ts";

/** The codes after which another target is tried unless a group names its own. */
export const defaultCodes: readonly JobErrorCode[] = [
  "CONNECTION_ERROR",
  "SERVICE_UNAVAILABLE",
  "RATE_LIMITED",
  "UNAUTHORIZED",
  "TIMEOUT",
];

/** Codes with which a provider says that it did nothing, unless its error says otherwise (`JobError.nothingDone`). */
const refusals = new Set<JobErrorCode>(["SERVICE_UNAVAILABLE", "RATE_LIMITED", "UNAUTHORIZED"]);

/** The system's codes for a connection that was never made, so nothing was sent. A connection that was lost may have carried all. */
const neverConnected = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/;

/** Whether a failure proves that the target did nothing of what was asked. */
export const provesNothingDone = ({ code, providerCode = "", nothingDone }: JobError): boolean =>
  nothingDone ?? (refusals.has(code) || (code === "CONNECTION_ERROR" && neverConnected.test(providerCode)));

/** Whether a failure says of a target that others should be preferred to it for a while. */
export const saysItIsDown = ({ on = defaultCodes }: Pick<Group, "on">, { code }: Pick<JobError, "code">): boolean =>
  on.includes(code);

/**
 * Whether the next target may be tried at once. A group that names a code answers for what the failed call may have done. Otherwise
 * the failure must prove that nothing was done, unless doing it again does no harm.
 */
export const movesOn = (group: Pick<Group, "on">, error: JobError, isRepeatable: boolean): boolean =>
  saysItIsDown(group, error) && (group.on !== undefined || isRepeatable || provesNothingDone(error));
