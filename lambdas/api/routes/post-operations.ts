import * as z from "zod";
import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { auditCallerOf } from "../../core/access/audit-entry.ts";
import { callerOf } from "../../core/access/calling-actor.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { isOnlyCounting } from "../../core/job/operation.ts";
import { parseBody } from "../../core/kernel/parse-body.ts";
import { invalidRequest } from "../../core/kernel/request-error.ts";
import { requestLimits } from "../../core/kernel/request-limits.ts";
import { operationStart } from "../../core/operations/audited-fields.ts";
import { beginOperation, rehearseOperation } from "../../core/operations/begin-operation.ts";
import { recordChange } from "../../core/operations/record-change.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { operationView } from "../../core/queries/operation-view.ts";
import { OperationSchema } from "../../core/queries/schemas/operations.ts";
import { OperationRequest } from "../../core/requests/operation-request.ts";
import { idempotencyKeyFaults } from "../../core/requests/request.ts";
import { DryRunQuery, isDryRun } from "../dry-run.ts";
import { anOperation } from "../schemas/examples.ts";

const Key = z.string().min(1).max(requestLimits.idempotencyKey).optional();

/** Begins an operation. Answers 202 with it, or with `?dry_run=true` 200 with what it would be. */
export async function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  const { body, query, scopes, headers } = request;
  const isDry = isDryRun(query);
  const { action, filter } = (body ?? {}) as Record<string, unknown>;
  const { product_tag, env } = (filter ?? {}) as Record<string, unknown>;
  requireScope(scopes, action === "count" ? "jobs:read" : "jobs:write", { product: product_tag, env });
  const asked = parseBody(OperationRequest, body);
  const header = headers["idempotency-key"];
  const faults = idempotencyKeyFaults(asked, header);
  if (faults.length > 0) throw invalidRequest(faults);
  const key = asked.idempotency_key ?? header;
  const by = { scopes, caller: callerOf(request), key };
  if (isDry)
    return { status: 200, body: operationView(await rehearseOperation(services, asked, by), { ...services, scopes }) };
  const operation = await beginOperation(services, asked, by, async (begun) => {
    if (!isOnlyCounting(begun))
      await recordChange(services, auditCallerOf(request), operationStart(services.catalog, begun));
  });
  services.log.info("an operation begins", {
    operation: operation.id,
    action: operation.action,
    caller: request.caller,
  });
  return {
    status: 202,
    headers: { location: `/v1/operations/${operation.id}` },
    body: operationView(operation, { ...services, scopes }),
  };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Change many jobs",
  description:
    "Records an operation, which goes on by itself: it finds the jobs of the filter, and then changes each of them once, at its rate. The key needs `jobs:write` in all of its envs, as for a change of one job, and `jobs:read` for `count`; that is checked again while it goes on. `dry_run` in the body finds and counts the jobs and changes none; `?dry_run=true` only says whether the request is right. A product has at most 5 operations that are not over.",
  query: DryRunQuery,
  headers: z.object({ "Idempotency-Key": Key.describe("Has the same meaning as `idempotency_key` in the body.") }),
  body: {
    schema: OperationRequest,
    examples: {
      retry: {
        action: "retry",
        filter: { product_tag: "my-product", env: "prd", event: "create_order", from: "2030-01-31T00:00:00Z" },
        reason: "the provider is back",
        rate_per_second: 20,
        canary: { count: 10, for: "10m" },
      },
      cancel: {
        action: "cancel",
        filter: { product_tag: "my-product", env: "prd", label: "campaign-7" },
        reason: "the campaign is off",
        expect: 1200,
      },
      value: {
        action: "cancel",
        filter: { product_tag: "my-product", env: "prd", where: { order: "A-17" } },
        reason: "the order was withdrawn",
      },
    },
  },
  answers: {
    202: {
      description: "It is recorded.",
      schema: OperationSchema,
      headers: { Location: "The path of the operation." },
      example: anOperation,
    },
    200: { description: "What it would be, with `?dry_run=true`.", schema: OperationSchema },
  },
  errors: [
    "INVALID_REQUEST",
    "PRODUCT_NOT_FOUND",
    "ENV_NOT_FOUND",
    "STATE_CONFLICT",
    "IDEMPOTENCY_MISMATCH",
    "PAYLOAD_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "UNAVAILABLE",
  ],
});
