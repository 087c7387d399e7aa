import { JobError } from "../../../core/job/job-error.ts";
import type { ExecuteWithServices } from "../../../core/operations/execution.ts";
import { usedSecrets } from "../../../core/operations/used-secrets.ts";

/** The codes by which a provider refuses credentials: some answer 403 for a key that they no longer know. */
const refusals = new Set(["UNAUTHORIZED", "FORBIDDEN"]);

const mayRepeat = ({ code, nothingDone }: JobError): boolean => refusals.has(code) && nothingDone;

/**
 * Innermost, so that each target of a group has its second try. Executes with the credentials that this Lambda has read, and once more if
 * they are refused and have been rotated since: a permanent failure would punish the job for the rotation. The second try gets what the
 * first one achieved as progress. Nothing follows a refusal that does not prove that nothing was done, such as that of a page to which an
 * accepted POST has led.
 */
export const withCurrentSecrets =
  (execute: ExecuteWithServices): ExecuteWithServices =>
  async (execution, services) => {
    const secrets = usedSecrets(execution.secrets);
    try {
      return await execute({ ...execution, secrets }, services);
    } catch (error) {
      if (!(error instanceof JobError) || !mayRepeat(error) || execution.signal.aborted) throw error;
      if (!(await secrets.haveChanged())) throw error;
      execution.signal.throwIfAborted();
      execution.log.info("credentials were refused and have been rotated; the job is executed with the new ones");
      return execute({ ...execution, progress: error.progress ?? execution.progress }, services);
    }
  };
