import * as z from "zod";
import { httpRoute } from "../../aws/http/http-api.ts";

/** Whether the API answers at all; asks nothing of AWS, so that a monitor costs next to nothing. */
export const getHealth = httpRoute("GET", "/v1/health", async () => ({ status: 200, body: { status: "ok" } }), {
  open: true,
  doc: () => ({
    id: "getHealth",
    tag: "service",
    summary: "Whether the API answers",
    answers: { 200: { description: "It does.", schema: z.object({ status: z.literal("ok") }) } },
    errors: [],
  }),
});
