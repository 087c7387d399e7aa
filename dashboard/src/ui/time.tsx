import { useNow } from "../api/clock.ts";
import { duration, exactMs, offset, relative } from "./format.ts";
import { iso, type Precision, timeParts } from "./zone.ts";
import { useZone } from "./zone-store.ts";

interface TimeProps {
  /** Epoch milliseconds; nothing is shown as a dash. */
  at: number | undefined;
  precision?: Precision;
  /** The zone of the job's series, for the zone switch. */
  jobZone?: string;
  /** Shows the date in a tone of its own, for columns. Default: true. */
  date?: boolean;
}

export const Dash = () => (
  <span class="dash" role="img" aria-label="none">
    –
  </span>
);

/** A time in the chosen zone, with the zone, and the exact one in ISO 8601 on hover. */
export function Time({ at, precision = "second", jobZone, date = true }: TimeProps) {
  const zone = useZone(jobZone);
  if (at === undefined) return <Dash />;
  const parts = timeParts(at, zone, precision);
  return (
    <time class="time" dateTime={iso(at)} title={iso(at)}>
      {date && <span class="time-date">{parts.date} </span>}
      <span class="time-clock">{parts.time}</span> <span class="time-zone">{parts.zone}</span>
    </time>
  );
}

/** How far away a time is, kept current: `in 4 m`, `12 s ago`. */
export function Ago({ at }: { at: number | undefined }) {
  const now = useNow(1_000);
  if (at === undefined) return <Dash />;
  return (
    <time class="ago" dateTime={iso(at)} title={iso(at)}>
      {relative(at, now)}
    </time>
  );
}

export const Duration = ({ ms }: { ms: number | undefined }) =>
  ms === undefined ? (
    <Dash />
  ) : (
    <span class="num" title={exactMs(ms)}>
      {duration(ms)}
    </span>
  );

const lateMs = 1_000;
const veryLateMs = 10_000;

interface LatenessProps {
  ms: number | undefined;
  /** The limits that the start had to pass: a wait for them is part of the time, and no lateness. */
  limits?: readonly string[];
  /** What is known to have held it, in words, and how late it was without that. */
  held?: { says: string | undefined; late_ms: number } | undefined;
}

/** How long after its time something started. What nothing held is late, and coloured from a second on. */
export function Lateness({ ms, limits = [], held }: LatenessProps) {
  if (ms === undefined) return <Dash />;
  const late = held ? held.late_ms : limits.length === 0 ? ms : 0;
  const title = held?.says
    ? `${exactMs(ms)}: ${held.says}, ${exactMs(held.late_ms)} late`
    : held || limits.length === 0
      ? exactMs(ms)
      : `${exactMs(ms)}, of which it may have waited for ${limits.join(", ")}`;
  return (
    <span class={`num ${late >= veryLateMs ? "very-late" : late >= lateMs ? "late" : ""}`} title={title}>
      {offset(ms)}
    </span>
  );
}
