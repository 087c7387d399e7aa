import * as z from "zod";
import { strict } from "../kernel/schema.ts";
import { Time } from "../kernel/start-time.ts";

/** For how long an incident is ignored. */
export const IgnoreRequest = strict({
  until: Time.optional().meta({
    description: "Until then, at most 5 years ahead: the first failure behind it is told. Default: without end.",
    examples: ["2030-01-31T12:00:00Z"],
  }),
  above_per_hour: z
    .int()
    .min(1)
    .max(1_000_000_000)
    .optional()
    .meta({
      description: "Until more than so many fail within an hour, 1 to 1,000,000,000. Default: however many.",
      examples: [100],
    }),
});
