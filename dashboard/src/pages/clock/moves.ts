/** What `GET` and `POST /local/clock` answer. Times are epoch milliseconds. */
export interface ClockState {
  now: number;
  offset_ms: number;
}

export interface Moved extends ClockState {
  reached?: boolean;
  /** Why the clock did not reach its target. */
  stopped?: string;
  hops?: number;
  /** How often each transition of a job happened on the way. */
  jobs?: Record<string, number>;
  next_at?: number;
}

/** What the clock is asked to do. */
export type Move = { advance: string } | { to: string | number } | { reset: true };

export const steps: readonly (readonly [advance: string, words: string])[] = [
  ["1m", "1 minute"],
  ["1h", "1 hour"],
  ["1d", "1 day"],
  ["7d", "7 days"],
  ["30d", "30 days"],
];

export const isDuration = (text: string): boolean => /^(\d+(\.\d+)?(ms|s|m|h|d|w))+$/.test(text.replaceAll(" ", ""));

const verbs: Record<string, string> = {
  scheduled: "scheduled",
  started: "started",
  retrying: "retried",
  completed: "completed",
  failed: "failed",
  cancelled: "cancelled",
  waiting: "waiting for a limit",
};

/** What happened on the way, in words: `2 started, 2 completed`. Nothing: `no job was due`. */
export function happened(jobs: Record<string, number> = {}): string {
  const parts = Object.entries(jobs)
    .filter(([name, count]) => count > 0 && name !== "scheduled")
    .map(([name, count]) => `${count.toLocaleString("en-US")} ${verbs[name] ?? name}`);
  return parts.length === 0 ? "no job was due" : parts.join(", ");
}
