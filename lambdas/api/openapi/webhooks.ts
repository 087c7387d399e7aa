import * as z from "zod";
import { jobEventDocs } from "../schemas/events.ts";
import type { Json, jsonSchemas } from "./json-schemas.ts";

const headers = {
  "webhook-id": "Names the event: the same for every attempt and every repetition.",
  "webhook-timestamp": "When the attempt was made, Unix seconds.",
  "webhook-signature":
    "`v1,` and a base64 HMAC-SHA256 of id, timestamp and body; two of them while a secret is replaced.",
};

/** What the endpoints of the catalog are sent (Standard Webhooks), by event. */
export const webhookOperations = (schemas: ReturnType<typeof jsonSchemas>): Json =>
  Object.fromEntries(
    Object.entries(jobEventDocs()).map(([type, { summary, detail }]) => {
      const payload = z.object({ type: z.literal(type), timestamp: z.iso.datetime(), data: detail });
      const operation = {
        operationId: `on${type.replace(/(^|\.)(\w)/g, (_match, _dot, letter: string) => letter.toUpperCase())}`,
        tags: ["jobs"],
        summary,
        security: [],
        parameters: Object.entries(headers).map(([name, description]) => ({
          name,
          in: "header",
          required: true,
          description,
          schema: { type: "string" },
        })),
        requestBody: { required: true, content: { "application/json": { schema: schemas.of(payload, "output") } } },
        responses: {
          "2XX": { description: "It has arrived." },
          "410": { description: "The endpoint wants no more: it is disabled." },
        },
      };
      return [type, { post: operation }];
    }),
  );
