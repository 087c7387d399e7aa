import { httpRoute } from "../../aws/http/http-api.ts";
import { deleteJob as removeJob } from "../../core/operations/change-job.ts";
import type { Services } from "../../core/operations/services.ts";
import { jobOf } from "../job-of.ts";

/** Deletes a finished job: 204. */
export const deleteJob = httpRoute<Services>(
  "DELETE",
  "/v1/jobs/{id}",
  async (services, request) => {
    const job = await jobOf(services.jobs, request, "jobs:write");
    await removeJob(services, job.id);
    return { status: 204, about: job };
  },
  {
    doc: () => ({
      id: "deleteJob",
      tag: "jobs",
      summary: "Delete a finished job",
      description: "Finished jobs go by themselves after the retention time; this is for those that should go at once.",
      scope: "jobs:write",
      answers: { 204: { description: "It is gone." } },
      errors: ["JOB_NOT_FOUND", "STATE_CONFLICT"],
    }),
  },
);
