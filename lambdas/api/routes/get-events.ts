import * as z from "zod";
import { httpRoute } from "../../aws/http/http-api.ts";
import { lazy } from "../../core/schema/lazy.ts";
import { eventsDocument } from "../events-document.ts";

const document = lazy(eventsDocument);
const headers = { "cache-control": "public, max-age=300" };

/** The events on the bus as a JSON Schema, made when it is first asked for. */
export const getEvents = httpRoute("GET", "/events.json", async () => ({ status: 200, headers, body: document() }), {
  open: true,
  doc: () => ({
    id: "getEvents",
    tag: "service",
    summary: "The JSON Schema of every event on the EventBridge bus",
    answers: { 200: { description: "JSON Schema 2020-12.", schema: z.looseObject({ $schema: z.string() }) } },
    errors: [],
  }),
});
