import * as z from "zod";
import { dayExists, isDate } from "../job/series.ts";
import { Tag } from "../kernel/tag.ts";

/** Calendars of a product, and days of a calendar. */
export const calendarLimits = { calendars: 50, days: 2000 } as const;

const Day = z.string().refine(dayExists, { error: "must be a day that exists, such as 2030-12-25" });
/** A name must not be mistaken for a date in `repeat.except`. */
const Name = Tag.refine((name) => !isDate(name), { error: "must not be a date" });

/** The days by calendar on which series that name the calendar do not run. */
export const Calendars = z
  .record(Name, z.array(Day).max(calendarLimits.days))
  .refine((calendars) => Object.keys(calendars).length <= calendarLimits.calendars, {
    error: `must be at most ${calendarLimits.calendars} calendars`,
  });
