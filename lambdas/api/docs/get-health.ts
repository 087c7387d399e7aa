import * as z from "zod";
import type { RouteDoc } from "../../aws/http/route-doc.ts";

export const doc = (): RouteDoc => ({
  tag: "service",
  summary: "Check that the API answers",
  answers: { 200: { description: "The API answers.", schema: z.object({ status: z.literal("ok") }) } },
  errors: [],
});
