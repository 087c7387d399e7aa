import { type Precision, timeParts } from "../../ui/zone.ts";
import { filterOf, type ListFields, timeOf } from "./filters.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** The windows that one choice sets: back from now where they are negative, ahead where they are not. */
const lengths = {
  "last-15m": ["Last 15 minutes", -15 * minute],
  "last-1h": ["Last hour", -hour],
  "last-24h": ["Last 24 hours", -day],
  "last-7d": ["Last 7 days", -7 * day],
  "next-1h": ["Next hour", hour],
  "next-24h": ["Next 24 hours", day],
} as const;

export type WindowId = keyof typeof lengths;

const windows = Object.entries(lengths).map(([id, [name]]) => [id, name] as const);

export const isWindow = (id: string): id is WindowId => Object.hasOwn(lengths, id);

type Window = Pick<ListFields, "from" | "to">;

/**
 * The fields of a window that is chosen now. They are instants, so that a link shows the same to each reader, and whole minutes, so
 * that their words say all of them. What is still to come is left out of the past: a list that has such jobs ends now, and any other
 * takes in what comes. A window ahead is one of what is to come, unless statuses were chosen.
 */
export function windowOf(id: WindowId, now: number, fields: ListFields): Window & Partial<Pick<ListFields, "view">> {
  const length = lengths[id][1];
  const before = (at: number) => String(Math.floor(at / minute) * minute);
  const after = (at: number) => String(Math.ceil(at / minute) * minute);
  const ahead = { from: before(now), to: after(now + length) };
  if (length > 0) return fields.status === "" ? { ...ahead, view: "upcoming" } : ahead;
  const asked = [filterOf(fields).status ?? []].flat();
  const hasUpcoming = asked.length === 0 || asked.includes("scheduled");
  return { from: before(now + length), to: hasUpcoming ? after(now) : "" };
}

/** The window in force, in a zone: `Since 14:03 CET`, `14:03 – 15:03 CET`. Days other than today are named. Undefined without one. */
export function windowWords(window: Window, zone: string, now: number): string | undefined {
  const [from, to] = [timeOf(window.from), timeOf(window.to)];
  const today = timeParts(now, zone).date;
  const said = (at: number, known: string) => {
    const precision: Precision = at % minute === 0 ? "minute" : "second";
    const { date, time } = timeParts(at, zone, precision);
    return date === known ? time : `${date} ${time}`;
  };
  const zoneAt = (at: number) => timeParts(at, zone).zone;
  if (from === undefined) return to === undefined ? undefined : `Until ${said(to, today)} ${zoneAt(to)}`;
  if (to === undefined) return `Since ${said(from, today)} ${zoneAt(from)}`;
  return `${said(from, today)} – ${said(to, timeParts(from, zone).date)} ${zoneAt(to)}`;
}

/** The choices of windows, with the one in force first where there is one. */
export const windowChoices = (inForce: string | undefined): (readonly [value: string, shown: string])[] => [
  ...(inForce === undefined ? [] : [["in-force", inForce] as const]),
  ["", "Any time"],
  ...windows,
];
