import type { Job, JobRun } from "../../../sdk/src/index.ts";
import { isFinished } from "../../../sdk/src/is-finished.ts";
import { ductape } from "../api/client.ts";
import { defineQuery } from "../api/define-query.ts";

const shown = 60;

/** The latest runs of a series, the latest first. */
export const runsOf = defineQuery("runs", (id: string) => ductape().jobs.runs(id, { limit: shown }).page());

/** Whether the runs are as new as their job: the run to come is among them, and is not finished. */
export const areOf = (runs: readonly JobRun[], job: Pick<Job, "run" | "status">): boolean =>
  runs.every((one) => isFinished(one) || (one.run === job.run && one.status === job.status));
