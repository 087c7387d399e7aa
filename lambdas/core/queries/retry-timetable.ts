import type * as z from "zod";
import type { RetryPolicy } from "../job/attempt.ts";
import { retryDelay } from "../job/retry.ts";
import type { AttemptWindowSchema } from "./schemas/explanation.ts";

/** When an attempt may start, in milliseconds after the first one is due, if every attempt before it fails. */
type AttemptWindow = z.infer<typeof AttemptWindowSchema>;

/**
 * The windows of a run's attempts. The earliest start assumes that each attempt fails at once and the jitter is the least, the
 * latest that each takes its whole timeout and the jitter is the most.
 */
export function retryTimetable(policy: RetryPolicy, retries: number, timeoutMs: number): AttemptWindow[] {
  const windows: AttemptWindow[] = [{ attempt: 1, earliest_ms: 0, latest_ms: 0 }];
  for (let attempt = 1; attempt <= retries; attempt++) {
    const { earliest_ms, latest_ms } = windows.at(-1) as AttemptWindow;
    windows.push({
      attempt: attempt + 1,
      earliest_ms: earliest_ms + retryDelay(policy, attempt, 0),
      latest_ms: latest_ms + timeoutMs + retryDelay(policy, attempt, 1),
    });
  }
  return windows;
}
