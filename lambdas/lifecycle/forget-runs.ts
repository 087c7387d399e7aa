import type { JobChange } from "../aws/lambda/stream-handler.ts";
import { traceOf } from "../core/kernel/errors.ts";
import { inParallel } from "../core/kernel/in-parallel.ts";
import type { Forgetting } from "../core/operations/payload.ts";
import type { RunLogs } from "../core/ports/run-logs.ts";
import { runsPrefix } from "../topology.ts";

export interface ForgettingRuns extends Forgetting {
  runLogs: Pick<RunLogs, "remove">;
}

const atOnce = 10;

/**
 * Deletes what runs of code have left whose jobs are gone: their logs, and the values that these name. What AWS refuses stays behind and
 * costs its storage; this is logged and fails nothing.
 */
export async function forgetRuns(
  { runLogs, blobs, log }: ForgettingRuns,
  changes: readonly JobChange[],
): Promise<void> {
  for (const { before, after } of changes) {
    // A series that waits for its next run says of none that it was one of code.
    if (after || !before || (before.code_since === undefined && !(before.repeat && before.type === "feature")))
      continue;
    const { id: job_id, created_at } = before;
    try {
      const named = await runLogs.remove({ job_id, created_at });
      // Never anything else than a value of this job.
      const own = new Set(named.filter((key) => key.startsWith(`${runsPrefix}${job_id}/`)));
      await inParallel(atOnce, [...own], (key) => blobs.remove(key));
    } catch (error) {
      log.warn("the log of a run was not deleted with its job", { job_id, ...traceOf(error) });
    }
  }
}
