import { endOfDay, wallClock } from "../../kernel/zone.ts";
import type { Repeat } from "../job.ts";

/** The calendars of a product: by name, the days (`YYYY-MM-DD`) on which series that name the calendar do not run. */
export type Calendars = Readonly<Record<string, readonly string[]>>;

export const noCalendars: Calendars = {};

const datePattern = /^\d{4}-\d\d-\d\d$/;

/** Whether an entry of `except` is a date rather than the name of a calendar, which cannot begin with a digit. */
export const isDate = (entry: string): boolean => datePattern.test(entry);

/** Whether the calendar has such a day. */
export const dayExists = (day: string): boolean => isDate(day) && endOfDay(day, "UTC") !== undefined;

/** The day of a time in the time zone of a series. */
const dayOf = (at: number, tz: string): string => new Date(wallClock(at, tz)).toISOString().slice(0, 10);

/** The days on which a series does not run. A calendar that the catalog has lost excepts nothing. */
function exceptedDays({ except = [] }: Repeat, calendars: Calendars): Set<string> {
  const named = (name: string) => (Object.hasOwn(calendars, name) ? (calendars[name] ?? []) : []);
  return new Set(except.flatMap((entry) => (isDate(entry) ? [entry] : named(entry))));
}

/** The end of the day on which a time lies if the series does not run on that day, epoch milliseconds; otherwise undefined. */
export function exceptedUntil(repeat: Repeat, calendars: Calendars): (at: number) => number | undefined {
  if (repeat.except === undefined) return () => undefined;
  const days = exceptedDays(repeat, calendars);
  const { tz = "UTC" } = repeat;
  return (at) => {
    const day = dayOf(at, tz);
    return days.has(day) ? Math.max(at, endOfDay(day, tz) ?? at) : undefined;
  };
}
