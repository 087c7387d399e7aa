import { KeysError } from "./keys-error.ts";

const unitMs = { h: 3_600_000, d: 86_400_000 } as const;

/** When a key ends that is made `now`, epoch milliseconds: `90d`, `12h`, or an RFC 3339 time with an offset. */
export function expiryOf(text: string, now: number): number {
  const [, count, unit] = /^(\d{1,5})([hd])$/.exec(text) ?? [];
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/i.test(text);
  const at = count !== undefined ? now + Number(count) * unitMs[unit as "h" | "d"] : isTime ? Date.parse(text) : NaN;
  if (Number.isNaN(at)) throw new KeysError(`--expires ${text}: say 90d, 12h, or a time like 2030-01-31T00:00:00Z.`);
  if (at <= now) throw new KeysError(`--expires ${text} is over already.`);
  return at;
}
