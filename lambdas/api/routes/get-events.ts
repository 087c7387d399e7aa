import * as z from "zod";
import type { HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";
import { lazy } from "../../core/kernel/lazy.ts";
import { eventsDocument } from "../events-document.ts";

const document = lazy(eventsDocument);
const headers = { "cache-control": "public, max-age=300" };

/** Returns the JSON Schema of the events on the bus, made by the first request for it. */
export async function handle(): Promise<HttpResponse> {
  return { status: 200, headers, body: document() };
}

export const doc = (): RouteDoc => ({
  tag: "service",
  summary: "Get the JSON Schema of the events on the EventBridge bus",
  answers: { 200: { description: "A JSON Schema (2020-12).", schema: z.looseObject({ $schema: z.string() }) } },
  errors: [],
});
