import { hash } from "node:crypto";
import { dayMs } from "../kernel/duration-ms.ts";
import type { JobType } from "./job.ts";
import type { JobErrorCode } from "./job-error.ts";
import { normalisedMessage } from "./normalised-message.ts";

/** Failures of one cause: the same event, code, provider's code and normalised message. Times are epoch milliseconds. */
export interface FailureGroup {
  fingerprint: string;
  event: string;
  type: JobType;
  code: JobErrorCode;
  provider_code?: string;
  /** Normalised. */
  message: string;
  count: number;
  first_at: number;
  last_at: number;
  /** The job that failed last. */
  sample_job_id: string;
}

/** The failures of a group in one UTC day of a tenant. */
export interface DayFailures {
  product: string;
  env: string;
  /** The beginning of the day, epoch milliseconds. */
  day: number;
  group: FailureGroup;
}

export const utcDayOf = (time: number): number => Math.floor(time / dayMs) * dayMs;

/** How many groups a tenant has per day. What fails otherwise counts in one further group, so that no fault fills the table. */
export const groupsPerDay = 500;
export const otherFingerprint = "other";

/** The group for what has no other group. Its event, type and code are those of the job that failed last. */
export const otherOf = ({ provider_code: _, ...group }: FailureGroup): FailureGroup => ({
  ...group,
  fingerprint: otherFingerprint,
  message: "Other failures",
});

export interface Failed {
  job_id: string;
  event: string;
  type: JobType;
  at: number;
  code: JobErrorCode;
  provider_code?: string | undefined;
  message: string;
}

/** The group of one failure. */
export function failureGroupOf({ job_id, event, type, at, code, provider_code, message: given }: Failed): FailureGroup {
  const message = normalisedMessage(given);
  const cause = JSON.stringify([event, code, provider_code ?? null, message]);
  return {
    fingerprint: hash("sha256", cause, "hex").slice(0, 16),
    event,
    type,
    code,
    ...(provider_code !== undefined && { provider_code }),
    message,
    count: 1,
    first_at: at,
    last_at: at,
    sample_job_id: job_id,
  };
}

/** Two parts of one group. What differs is taken from the part whose last failure is the later one. */
export function mergedGroup(a: FailureGroup, b: FailureGroup): FailureGroup {
  const latest = b.last_at >= a.last_at ? b : a;
  return { ...latest, count: a.count + b.count, first_at: Math.min(a.first_at, b.first_at) };
}

/** Parts of groups, with those of one fingerprint made into one. */
export function mergedGroups(parts: Iterable<FailureGroup>): FailureGroup[] {
  const groups = new Map<string, FailureGroup>();
  for (const part of parts) {
    const before = groups.get(part.fingerprint);
    groups.set(part.fingerprint, before ? mergedGroup(before, part) : part);
  }
  return [...groups.values()];
}
