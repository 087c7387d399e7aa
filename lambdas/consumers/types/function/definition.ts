import * as z from "zod";
import { strict } from "../../../core/kernel/schema.ts";
import { Tag } from "../../../core/kernel/tag.ts";
import { defineJobType } from "../define-job-type.ts";
import type { FunctionTarget } from "./target.ts";

export const functionInput = strict({
  payload: z
    .unknown()
    .optional()
    .meta({
      description:
        "The function's argument: any JSON value. Default: none, which null is not, for a function that takes nothing.",
      examples: [{ order: 12345 }],
    }),
});

export const cloudFunction = defineJobType<FunctionTarget>()({
  type: "function",
  summary: "Call a cloud function.",
  requestName: "IFunctionRequest",
  section: "functions",
  targetField: "function",
  input: functionInput,
  event: () => ({ function: Tag }),
  example: { event: "calculate_price", input: { payload: { sku: "A-1", quantity: 2 } } },
  defaults: { timeout_ms: 60_000, retries: 3 },
  limits: { max_timeout_ms: 840_000, memory_mb: 256 },
});
