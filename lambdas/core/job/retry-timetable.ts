import type { RetryPolicy } from "./job.ts";
import { retryDelay } from "./retry.ts";

/** When an attempt may start, in milliseconds after the first one is due, if every attempt before it fails. */
export interface AttemptWindow {
  attempt: number;
  /** If every earlier attempt fails at once and the jitter is as small as possible. */
  earliest_ms: number;
  /** If every earlier attempt takes its whole timeout and the jitter is as large as possible, before any Retry-After. */
  latest_ms: number;
}

/** The windows of a run's attempts. */
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
