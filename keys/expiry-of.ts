import * as z from "zod";
import { epochMs } from "../lambdas/core/kernel/start-time.ts";
import { KeysError } from "./keys-error.ts";

/** Checks the days of each month too: `Date.parse` reads the 31st of February as the 3rd of March. */
const Rfc3339 = z.iso.datetime({ offset: true });

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/**
 * When a key that is created `now` expires, in epoch milliseconds: `+90d` as in every other option of the command line, or `90d`, an
 * RFC 3339 time with an offset, also with a space as tables print it, or Unix time.
 */
export function expiryOf(text: string, now: number): number {
  const at = timeIn(text.trim(), now);
  if (Number.isNaN(at)) {
    throw new KeysError(`--expires ${text}: use 90d, 12h, or a valid time such as 2030-01-31T00:00:00Z.`);
  }
  if (at <= now) throw new KeysError(`--expires ${text} is in the past.`);
  return at;
}

function timeIn(text: string, now: number): number {
  const [, count, unit] = /^\+?(\d{1,5})([mhdw])$/.exec(text) ?? [];
  if (count !== undefined) return now + Number(count) * unitMs[unit as keyof typeof unitMs];
  // Shorter numbers are rather durations whose unit was forgotten.
  if (/^\d{10,16}$/.test(text)) return epochMs(Number(text));
  const time = text.replace(/^(\S{10}) (\S+) ?/, "$1T$2").toUpperCase();
  return Rfc3339.safeParse(time).success ? Date.parse(time) : Number.NaN;
}
