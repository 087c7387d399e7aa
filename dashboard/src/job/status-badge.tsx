import type { JobSummary } from "../../../sdk/src/answers.ts";
import { StatusBadge } from "../ui/badge.tsx";
import { retryOf } from "./states.ts";

/** The status of a job, and for one that has failed already and waits for another attempt which one that is. */
export const JobStatusBadge = ({ job }: { job: Pick<JobSummary, "status" | "retrying"> }) => (
  <StatusBadge status={job.status} says={retryOf(job)} />
);
