import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { operationView } from "../../core/queries/operation-view.ts";
import { OperationSchema } from "../../core/queries/schemas/operations.ts";
import { callersOperation } from "../operation-route.ts";
import { anOperation } from "../schemas/examples.ts";

/** Returns an operation with what it has done so far. */
export async function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  const operation = await callersOperation(services, request, () => "jobs:read");
  return { status: 200, body: operationView(operation, { ...services, scopes: request.scopes }) };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "Get an operation",
  description: "Answers what an operation is to do, and how far it has come.",
  answers: { 200: { description: "The operation.", schema: OperationSchema, example: anOperation } },
  errors: ["OPERATION_NOT_FOUND"],
});
