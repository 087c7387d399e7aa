import { ofUnixTime } from "../kernel/start-time.ts";

/** Strings of digits only are Unix time, unless they are a year or a day (`2030`, `20300131`). */
const unixTime = /^-?\d+(\.\d+)?$/;
const yearOrDay = /^(\d{4}|\d{8})$/;

/** Year, month, day, hours, minutes and seconds at the start of ISO 8601, with the separators and zeros that may be left out. */
const calendar =
  /^(\d{4})(?:[-/]?(\d{1,2})(?:[-/]?(\d{1,2})(?:[Tt\s]+(\d{1,2})(?::?(\d{1,2})(?::?(\d{1,2}))?)?)?)?)?(?!\d)/;

/** The same with a fraction and nothing after it, which is UTC. A string that names its zone is left to the runtime. */
const inUtc = /^(\d{4})[-/]?(\d{1,2})?[-/]?(\d{0,2})[Tt\s]*(\d{1,2})?:?(\d{1,2})?:?(\d{1,2})?[.:]?(\d+)?$/;

/**
 * The moment that a value means, in UTC: Unix time in seconds or milliseconds, as a number or a string, or a date as a string.
 * Undefined for anything else, and for a day or time that does not exist.
 */
export function dateOf(value: unknown): Date | undefined {
  const text = typeof value === "string" ? value.trim() : "";
  const number = unixTime.test(text) && !yearOrDay.test(text) ? Number(text) : value;
  if (typeof number === "number") return valid(new Date(ofUnixTime(number)));
  return text !== "" && exists(text) ? valid(parseDate(text)) : undefined;
}

function parseDate(text: string): Date {
  const [written, year, month, day, hours, minutes, seconds, fraction = ""] = inUtc.exec(text) ?? [];
  if (written === undefined) return new Date(hasOtherWords(text) ? Number.NaN : text);
  const date = dayOf(Number(year), Number(month ?? 1) - 1, Number(day || 1));
  date.setUTCHours(Number(hours ?? 0), Number(minutes ?? 0), Number(seconds ?? 0), Number(fraction.slice(0, 3)));
  return date;
}

/** Midnight of a day, whose month counts from 0. `Date.UTC` takes a year below 100 for one of the twentieth century. */
function dayOf(year: number, month: number, day: number): Date {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date;
}

/** The words of a date: of weekdays, months and zones, as in `Wed, 02 Jan 2030 07:28:00 GMT`. */
const dateWord =
  /^(t|z|am|pm|utc?|gmt|[ecmp][ds]t|(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?|jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?)$/i;

/** The runtime takes any text with a number for a date, as `Order 5` for the first of May 2001. It leaves out what is in parentheses. */
const hasOtherWords = (text: string): boolean =>
  (text.replace(/\([^()]*\)/g, "").match(/\p{L}+/gu) ?? []).some((word) => !dateWord.test(word));

const valid = (date: Date): Date | undefined => (Number.isNaN(date.getTime()) ? undefined : date);

function exists(text: string): boolean {
  const written = calendar.exec(text);
  if (!written) return true;
  const [year = 0, month = 1, day = 1, hours = 0, minutes = 0, seconds = 0] = written
    .slice(1)
    .map((part) => (part === undefined ? undefined : Number(part)));
  const daysInMonth = dayOf(year, month, 0).getUTCDate();
  const isDay = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth;
  return isDay && hours < 24 && minutes < 60 && seconds < 60;
}

const second = 1000;
/** Milliseconds of the units of `addTo` that are always as long. */
const lengths = { millisecond: 1, second, minute: 60 * second, hour: 3600 * second };
/** Days, or months, of those of the calendar, which have no fractions. */
const days = { day: 1, week: 7 };
const months = { month: 1, year: 12 };
const units = Object.keys({ ...lengths, ...days, ...months });

/** The moment an amount of a unit (or of its plural) after a date, or before it; a string says what is wrong with them. */
export function dateAfter(date: Date, amount: number, unit: string): Date | string {
  const known = units.find((one) => unit === one || unit === `${one}s`);
  if (!known) return `no unit of time (one of ${units.map((one) => `${one}s`).join(" ")})`;
  if (!(known in lengths) && !Number.isInteger(amount)) return `a fraction of ${known}s`;
  return valid(addUnits(date, amount, known)) ?? "an amount that leads to no date";
}

function addUnits(date: Date, amount: number, unit: string): Date {
  const to = new Date(date);
  if (isOwnKey(lengths, unit)) to.setTime(date.getTime() + amount * lengths[unit]);
  if (isOwnKey(days, unit)) to.setUTCDate(date.getUTCDate() + amount * days[unit]);
  if (isOwnKey(months, unit)) {
    to.setUTCMonth(date.getUTCMonth() + amount * months[unit], 1);
    // A shorter month has no 31st: its last day instead.
    to.setUTCDate(Math.min(date.getUTCDate(), lastDay(to)));
  }
  return to;
}

const isOwnKey = <Table extends object>(table: Table, key: PropertyKey): key is keyof Table =>
  Object.hasOwn(table, key);

function lastDay(date: Date): number {
  const last = new Date(date);
  last.setUTCMonth(date.getUTCMonth() + 1, 0);
  return last.getUTCDate();
}

const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;
const monthNames = "January February March April May June July August September October November December".split(" ");

const paddedDigits = (number: number, digits = 2): string => String(number).padStart(digits, "0");
const weekday = (date: Date): string => weekdays[date.getUTCDay()] ?? "";
const monthName = (date: Date): string => monthNames[date.getUTCMonth()] ?? "";
const ofTwelve = (date: Date): number => date.getUTCHours() % 12 || 12;
const meridiem = (date: Date): string => (date.getUTCHours() < 12 ? "AM" : "PM");

/** The tokens of day.js (https://day.js.org/docs/en/display/format). */
const tokens: Record<string, (date: Date) => string | number> = {
  YYYY: (date) => paddedDigits(date.getUTCFullYear(), 4),
  YY: (date) => String(date.getUTCFullYear()).slice(-2),
  MMMM: monthName,
  MMM: (date) => monthName(date).slice(0, 3),
  MM: (date) => paddedDigits(date.getUTCMonth() + 1),
  M: (date) => date.getUTCMonth() + 1,
  DD: (date) => paddedDigits(date.getUTCDate()),
  D: (date) => date.getUTCDate(),
  dddd: weekday,
  ddd: (date) => weekday(date).slice(0, 3),
  dd: (date) => weekday(date).slice(0, 2),
  d: (date) => date.getUTCDay(),
  HH: (date) => paddedDigits(date.getUTCHours()),
  H: (date) => date.getUTCHours(),
  hh: (date) => paddedDigits(ofTwelve(date)),
  h: ofTwelve,
  A: meridiem,
  a: (date) => meridiem(date).toLowerCase(),
  mm: (date) => paddedDigits(date.getUTCMinutes()),
  m: (date) => date.getUTCMinutes(),
  ss: (date) => paddedDigits(date.getUTCSeconds()),
  s: (date) => date.getUTCSeconds(),
  SSS: (date) => paddedDigits(date.getUTCMilliseconds(), 3),
  ZZ: () => "+0000",
  Z: () => "+00:00",
};

const token = new RegExp(`\\[([^\\]]+)\\]|${Object.keys(tokens).join("|")}`, "g");

/** A date in UTC by a pattern of tokens, with `[...]` around what is none; without a pattern in ISO 8601. */
export const formatted = (date: Date, pattern: string): string =>
  (pattern || "YYYY-MM-DDTHH:mm:ss[Z]").replace(token, (found, text) => text ?? String(tokens[found]?.(date)));
