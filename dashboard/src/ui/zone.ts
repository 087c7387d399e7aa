/** In which time zone times are shown: the viewer's, UTC, or the one of the job's series. */
export type ZoneChoice = "local" | "utc" | "job";

/** The IANA name of a choice. A job without a zone of its own is planned in UTC. */
export function zoneOf(choice: ZoneChoice, jobZone?: string): string {
  if (choice === "utc") return "UTC";
  return choice === "job" ? (jobZone ?? "UTC") : viewersZone;
}

/** Asked for once: it takes a tenth of a millisecond, and a list asks for each of its times. */
const viewersZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

export type Precision = "ms" | "second" | "minute";

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    hourCycle: "h23",
    timeZoneName: "short",
  });
  formats.set(zone, made);
  return made;
}

interface TimeParts {
  date: string;
  time: string;
  /** Such as `UTC`, `CET` or `GMT+2`. */
  zone: string;
}

/** A time in parts that line up in columns: `2026-11-26`, `03:09:51.123`, `CET`. Of one that JavaScript does not know, its number. */
export function timeParts(at: number, zone: string, precision: Precision = "second"): TimeParts {
  if (!isKnownTime(at)) return { date: "", time: iso(at), zone: "" };
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const { year, month, day, hour, minute, second, fractionalSecond, timeZoneName = zone } = parts;
  const clock = `${hour}:${minute}`;
  const seconds = precision === "minute" ? "" : `:${second}`;
  const fraction = precision === "ms" ? `.${fractionalSecond}` : "";
  return { date: `${year}-${month}-${day}`, time: clock + seconds + fraction, zone: timeZoneName };
}

/** The exact time in ISO 8601; times beyond what JavaScript knows as their number. */
export const iso = (at: number): string => (isKnownTime(at) ? new Date(at).toISOString() : String(at));

/** Whether JavaScript knows the time: it does not know numbers of more than 8.64e15, nor NaN. */
export const isKnownTime = (at: number): boolean => Math.abs(at) <= 8.64e15;
