import * as z from "zod";
import { never } from "../job/job.ts";
import { must } from "./plain-faults.ts";

const aTime = "Unix time in seconds or milliseconds (0 or more), or an RFC 3339 string with an offset";
const tooLate = "later than the last time that there is (8.64e15)";

/**
 * Unix time in seconds or milliseconds, or RFC 3339 with an offset. The words are each part's too: where a value is of the kind
 * of one of them, zod asks that one. The letters of RFC 3339 may be small ones (5.6). The upper bound keeps out what neither a
 * Date nor DynamoDB can hold.
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

/** A number below this is seconds, otherwise milliseconds: it is March 1973 in the one and the year 5138 in the other. */
const secondsBelow = 1e11;

/** The farthest a job may be scheduled ahead. */
export const farthestAheadMs = 5 * 365.25 * 24 * 3_600_000;

/**
 * Epoch milliseconds of a time as callers write it: Unix seconds or milliseconds, or an RFC 3339 string with an offset
 * (validated before). Rounds up, since no job starts before its time.
 */
export const epochMs = (time: number | string): number =>
  typeof time === "string"
    ? Date.parse(time) + (/\.\d{3}\d*[1-9]/.test(time) ? 1 : 0)
    : Math.ceil(time < secondsBelow ? time * 1000 : time);

/** When a job that asks for `startAt` is due: 0 and times in the past mean now. */
export const dueAt = (startAt: number | string, now: number): number => Math.max(now, epochMs(startAt));
