import type { JobSummary, JobType } from "../../../../sdk/src/job.ts";

/** Failures of one event with the same code and, but for ids and numbers, the same message. Times are epoch milliseconds. */
export interface ErrorGroup {
  fingerprint: string;
  event: string;
  type: JobType;
  code: string;
  provider_code?: string;
  message: string;
  count: number;
  first_at: number;
  last_at: number;
  sample_job_id: string;
}

const hour = 3_600_000;
export const windows = { "1h": hour, "24h": 24 * hour, "7d": 7 * 24 * hour, "31d": 31 * 24 * hour } as const;
export type Window = keyof typeof windows;
export const windowNames: readonly (readonly [Window, string])[] = [
  ["1h", "Hour"],
  ["24h", "Day"],
  ["7d", "Week"],
  ["31d", "Month"],
];

/** The window's start, on a whole minute, so that the address of the question stays the same for a while. */
export const windowStart = (window: string, now: number): number => {
  const length = windows[window as Window] ?? windows["24h"];
  return Math.floor((now - length) / 60_000) * 60_000;
};

/** The failed jobs that belong to a group; the filter of a bulk change knows the event and the time, and no codes. */
export const matching = (jobs: readonly JobSummary[], { code, provider_code }: ErrorGroup): JobSummary[] =>
  jobs.filter(({ error }) => error?.code === code && error.provider_code === provider_code);

/** The share of the largest group, for a bar beside its count: from 0 to 100. */
export const shareOf = (count: number, groups: readonly ErrorGroup[]): number =>
  Math.max(2, Math.round((100 * count) / Math.max(1, ...groups.map((group) => group.count))));
