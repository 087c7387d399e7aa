import { localIso } from "../../../../../lambdas/core/kernel/zone.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const units = [
  [day, "d"],
  [hour, "h"],
  [minute, "min"],
  [second, "s"],
] as const;

/** `250 ms`, `2.5 s`, `3 min`, `1 h 20 min`, `12 d`. */
export function duration(ms: number): string {
  if (Math.abs(ms) < second) return `${Math.round(ms)} ms`;
  if (Math.abs(ms) < 10 * second) return `${Number((ms / second).toFixed(1))} s`;
  const rounded = Math.round(ms / second) * second;
  const at = units.findIndex(([size]) => rounded >= size);
  const [size, unit] = units[at] ?? units[3];
  const whole = Math.floor(rounded / size);
  const [smaller, name] = units[at + 1] ?? [0, ""];
  const rest = smaller > 0 && whole < 3 ? Math.floor((rounded % size) / smaller) : 0;
  return rest > 0 ? `${whole} ${unit} ${rest} ${name}` : `${whole} ${unit}`;
}

/** `in 5 min`, `3 h ago`, `now`. */
export function relative(at: number, now: number): string {
  const ahead = at - now;
  if (Math.abs(ahead) < second) return "now";
  return ahead > 0 ? `in ${duration(ahead)}` : `${duration(-ahead)} ago`;
}

export interface Zone {
  /** An IANA name. */
  timeZone?: string | undefined;
}

/** The zone of TZ if that is an IANA name, else the machine's. */
export function zoneOf(env: NodeJS.ProcessEnv): Zone {
  const timeZone = env.TZ?.replace(/^:/, "");
  try {
    if (timeZone) new Intl.DateTimeFormat("en", { timeZone });
    return timeZone ? { timeZone } : {};
  } catch {
    return {};
  }
}

const machinesZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** `2030-01-31 09:00:00 +01:00`: the local time with its offset, so that it can be pasted where a time is asked for. */
export function localTime(at: number, { timeZone = machinesZone }: Zone = {}): string {
  const iso = localIso(at, timeZone).replace("Z", "+00:00");
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} ${iso.slice(-6)}`;
}
