import type { JobError } from "../../../core/job/job-error.ts";

const busy: ReadonlySet<string> = new Set(["RATE_LIMITED", "SERVICE_UNAVAILABLE", "CONNECTION_ERROR"]);

/** Whether a team's code could not be asked just now, by the error of asking it. */
export const isBusy = ({ code }: Pick<JobError, "code">): boolean => busy.has(code);
