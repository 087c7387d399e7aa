import * as z from "zod";
import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { strict } from "../../core/kernel/schema.ts";
import type { Services } from "../../core/operations/services.ts";
import { inputShown } from "../../core/queries/input-view.ts";
import { JobInputSchema } from "../../core/queries/schemas/input.ts";
import { callersJob } from "../job-of.ts";
import { parseQuery } from "../parse-query.ts";
import { aJob } from "../schemas/examples.ts";

const Query = strict({
  as: z
    .literal("request")
    .optional()
    .describe(
      "Answers what a request for another job has to say so that its input means the same: a text of this one that looks like an expression has another dollar. Default: as the input is stored.",
    ),
});

/** Returns the input of a job, to keys that may see inputs. */
export async function handle(services: Services, request: HttpRequest): Promise<HttpResponse> {
  const job = await callersJob(services.jobs, request, "jobs:input");
  const { as } = parseQuery(Query, request.query);
  return { status: 200, body: await inputShown(services, job, as), about: job };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Get the input of a job",
  description: "Answers the input of a job, without the parts that its event hides (`redact` in the catalog).",
  query: Query,
  answers: {
    200: {
      description: "The input.",
      schema: JobInputSchema,
      example: {
        job_id: aJob.job_id,
        input: { params: { customer: "c-42" }, body: { sku: "A-1", card: "[redacted]" } },
        redacted: ["/body/card"],
      },
    },
  },
  errors: ["INVALID_REQUEST", "JOB_NOT_FOUND"],
});
