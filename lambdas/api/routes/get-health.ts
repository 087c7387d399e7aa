import * as z from "zod";
import type { HttpResponse } from "../../aws/http/route.ts";
import type { RouteDoc } from "../../aws/http/route-doc.ts";

/** Says that the API answers. It makes no call to AWS, so a monitor costs next to nothing. */
export async function handle(): Promise<HttpResponse> {
  return { status: 200, body: { status: "ok" } };
}

export const doc = (): RouteDoc => ({
  tag: "service",
  summary: "Check that the API answers",
  answers: { 200: { description: "The API answers.", schema: z.object({ status: z.literal("ok") }) } },
  errors: [],
});
