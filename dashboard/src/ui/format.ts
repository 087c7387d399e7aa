const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A length of time, exact below a minute and with two units above: `7 ms`, `1.24 s`, `2 m 05 s`, `3 d 4 h`. */
export function duration(ms: number): string {
  const sign = ms < 0 ? "-" : "";
  const length = Math.abs(ms);
  if (length < second) return `${sign}${Math.round(length)} ms`;
  if (length < 10 * second) return `${sign}${(length / second).toFixed(2)} s`;
  if (length < minute) return `${sign}${(length / second).toFixed(1)} s`;
  if (length < hour) return sign + two(length, minute, "m", second, "s");
  if (length < day) return sign + two(length, hour, "h", minute, "m");
  return sign + two(length, day, "d", hour, "h");
}

/** A length of time as people estimate it: whole seconds, or as `duration` says it. */
export const roughly = (ms: number): string =>
  ms <= minute - second ? `${Math.ceil(ms / second)} s` : duration(Math.ceil(ms / second) * second);

function two(ms: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const whole = Math.round(ms / small);
  const perLarge = large / small;
  const rest = whole % perLarge;
  const head = `${Math.floor(whole / perLarge)} ${largeUnit}`;
  return rest === 0 ? head : `${head} ${String(rest).padStart(largeUnit === "m" ? 2 : 1, "0")} ${smallUnit}`;
}

/** All digits, for where a difference matters to the millisecond: `1,240 ms`, `-3 ms`. */
export const exactMs = (ms: number): string => `${count(Math.round(ms))} ms`;

/** With a sign: late is `+`, early is `-`. */
export const offset = (ms: number): string => (ms > 0 ? `+${duration(ms)}` : duration(ms));

export const count = (n: number): string => n.toLocaleString("en-US");

/** A share as percent, which says 100 % only where nothing is missing. */
export function percent(share: number): string {
  const value = share * 100;
  const rounded = value > 99.9 && value < 100 ? "99.9" : value.toFixed(value === 100 || value === 0 ? 0 : 1);
  return `${rounded} %`;
}

/** How far away a time is: `in 4 m`, `12 s ago`, `now`. */
export function relative(at: number, now: number): string {
  const away = at - now;
  const length = Math.abs(away);
  if (length < second) return "now";
  const [unit, name] =
    length < minute ? [second, "s"] : length < hour ? [minute, "m"] : length < 2 * day ? [hour, "h"] : [day, "d"];
  const text = `${count(Math.floor(length / unit))} ${name}`;
  return away > 0 ? `in ${text}` : `${text} ago`;
}

/** An id short enough for a cell: its beginning says when it was made, its end tells it from its neighbours. */
export const shortId = (id: string): string => (id.length <= 16 ? id : `${id.slice(0, 8)}…${id.slice(-6)}`);

export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;
