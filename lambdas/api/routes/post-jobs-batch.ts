import * as z from "zod";
import { type HttpRequest, httpRoute } from "../../aws/http/http-api.ts";
import { type Problem, problemOf, requestErrorOf } from "../../aws/http/problem.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { traceOf } from "../../core/errors.ts";
import { type Scheduled, scheduleJobs } from "../../core/operations/schedule-jobs.ts";
import type { Services } from "../../core/operations/services.ts";
import { type Receipt, receiptOf } from "../../core/queries/view.ts";
import { type AcceptedRequest, parseRequest } from "../../core/requests/request.ts";
import { RequestError } from "../../core/requests/request-error.ts";
import { requestLimits } from "../../core/schema/request-limits.ts";
import { faultsOf, strict } from "../../core/schema/schema.ts";
import { largestAnswer } from "../../core/schema/sizes.ts";
import { requireJobScope } from "../require-job-scope.ts";
import { BatchRequestSchema, BatchResultSchema } from "../schemas/batch.ts";
import { aReceipt, exampleOf } from "../schemas/examples.ts";

/** Bytes of the answer that the faults of each job may have: half of it is for all else that is said of the jobs. */
const roomForFaults = (jobs: number): number => largestAnswer / 2 / jobs;

/** Each of the jobs is a request of its own: one that is not valid refuses itself and no other. */
const BatchRequest = strict({ jobs: z.array(z.unknown()).min(1).max(requestLimits.batch) });

interface Result {
  index: number;
  status: number;
  job?: Receipt;
  error?: Problem;
}

/** Schedules up to 100 jobs, each for itself: 200 with an outcome a job, in the order in which they were sent. */
export const postJobsBatch = httpRoute<Services>(
  "POST",
  "/v1/jobs/batch",
  async (services, request) => {
    requireScope(request.scopes, "jobs:write", {});
    const items = itemsOf(request);
    const outcomes: (Scheduled | undefined)[] = [];
    const accepted: { index: number; request: AcceptedRequest }[] = [];
    for (const [index, item] of items.entries()) {
      try {
        accepted.push({ index, request: accept(services, request, item) });
      } catch (error) {
        outcomes[index] = { error };
      }
    }
    const scheduled = await scheduleJobs(
      services,
      accepted.map((one) => one.request),
    );
    for (const [i, { index }] of accepted.entries()) outcomes[index] = scheduled[i];
    const results = items.map((_, index) =>
      resultOf(services, { index, of: items.length }, outcomes[index] as Scheduled),
    );
    const taken = results.filter(({ job }) => job !== undefined).length;
    return { status: 200, body: { results, accepted: taken, rejected: results.length - taken } };
  },
  {
    doc: () => ({
      id: "scheduleJobs",
      tag: "jobs",
      summary: "Schedule up to 100 jobs",
      description: "Each for itself: one that is refused refuses no other.",
      scope: "jobs:write",
      body: {
        schema: BatchRequestSchema(),
        examples: { two: { jobs: [exampleOf("action"), exampleOf("function")] } },
      },
      answers: {
        200: {
          description: "What became of each.",
          schema: BatchResultSchema(),
          example: { results: [{ index: 0, status: 202, job: aReceipt }], accepted: 1, rejected: 0 },
        },
      },
      errors: ["INVALID_REQUEST", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"],
    }),
  },
);

function itemsOf({ body, headers }: HttpRequest): unknown[] {
  if (headers["idempotency-key"] !== undefined) {
    // Taken for the whole batch it would promise what nobody keeps: the jobs are stored one by one.
    const detail = "names one job; give each job of a batch its own idempotency_key";
    throw invalid([{ pointer: "/headers/idempotency-key", detail }]);
  }
  const parsed = BatchRequest.safeParse(body);
  if (parsed.success) return parsed.data.jobs;
  throw invalid(faultsOf(parsed.error));
}

const invalid = (faults: RequestError["faults"]) =>
  new RequestError("INVALID_REQUEST", "The batch is not valid; nothing of it was scheduled.", { faults });

function accept({ catalog, clock }: Services, { id, scopes }: HttpRequest, item: unknown): AcceptedRequest {
  requireJobScope(scopes, item);
  return { ...parseRequest(item, catalog, clock.now()), request_id: id };
}

function resultOf({ clock, log }: Services, { index, of }: { index: number; of: number }, outcome: Scheduled): Result {
  if ("job" in outcome) return { index, status: 202, job: receiptOf(outcome.job, clock.now()) };
  const refused = requestErrorOf(outcome.error);
  if (!refused) log.error("a job of a batch failed", { index, ...traceOf(outcome.error) });
  const problem = problemOf(outcome.error, undefined, roomForFaults(of));
  const errors = problem.errors?.map(({ pointer, detail }) => ({ pointer: `/jobs/${index}${pointer}`, detail }));
  return { index, status: problem.status, error: { ...problem, ...(errors && { errors }) } };
}
