import * as z from "zod";
import type { Endpoint, Route } from "../../aws/http/route.ts";
import { lazy } from "../../core/kernel/lazy.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { openApiDocument } from "../openapi/document.ts";

/** The OpenAPI 3.1 document of these routes, made by the first request for it. */
export function getOpenApi(routes: () => readonly Route<ApiServices>[]): Endpoint<ApiServices> {
  const document = lazy(() => openApiDocument(routes()));
  const headers = { "cache-control": "public, max-age=300" };
  return {
    handle: async () => ({ status: 200, headers, body: document() }),
    doc: () => ({
      tag: "service",
      summary: "Get this OpenAPI document",
      answers: { 200: { description: "The OpenAPI 3.1 document.", schema: z.looseObject({ openapi: z.string() }) } },
      errors: [],
    }),
  };
}
