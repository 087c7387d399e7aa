import { resultsPrefix } from "../../topology.ts";
import type { Job, RunRecord, Stored } from "../job/job.ts";
import { inParallel } from "../kernel/in-parallel.ts";
import type { Answers } from "../ports/answers.ts";
import { type Changing, deleteJob } from "./change-job.ts";

const atOnce = 10;
const pageSize = 100;

interface Deleting extends Changing {
  answers: Answers;
}

/**
 * Deletes a finished job with its results and archived runs, and returns what it was. They go first: what fails in between leaves the job, and its caller
 * asks again. Once the job is gone they could not be found, and its id may belong to another job. `admit` throws for one that is to stay.
 */
export const deleteWithResults = (services: Deleting, id: string, admit: (job: Job) => void = () => {}): Promise<Job> =>
  deleteJob(services, id, async (job) => {
    admit(job);
    await removeResults(services, job);
  });

async function removeResults(services: Deleting, job: Job): Promise<void> {
  if (job.repeat || job.attempts.some(({ outcome }) => outcome === "failed")) await services.answers.remove(job.id);
  if (job.repeat) await removeRuns(services, job);
  await removeResult(services, job.id, job.result);
}

async function removeRuns(services: Changing, job: Job): Promise<void> {
  let after: number | undefined;
  do {
    const { runs, next } = await services.jobs.runs(job.id, { limit: pageSize, order: "asc" }, after);
    const own = runs.filter(({ created_at }) => created_at <= job.created_at);
    await inParallel(atOnce, own, (run) => removeRun(services, run));
    after = next;
  } while (after !== undefined);
}

async function removeRun(services: Changing, run: RunRecord): Promise<void> {
  await removeResult(services, run.job_id, run.result);
  await services.jobs.removeRun(run);
}

async function removeResult({ blobs }: Changing, id: string, result: Stored | undefined): Promise<void> {
  if (result && "blob" in result && result.blob.startsWith(`${resultsPrefix}${id}/`)) await blobs.remove(result.blob);
}
