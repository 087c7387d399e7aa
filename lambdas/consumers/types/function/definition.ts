import * as z from "zod";
import type { JobTypeDefinition } from "../../../core/catalog/job-type.ts";
import { lazy } from "../../../core/schema/lazy.ts";
import { required } from "../../../core/schema/plain-faults.ts";
import { strict } from "../../../core/schema/schema.ts";
import { Tag } from "../../../core/schema/tag.ts";

/** IFunctionRequest: what the function is called with. */
export const functionInput = lazy(() =>
  strict({ payload: z.unknown() }).refine((input) => input.payload !== undefined, {
    path: ["payload"],
    message: required,
  }),
);
export type FunctionInput = z.infer<ReturnType<typeof functionInput>>;

export const cloudFunction = {
  type: "function",
  summary: "Call a cloud function.",
  requestName: "IFunctionRequest",
  section: "functions",
  targetField: "function",
  input: functionInput,
  eventFields: () => ({ function: Tag }),
  defaults: { timeout_ms: 60_000, retries: 3 },
  limits: { max_timeout_ms: 840_000, memory_mb: 256 },
} as const satisfies JobTypeDefinition;
