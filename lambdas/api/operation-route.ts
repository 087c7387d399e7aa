import type { HttpRequest, HttpResponse } from "../aws/http/route.ts";
import { auditCallerOf } from "../core/access/audit-entry.ts";
import { callerOf } from "../core/access/calling-actor.ts";
import { requireScope, type Verb } from "../core/access/scopes.ts";
import { type Operation, operationIdPattern, type Steering } from "../core/job/operation.ts";
import { operationChange } from "../core/operations/audited-fields.ts";
import { operationNotFound, steerOperation, verbOf } from "../core/operations/begin-operation.ts";
import { recordChange } from "../core/operations/record-change.ts";
import type { ApiServices } from "../core/operations/services.ts";
import { mayShow, operationView } from "../core/queries/operation-view.ts";
import { OperationSchema } from "../core/queries/schemas/operations.ts";
import { changeDocOf } from "./change-route.ts";
import { isDryRun } from "./dry-run.ts";
import { anOperation } from "./schemas/examples.ts";

/**
 * The operation that a path names. Throws OPERATION_NOT_FOUND, also where the key does not reach all of its envs, and FORBIDDEN where it
 * lacks the verb.
 */
export async function callersOperation(
  { operations }: Pick<ApiServices, "operations">,
  { params, scopes }: Pick<HttpRequest, "params" | "scopes">,
  verb: (operation: Operation) => Verb,
): Promise<Operation> {
  const { id = "" } = params;
  const operation = operationIdPattern.test(id) ? await operations.get(id) : undefined;
  if (!operation || !mayShow(scopes, operation)) throw operationNotFound();
  for (const env of operation.envs) requireScope(scopes, verb(operation), { product: operation.product, env });
  return operation;
}

/** Does to an operation what a request asks for, and returns what it is then. */
export async function changeOperation(
  services: ApiServices,
  request: HttpRequest,
  asked: Steering,
): Promise<HttpResponse> {
  const isDry = isDryRun(request.query);
  const { id } = await callersOperation(services, request, ({ action }) => verbOf(action));
  const operation = await steerOperation(services, id, asked, {
    isDry,
    onChanged: (before, after) =>
      recordChange(services, auditCallerOf(request), operationChange(services.catalog, asked.do, before, after)),
  });
  if (!isDry) services.log.info("an operation was steered", { operation: id, asked: asked.do, caller: request.caller });
  return { status: 200, body: operationView(operation, { ...services, scopes: request.scopes }) };
}

/** In whose name an operation goes on. */
export const continuing = (request: HttpRequest): Steering => ({ do: "continue", ...callerOf(request) });

/** What the document says of such a route. */
export const operationDoc = changeDocOf(
  {
    description: "The operation afterwards, or as it would be with `dry_run`.",
    schema: OperationSchema,
    example: anOperation,
  },
  ["INVALID_REQUEST", "OPERATION_NOT_FOUND", "STATE_CONFLICT", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"],
);
