import * as z from "zod";
import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { strict } from "../../core/kernel/schema.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { decodeCursor, encodeCursor } from "../../core/queries/cursor.ts";
import { listNotChanged } from "../../core/queries/operation-view.ts";
import { NotChangedListSchema } from "../../core/queries/schemas/operations.ts";
import { callersOperation } from "../operation-route.ts";
import { Cursor, Limit, parseQuery } from "../parse-query.ts";

const Query = strict({ limit: Limit, cursor: Cursor.optional() });

/** Returns the jobs that an operation has not changed, and why. */
export async function handle(services: ApiServices, request: HttpRequest): Promise<HttpResponse> {
  const operation = await callersOperation(services, request, () => "jobs:read");
  const { limit, cursor } = parseQuery(Query, request.query);
  const list = { notChanged: operation.id };
  const turn = cursor === undefined ? undefined : decodeCursor(z.int().min(0), cursor, list);
  const { jobs, next } = await listNotChanged(services.operations, operation, { turn, limit });
  return { status: 200, body: { jobs, ...(next !== undefined && { next_cursor: encodeCursor(next, list) }) } };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "List the jobs that an operation has not changed",
  description:
    "Lists the jobs that an operation has found and not changed, each with the reason, those of the latest first. A page has all of the jobs that it has left in the same 5 s, so it may have more than `limit`, up to 1,000 more where the operation is fast.",
  query: Query,
  answers: { 200: { description: "A page of jobs.", schema: NotChangedListSchema } },
  errors: ["INVALID_REQUEST", "OPERATION_NOT_FOUND"],
});
