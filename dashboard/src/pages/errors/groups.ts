import { normalisedMessage } from "../../../../lambdas/core/job/normalised-message.ts";
import type { ErrorGroup, JobSummary } from "../../../../sdk/src/index.ts";

const day = 86_400_000;

/** Days that are counted, the present one included. Errors are counted per day in UTC. */
const windows = { "1d": 1, "7d": 7, "31d": 31 } as const;
type Window = keyof typeof windows;
export const windowNames: readonly (readonly [Window, string])[] = [
  ["1d", "Today"],
  ["7d", "7 days"],
  ["31d", "31 days"],
];

/** The start of the first day in UTC. */
export function windowStart(window: string, now: number): number {
  const days = windows[Object.hasOwn(windows, window) ? (window as Window) : "7d"];
  return (Math.floor(now / day) + 1 - days) * day;
}

/** Its failures have many causes: those of a day that had too many groups already. */
export const isMixed = ({ fingerprint }: ErrorGroup): boolean => fingerprint === "other";

/** The failed jobs that belong to a group: those of its event that failed for its cause. A filter of the API knows no causes. */
export const matching = (jobs: readonly JobSummary[], group: ErrorGroup): JobSummary[] =>
  jobs.filter(
    ({ event, error }) =>
      event === group.event &&
      error?.code === group.code &&
      error.provider_code === group.provider_code &&
      normalisedMessage(error.message) === group.message,
  );

/** The share of the largest group, for a bar beside its count: from 0 to 100. */
export const shareOf = (count: number, groups: readonly ErrorGroup[]): number =>
  Math.max(2, Math.round((100 * count) / Math.max(1, ...groups.map((group) => group.count))));
