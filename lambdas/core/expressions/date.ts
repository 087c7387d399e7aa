import dayjs from "dayjs";
import utc from "dayjs/plugin/utc.js";

dayjs.extend(utc);

/** A number below this is seconds, otherwise milliseconds, as in a request. */
const secondsBelow = 1e11;

/** Strings of digits only are Unix time, unless they are a year or a day (`2030`, `20300131`). */
const unixTime = /^-?\d+(\.\d+)?$/;
const yearOrDay = /^(\d{4}|\d{8})$/;

/** Year, month, day, hours, minutes and seconds of ISO 8601, in every form that day.js takes. */
const calendar =
  /^(\d{4})(?:[-/]?(\d{1,2})(?:[-/]?(\d{1,2})(?:[Tt\s]+(\d{1,2})(?::?(\d{1,2})(?::?(\d{1,2}))?)?)?)?)?(?!\d)/;

/**
 * The moment that a value means, in UTC: Unix time in seconds or milliseconds, as a number or a string, or a date as a string.
 * Undefined for anything else, and for a day or time that does not exist, which day.js would shift to one that does.
 */
export function dateOf(value: unknown): dayjs.Dayjs | undefined {
  const text = typeof value === "string" ? value.trim() : "";
  const number = unixTime.test(text) && !yearOrDay.test(text) ? Number(text) : value;
  if (typeof number === "number") return valid(dayjs.utc(Math.abs(number) < secondsBelow ? number * 1000 : number));
  return text !== "" && exists(text) ? valid(dayjs.utc(text)) : undefined;
}

const valid = (date: dayjs.Dayjs): dayjs.Dayjs | undefined => (date.isValid() ? date : undefined);

function exists(text: string): boolean {
  const written = calendar.exec(text);
  if (!written) return true;
  const [year = 0, month = 1, day = 1, hours = 0, minutes = 0, seconds = 0] = written
    .slice(1)
    .map((part) => (part === undefined ? undefined : Number(part)));
  const daysInMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const isDay = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth;
  return isDay && hours < 24 && minutes < 60 && seconds < 60;
}

/** Units of `later`, each with its plural. Those of the calendar have no fractions. */
const units = ["millisecond", "second", "minute", "hour", "day", "week", "month", "year"] as const;
const ofCalendar = new Set<string>(["day", "week", "month", "year"]);

/** A date plus an amount of a unit, which may be negative; a string says what is wrong with them. */
export function later(date: dayjs.Dayjs, amount: number, unit: string): dayjs.Dayjs | string {
  const known = units.find((one) => unit === one || unit === `${one}s`);
  if (!known) return `no unit of time (one of ${units.map((one) => `${one}s`).join(" ")})`;
  if (ofCalendar.has(known) && !Number.isInteger(amount)) return `a fraction of ${known}s`;
  return valid(date.add(amount, known)) ?? "an amount that leads to no date";
}
