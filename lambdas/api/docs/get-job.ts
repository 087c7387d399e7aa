import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { JobSchema } from "../../core/queries/schemas/job.ts";
import { aJob } from "../schemas/examples.ts";
import { PreferHeader, WaitQuery } from "../wait-of.ts";

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Get a job, or wait for it to finish",
  description: "Answers the job with its attempts and its result or error. The input is never part of the answer.",
  query: WaitQuery,
  headers: PreferHeader,
  answers: {
    200: {
      description: "The job in its current state.",
      schema: JobSchema(),
      headers: { "Preference-Applied": "The wait that was applied (RFC 7240)." },
      example: aJob,
    },
  },
  errors: ["INVALID_REQUEST", "JOB_NOT_FOUND"],
});
