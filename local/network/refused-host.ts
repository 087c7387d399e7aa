import { JobError } from "../../lambdas/core/job/job-error.ts";

/** The failure of a job that would have called another machine. It is final: no retry can change it. */
export function refusedHost(host: string): JobError {
  const error = new JobError(
    "CONFIGURATION_ERROR",
    `${host} is not this machine, and the local system calls no other: give the address a local value in .env.local, or start with --allow-real.`,
    { nothingDone: true },
  );
  // Some clients write a code of their own onto the error of a connection.
  const { code } = error;
  return Object.defineProperty(error, "code", { get: () => code, set: () => {} });
}
