import type { Forecast, ForecastLimit } from "../../../../sdk/src/index.ts";
import { count, duration, plural } from "../../ui/format.ts";
import { numberWords } from "../limits/words.ts";

interface EventTotal {
  event: string;
  count: number;
  /** The start of the hour in which most of it is due, epoch milliseconds. */
  most_at: number;
}

/** How often each event is due in all hours, the most first. */
export function eventTotals({ hours }: Pick<Forecast, "hours">): EventTotal[] {
  const totals = new Map<string, EventTotal & { most: number }>();
  for (const { at, events } of hours)
    for (const { event, count: due } of events) {
      const known = totals.get(event) ?? { event, count: 0, most_at: at, most: 0 };
      const most = due > known.most ? { most: due, most_at: at } : {};
      totals.set(event, { ...known, ...most, count: known.count + due });
    }
  return [...totals.values()]
    .sort((a, b) => b.count - a.count || a.event.localeCompare(b.event))
    .map(({ most: _, ...total }) => total);
}

/** Whether the hours name fewer starts by event than they count. */
export const hasMoreEvents = ({ hours }: Pick<Forecast, "hours">): boolean =>
  hours.some(({ more_events }) => more_events !== undefined);

/** Whether so many hours are of several days, so that a time needs its date. */
export const isLong = (hours: number): boolean => hours > 24;

/** `24 hours`, `7 days`. */
export const spanWords = (hours: number): string =>
  isLong(hours) && hours % 24 === 0 ? plural(hours / 24, "day") : plural(hours, "hour");

/** What happens at a limit: `nobody waits`, `889 wait, at most 1 m 29 s`. */
export const waitWords = ({ waits, longest_wait_ms }: Pick<ForecastLimit, "waits" | "longest_wait_ms">): string =>
  waits === 0 ? "nobody waits" : `${plural(waits, "waits", "wait")}, at most ${duration(longest_wait_ms)}`;

/** The numbers at which nobody would wait. Empty where nobody waits, or where no number would do. */
export const noWaitWords = ({ no_wait }: Pick<ForecastLimit, "no_wait">): string =>
  no_wait ? numberWords(no_wait) : "";

/** What the forecast leaves out, and what to do about it. Undefined if it is complete. */
export function gapWords({ is_complete, examined, more_overdue }: Forecast, upTo: string): string | undefined {
  if (is_complete) return undefined;
  const overdue = more_overdue ? " More is due already than was read." : "";
  return `Only ${count(examined)} jobs were read: nothing that is due after ${upTo} is shown.${overdue} Fewer hours, or one product and env, need fewer.`;
}
