import { ConflictError, NotFoundError } from "../../../../sdk/src/errors.ts";
import { eachAtOnce } from "../../api/each-at-once.ts";
import { plural } from "../../ui/format.ts";

/** How many requests are under way at once. */
const atOnce = 5;

export interface Retried {
  succeeded: number;
  /** Those that were retried already, ended otherwise, or were deleted. */
  changed: number;
  /** Those that may still be retried: the API has refused or not answered. */
  left: number;
  /** Why one of those was not. */
  error?: unknown;
}

/** Retries jobs one by one. One that is not retried does not stop the others. */
export async function retryEach(
  jobs: readonly { job_id: string }[],
  retry: (jobId: string) => Promise<unknown>,
): Promise<Retried> {
  const outcome: Retried = { succeeded: 0, changed: 0, left: 0 };
  await eachAtOnce(atOnce, jobs, async ({ job_id }) => {
    try {
      await retry(job_id);
      outcome.succeeded++;
    } catch (error) {
      if (error instanceof ConflictError || error instanceof NotFoundError) outcome.changed++;
      else Object.assign(outcome, { left: outcome.left + 1, error });
    }
  });
  return outcome;
}

/** `40 jobs retried, 3 had changed, 2 not retried`. */
export const retriedWords = ({ succeeded, changed, left }: Retried): string =>
  [
    `${plural(succeeded, "job")} retried`,
    ...(changed > 0 ? [`${changed} had changed`] : []),
    ...(left > 0 ? [`${left} not retried`] : []),
  ].join(", ");
