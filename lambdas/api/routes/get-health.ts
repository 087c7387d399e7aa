import * as z from "zod";
import type { HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";

/** Whether the API answers at all; asks nothing of AWS, so that a monitor costs next to nothing. */
export async function handle(): Promise<HttpResponse> {
  return { status: 200, body: { status: "ok" } };
}

export const doc = (): RouteDoc => ({
  tag: "service",
  summary: "Whether the API answers",
  answers: { 200: { description: "It does.", schema: z.object({ status: z.literal("ok") }) } },
  errors: [],
});
