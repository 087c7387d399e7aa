import * as z from "zod";
import type { HttpRequest, HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { requireScope } from "../../core/access/scopes.ts";
import { operationIdPattern } from "../../core/job/operation.ts";
import { requestLimits } from "../../core/kernel/request-limits.ts";
import { strict } from "../../core/kernel/schema.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import type { ListedOperation } from "../../core/ports/operations.ts";
import { decodeCursor, encodeCursor } from "../../core/queries/cursor.ts";
import { listOperations, operationView } from "../../core/queries/operation-view.ts";
import { OperationListSchema } from "../../core/queries/schemas/operations.ts";
import { Cursor, Limit, parseQuery } from "../parse-query.ts";

const Query = strict({
  product_tag: z.string().min(1).max(requestLimits.name),
  limit: Limit,
  cursor: Cursor.optional(),
});

const Position: z.ZodType<ListedOperation> = z.strictObject({
  id: z.string().regex(operationIdPattern),
  created_at: z.int().min(0),
});

/** Returns the operations of a product in pages, the latest first. */
export async function handle(
  { catalog, operations }: ApiServices,
  { query, scopes }: HttpRequest,
): Promise<HttpResponse> {
  requireScope(scopes, "jobs:read", { product: query.product_tag });
  const { product_tag, limit, cursor } = parseQuery(Query, query);
  catalog.product(product_tag, "/query/product_tag");
  const list = { operations: product_tag };
  const after = cursor === undefined ? undefined : decodeCursor(Position, cursor, list);
  const { operations: found, next } = await listOperations(operations, product_tag, { limit, after, scopes });
  return {
    status: 200,
    body: {
      operations: found.map((one) => operationView(one, { catalog, scopes })),
      ...(next && { next_cursor: encodeCursor(next, list) }),
    },
  };
}

export const doc = (): RouteDoc => ({
  tag: "jobs",
  summary: "List operations",
  description:
    "Lists the operations of a product, the latest first: those that go on, and those that ended in the last 90 days. A page may be short although more follow.",
  query: Query,
  answers: { 200: { description: "A page of operations.", schema: OperationListSchema } },
  errors: ["INVALID_REQUEST", "PRODUCT_NOT_FOUND"],
});
