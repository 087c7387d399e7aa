import * as z from "zod";
import { must } from "./plain-faults.ts";

/** The latest time of a Date, in epoch milliseconds. Paused jobs stand there, so never among those that are overdue. */
export const never = 8.64e15;

const aTime =
  "Unix time in seconds or milliseconds (0 or more), or an RFC 3339 string with an offset, such as 2030-01-31T09:00:00+01:00";
const tooLate = "is later than the latest possible time (8.64e15)";

/**
 * Unix time in seconds or milliseconds, or an RFC 3339 string with an offset. Each part repeats the message, since zod reports
 * the part whose type matches. RFC 3339 allows lower-case letters (5.6). The upper bound is the largest time of a Date.
 */
export const Time = z.union(
  [
    z.number().min(0, aTime).max(never, tooLate),
    z
      .string(aTime)
      .toUpperCase()
      .check(z.iso.datetime({ offset: true, error: aTime, abort: true })),
  ],
  must(aTime),
);

/**
 * The epoch milliseconds of Unix time in seconds or in milliseconds: 1e11 is the year 5138 in seconds, and March 1973 in
 * milliseconds, so that what is below it is seconds.
 */
export const ofUnixTime = (time: number): number => (Math.abs(time) < 1e11 ? time * 1000 : time);

/** How far ahead a job may be scheduled. */
export const farthestAheadMs = 5 * 365.25 * 24 * 3_600_000;

/**
 * The epoch milliseconds of a validated `Time`. Rounds up, since no job may start before its time.
 */
export const epochMs = (time: number | string): number =>
  typeof time === "string" ? Date.parse(time) + (/\.\d{3}\d*[1-9]/.test(time) ? 1 : 0) : Math.ceil(ofUnixTime(time));

/** When a job that asks for `startAt` is due: 0 and times in the past mean now. */
export const dueAt = (startAt: number | string, now: number): number => Math.max(now, epochMs(startAt));
