import { JobError } from "../../core/job/job-error.ts";
import type { Decide } from "../../core/operations/execution.ts";
import { usedSecrets } from "../../core/operations/used-secrets.ts";

/** Codes of a provider that refuses the credentials; some say 403 of a key that they no longer know. */
const refusals = new Set(["UNAUTHORIZED", "FORBIDDEN"]);

/**
 * Executes with the credentials that this Lambda knows, and once more if they are refused and have been rotated since they
 * were read: a failure for good would be the rotation's fault and not the job's. What the first try achieved is the second
 * one's progress.
 */
export const withCurrentSecrets =
  (execute: Decide): Decide =>
  async (execution, services) => {
    const secrets = usedSecrets(execution.secrets);
    try {
      return await execute({ ...execution, secrets }, services);
    } catch (error) {
      if (!(error instanceof JobError) || !refusals.has(error.code) || execution.signal.aborted) throw error;
      if (!(await secrets.wereRotated())) throw error;
      execution.signal.throwIfAborted();
      execution.log.info("credentials were refused and have been rotated; the job is executed with the new ones");
      return execute({ ...execution, progress: error.progress ?? execution.progress }, services);
    }
  };
