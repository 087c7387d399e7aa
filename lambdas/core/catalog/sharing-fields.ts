import * as z from "zod";
import { conflictPolicies } from "../job/shared-key.ts";
import { duration } from "../kernel/duration.ts";
import { longestDelayMs, requestLimits } from "../kernel/request-limits.ts";
import { notWellFormed, strict, wellFormed } from "../kernel/schema.ts";

/** How many delays a debounced job waits at most, unless `max_wait` says otherwise. */
export const defaultMaxWaits = 10;

const Duration = duration(requestLimits.leastDebounceMs, longestDelayMs);

const Key = z
  .string()
  .min(1)
  .max(requestLimits.sharedKey)
  .refine(wellFormed, notWellFormed)
  .optional()
  .meta({
    description:
      "Requests of one product, env and event with the same key are alike; plain text of 1 to 255 characters. Default: what the event's expression yields for the input, else one key for all requests of the event.",
    examples: ["user-42"],
  });

const maxWait = Duration.optional().meta({
  description: `How long after the first request it starts at the latest, in the same form. Default: that of the event, else ${defaultMaxWaits} times the delay.`,
  examples: ["5m"],
});

const onConflict = z
  .enum(conflictPolicies)
  .optional()
  .meta({
    description:
      "What happens while a job of the key is open. `skip`: the receipt is that of the open job (`skipped`), and nothing is made. `replace`: a job that waits is cancelled, and a new one is made; while it runs, the request is refused. `cancel_running`: it is cancelled even if it runs. Default: that of the event, else `skip`.",
    examples: ["replace"],
  });

export const DebounceRequest = strict({
  key: Key,
  delay: Duration.optional().meta({
    description:
      "How long after the last request the job starts: milliseconds from 1000, or text with a unit (ms, s, m, h, d). Default: that of the event; required if it has none.",
    examples: ["30s"],
  }),
  max_wait: maxWait,
}).describe("How requests that follow each other become one job. Omitted fields come from the event.");

export const UniqueRequest = strict({ key: Key, on_conflict: onConflict }).describe(
  "Which jobs are alike, so that only one of them is open. Omitted fields come from the event.",
);

const Expression = z.string().min(1).max(requestLimits.keyExpression).optional();

/** In the catalog. The key is an expression over `$Input`. */
export const EventDebounce = strict({ key: Expression, delay: Duration, max_wait: Duration.optional() });
export const EventUnique = strict({ key: Expression, on_conflict: onConflict });
