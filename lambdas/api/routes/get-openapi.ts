import * as z from "zod";
import { type HttpRoute, httpRoute } from "../../aws/http/http-api.ts";
import type { ApiServices } from "../../core/operations/services.ts";
import { lazy } from "../../core/schema/lazy.ts";
import { openApiDocument } from "../openapi/document.ts";

/** This API as an OpenAPI 3.1 document, made when it is first asked for. */
export function getOpenApi(routes: () => readonly HttpRoute<ApiServices>[]): HttpRoute<ApiServices> {
  const document = lazy(() => openApiDocument(routes()));
  const headers = { "cache-control": "public, max-age=300" };
  return httpRoute<ApiServices>("GET", "/openapi.json", async () => ({ status: 200, headers, body: document() }), {
    open: true,
    doc: () => ({
      id: "getOpenApi",
      tag: "service",
      summary: "This document",
      answers: { 200: { description: "OpenAPI 3.1.", schema: z.looseObject({ openapi: z.string() }) } },
      errors: [],
    }),
  });
}
