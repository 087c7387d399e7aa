import * as z from "zod";
import { jobEventDocs } from "../schemas/events.ts";
import type { Json, jsonSchemas } from "./json-schemas.ts";

const headers = {
  "webhook-id": "The id of the event: the same for every attempt and every repetition.",
  "webhook-timestamp": "When the attempt was made, in Unix seconds.",
  "webhook-signature":
    "`v1,` and the base64 HMAC-SHA256 of id, timestamp and body. Two signatures, separated by a space, while a secret is being replaced.",
};

/** The webhooks that the endpoints of the catalog receive (Standard Webhooks), by event type. */
export const webhookOperations = (schemas: ReturnType<typeof jsonSchemas>): Json =>
  Object.fromEntries(
    Object.entries(jobEventDocs).map(([type, { summary, detail }]) => {
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
          "2XX": { description: "The event was received." },
          "410": { description: "The endpoint wants no more events, and is disabled." },
        },
      };
      return [type, { post: operation }];
    }),
  );
