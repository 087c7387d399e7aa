import * as z from "zod";
import { KeysError } from "./keys-error.ts";

/** Checks the days of each month too: `Date.parse` reads the 31st of February as the 3rd of March. */
const Rfc3339 = z.iso.datetime({ offset: true });

const unitMs = { h: 3_600_000, d: 86_400_000 } as const;

/** When a key that is created `now` expires, in epoch milliseconds: `90d`, `12h`, or an RFC 3339 time with an offset. */
export function expiryOf(text: string, now: number): number {
  const [, count, unit] = /^(\d{1,5})([hd])$/.exec(text) ?? [];
  const isTime = Rfc3339.safeParse(text.toUpperCase()).success;
  const at = count !== undefined ? now + Number(count) * unitMs[unit as "h" | "d"] : isTime ? Date.parse(text) : NaN;
  if (Number.isNaN(at)) {
    throw new KeysError(`--expires ${text}: use 90d, 12h, or a valid time such as 2030-01-31T00:00:00Z.`);
  }
  if (at <= now) throw new KeysError(`--expires ${text} is in the past.`);
  return at;
}
