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
  .describe(
    "The key, as plain text: requests of one product, env and event with the same key share a job. Default: what the event's expression yields for the input; without one, all requests of the event share one key.",
  );

const maxWait = Duration.optional().describe(
  `How long after the first request the job starts at the latest, however many follow: milliseconds, or text such as \`5m\`. Default: that of the event, else ${defaultMaxWaits} times the delay.`,
);

const onConflict = z
  .enum(conflictPolicies)
  .optional()
  .describe(
    "What happens while a job of the key has not ended. `skip`: that job is answered, and nothing is made. `replace`: it is cancelled if it waits, and a new one is made; while it runs, the request is refused. `cancel_running`: it is cancelled even if it runs. Default: that of the event, else `skip`.",
  );

/** In a request: makes requests that follow each other run once, after the last of them. */
export const DebounceRequest = strict({
  key: Key,
  delay: Duration.optional().describe(
    "How long after the last request of the key the job starts: milliseconds, or text such as `30s`. Default: that of the event; required if it has none.",
  ),
  max_wait: maxWait,
});

/** In a request: at most one job of a key is open, which is any job that has not ended. */
export const UniqueRequest = strict({ key: Key, on_conflict: onConflict });

const Expression = z.string().min(1).max(requestLimits.keyExpression).optional();

/** In the catalog. The key is an expression over `$Input`. */
export const EventDebounce = strict({ key: Expression, delay: Duration, max_wait: Duration.optional() });
export const EventUnique = strict({ key: Expression, on_conflict: onConflict });
