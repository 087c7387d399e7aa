import { timeParts } from "../../ui/zone.ts";

const hour = 3_600_000;
const day = 24 * hour;

/** How far back the overview looks, and into how long parts it cuts that: each is drawn as one bar. */
export const windows = {
  "24h": { name: "24 hours", length: day, partHours: 1 },
  "7d": { name: "7 days", length: 7 * day, partHours: 6 },
  "30d": { name: "30 days", length: 30 * day, partHours: 24 },
} as const;
export type WindowId = keyof typeof windows;

/** Which bars have a label below: every fourth. */
export const labelEvery = 4;

/** The label below a bar: its hour, or its day. */
export function labelOf(at: number, zone: string, window: WindowId): string {
  const { date, time } = timeParts(at, zone, "minute");
  return window === "24h" ? time : date.slice(5);
}

/** The beginning of a bar in full: `2030-01-01 12:00 UTC`. */
export function momentOf(at: number, zone: string): string {
  const { date, time } = timeParts(at, zone, "minute");
  return `${date} ${time} ${timeParts(at, zone).zone}`;
}

interface Span {
  from: number;
  to: number;
}

/** The whole window, to the end of the current hour: statistics count whole hours. */
export function spanOf(id: WindowId, now: number): Span {
  const to = Math.ceil((now + 1) / hour) * hour;
  return { from: to - windows[id].length, to };
}
