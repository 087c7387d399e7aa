const hour = 3_600_000;
const day = 24 * hour;

/** How far back the overview looks, and into how many parts it cuts that: each is read and drawn as one bar. */
export const windows = {
  "24h": { name: "24 hours", length: day, part: hour },
  "7d": { name: "7 days", length: 7 * day, part: 6 * hour },
  "30d": { name: "30 days", length: 30 * day, part: day },
} as const;
export type WindowId = keyof typeof windows;

export interface Span {
  from: number;
  to: number;
}

/** The whole window, to the end of the current hour: statistics count whole hours. */
export function spanOf(id: WindowId, now: number): Span {
  const to = Math.ceil((now + 1) / hour) * hour;
  return { from: to - windows[id].length, to };
}

/** Its parts, oldest first. All but the last are over, so that each is read once. */
export function partsOf(id: WindowId, now: number): Span[] {
  const { from, to } = spanOf(id, now);
  const { part } = windows[id];
  return Array.from({ length: Math.round((to - from) / part) }, (_, i) => ({
    from: from + i * part,
    to: from + (i + 1) * part,
  }));
}

/** A round number above the largest value, for the axis. */
export function ceilingOf(values: readonly number[]): number {
  const most = Math.max(1, ...values);
  const power = 10 ** Math.floor(Math.log10(most));
  const found = [1, 2, 5, 10].find((factor) => factor * power >= most) ?? 10;
  return found * power;
}
