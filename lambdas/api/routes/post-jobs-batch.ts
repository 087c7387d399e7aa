import * as z from "zod";
import { problemOf, requestErrorOf } from "../../aws/http/problem.ts";
import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { requireJobScope, requireScope } from "../../core/access/scopes.ts";
import { traceOf } from "../../core/kernel/errors.ts";
import { RequestError } from "../../core/kernel/request-error.ts";
import { requestLimits } from "../../core/kernel/request-limits.ts";
import { faultsOf, strict } from "../../core/kernel/schema.ts";
import { largestAnswer } from "../../core/kernel/sizes.ts";
import { admitRequest, type Scheduled, scheduleJobs } from "../../core/operations/schedule-requests.ts";
import type { SchedulingServices, Services } from "../../core/operations/services.ts";
import { receiptOf } from "../../core/queries/view.ts";
import type { AcceptedRequest } from "../../core/requests/request.ts";
import { BatchRequestSchema, BatchResultSchema } from "../schemas/batch.ts";
import { aReceipt, exampleOf } from "../schemas/examples.ts";
import { traceHeaders } from "../schemas/trace-headers.ts";

/** How many bytes the faults of each job may take: half of the answer is kept for everything else. */
const roomForFaults = (jobs: number): number => largestAnswer / 2 / jobs;

/** The jobs are checked one by one, so that an invalid one does not refuse the others. */
const BatchRequest = strict({ jobs: z.array(z.unknown()).min(1).max(requestLimits.batch) });

type Result = z.infer<typeof BatchResultSchema>["results"][number];

/** Schedules up to 100 jobs independently of each other. Answers 200 with one outcome per job, in the order of the request. */
export async function handle(services: SchedulingServices, request: HttpRequest): Promise<HttpResponse> {
  requireScope(request.scopes, "jobs:write", {});
  const items = batchItems(request);
  const outcomes: (Scheduled | undefined)[] = [];
  const accepted: { index: number; request: AcceptedRequest }[] = [];
  for (const [index, item] of items.entries()) {
    try {
      accepted.push({ index, request: await admitItem(services, request, item) });
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
    batchResultOf(services, { index, of: items.length }, outcomes[index] as Scheduled),
  );
  const taken = results.filter(({ job }) => job !== undefined).length;
  return { status: 200, body: { results, accepted: taken, rejected: results.length - taken } };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Schedule up to 100 jobs at once",
  description:
    "The jobs are independent: one that is refused does not affect the others. Give each job its own `idempotency_key`.",
  headers: z.object(traceHeaders()),
  body: {
    schema: BatchRequestSchema,
    examples: { two: { jobs: [exampleOf("action"), exampleOf("function")] } },
  },
  answers: {
    200: {
      description: "The outcome of each job.",
      schema: BatchResultSchema,
      example: { results: [{ index: 0, status: 202, job: aReceipt }], accepted: 1, rejected: 0 },
    },
  },
  errors: ["INVALID_REQUEST", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"],
});

function batchItems({ body, headers }: HttpRequest): unknown[] {
  if (headers["idempotency-key"] !== undefined) {
    // The jobs are stored one by one, so one key cannot stand for all of them.
    const detail = "identifies one job: give each job of a batch its own idempotency_key";
    throw invalidBatch([{ pointer: "/headers/idempotency-key", detail }]);
  }
  const parsed = BatchRequest.safeParse(body);
  if (parsed.success) return parsed.data.jobs;
  throw invalidBatch(faultsOf(parsed.error));
}

const invalidBatch = (faults: RequestError["faults"]) =>
  new RequestError("INVALID_REQUEST", "The batch is not valid: none of its jobs was scheduled.", { faults });

function admitItem(services: SchedulingServices, { scopes, kept }: HttpRequest, item: unknown) {
  requireJobScope(scopes, item);
  return admitRequest(services, item, { ...kept, at: services.clock.now() });
}

function batchResultOf(
  { clock, log }: Services,
  { index, of }: { index: number; of: number },
  outcome: Scheduled,
): Result {
  if ("job" in outcome) return { index, status: 202, job: receiptOf(outcome.job, clock.now(), outcome) };
  const refused = requestErrorOf(outcome.error);
  if (!refused) log.error("a job of a batch failed", { index, ...traceOf(outcome.error) });
  const problem = problemOf(outcome.error, undefined, roomForFaults(of));
  const errors = problem.errors?.map(({ pointer, detail }) => ({ pointer: `/jobs/${index}${pointer}`, detail }));
  return { index, status: problem.status, error: { ...problem, ...(errors && { errors }) } };
}
