import { eachAtOnce } from "../../api/each-at-once.ts";
import { runAction } from "../../api/run-action.ts";
import type { ActionId } from "../../job/actions.ts";

/** How many requests are under way at once. */
const width = 4;

export interface Outcome {
  succeeded: number;
  failures: { job_id: string; message: string }[];
}

/** Changes ticked jobs one by one. One that fails does not stop the others. */
export async function changeSelected(
  id: ActionId,
  jobIds: readonly string[],
  onProgress: (done: number) => void,
): Promise<Outcome> {
  const outcome: Outcome = { succeeded: 0, failures: [] };
  await eachAtOnce(width, jobIds, async (jobId) => {
    try {
      await runAction(id, jobId);
      outcome.succeeded++;
    } catch (error) {
      outcome.failures.push({ job_id: jobId, message: error instanceof Error ? error.message : String(error) });
    }
    onProgress(outcome.succeeded + outcome.failures.length);
  });
  return outcome;
}
