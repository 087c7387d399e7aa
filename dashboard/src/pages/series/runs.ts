import type { JobStatus, Series } from "../../../../sdk/src/index.ts";
import { duration, plural } from "../../ui/format.ts";

type LastRun = Series["last_runs"][number];

interface Bar {
  run: number;
  status: JobStatus;
  /** From 0 to 1; the longest run has 1. A run without a duration has the least. */
  height: number;
  words: string;
}

const least = 0.14;

/** The last runs as bars, the oldest first: as tall as they took long. */
export function barsOf(runs: readonly LastRun[]): Bar[] {
  const longest = Math.max(1, ...runs.map(({ duration_ms = 0 }) => duration_ms));
  return [...runs].reverse().map(({ run, status, duration_ms, lateness_ms }) => ({
    run,
    status,
    height: Math.max(least, (duration_ms ?? 0) / longest),
    words: [
      `run ${run} ${status}`,
      duration_ms !== undefined && `in ${duration(duration_ms)}`,
      lateness_ms !== undefined && `${duration(lateness_ms)} late`,
    ]
      .filter(Boolean)
      .join(", "),
  }));
}

/** For who cannot see the bars: `30 runs: 28 completed, 2 failed`. */
export function saidOf(runs: readonly LastRun[]): string {
  const counts = new Map<string, number>();
  for (const { status } of runs) counts.set(status, (counts.get(status) ?? 0) + 1);
  const parts = [...counts].map(([status, count]) => `${count} ${status}`);
  return runs.length === 0 ? "No run yet" : `${plural(runs.length, "run")}: ${parts.join(", ")}`;
}

/** `Every 5 s`. Cron is said by cronstrue instead. */
export const everyWords = (ms: number): string =>
  `Every ${ms < 60_000 && ms % 1_000 === 0 ? `${ms / 1_000} s` : duration(ms)}`;

const drifts: Record<NonNullable<Series["drift"]>[number], string> = {
  paused: "it was paused",
  rescheduled: "it was rescheduled",
  ended: "it was ended",
  outdated: "the catalog has changed it, which has not been followed yet",
  removed: "the catalog no longer has it, which has not been followed yet",
};

/** How a series that the catalog asks for differs from what it asks for. */
export const driftWords = (drift: NonNullable<Series["drift"]>): string =>
  `It differs from the catalog: ${drift.map((one) => drifts[one]).join(", ")}. The next deployment that changes the catalog puts it back.`;
