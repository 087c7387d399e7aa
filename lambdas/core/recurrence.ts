import { Cron } from "croner";
import type { Repeat } from "./job.ts";

const cronOf = ({ cron = "", tz }: Pick<Repeat, "cron" | "tz">): Cron =>
  new Cron(cron, { paused: true, mode: "5-or-6-parts", timezone: tz ?? "UTC" });

/** Why a cron expression (5 or 6 fields, the first of 6 being seconds) or a time zone cannot be used; undefined if it can. */
export function cronFault(cron: string, tz?: string): string | undefined {
  try {
    cronOf({ cron, ...(tz !== undefined && { tz }) });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, "") : "is not a cron expression";
  }
}

export function isTimeZone(tz: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: tz });
    return true;
  } catch {
    return false;
  }
}

/**
 * The first occurrence after `after`, within the series' end date. Computed from the pattern or the anchor, never from
 * when a run finished, so nothing drifts. Where clocks change croner's rules hold: an hour that is left out moves a time
 * of day in it to the hour's end (02:30 becomes 03:00), and one that comes twice has its time of day once.
 * https://croner.56k.guru/usage/basics/
 */
export function nextOccurrence(repeat: Repeat, after: number): number | undefined {
  const next = repeat.every === undefined ? nextByCron(repeat, after) : nextByInterval(repeat, repeat.every, after);
  return next !== undefined && next <= (repeat.end_date ?? Number.POSITIVE_INFINITY) ? next : undefined;
}

/** The first occurrence at or after `from`. */
export const firstOccurrence = (repeat: Repeat, from: number): number | undefined => nextOccurrence(repeat, from - 1);

const nextByCron = (repeat: Repeat, after: number): number | undefined =>
  cronOf(repeat).nextRun(new Date(after))?.getTime();

const nextByInterval = ({ anchor }: Repeat, every: number, after: number): number =>
  after < anchor ? anchor : anchor + (Math.floor((after - anchor) / every) + 1) * every;
