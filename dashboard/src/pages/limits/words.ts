import type { Limit, LimitGate, LimitRate, Pause } from "../../../../sdk/src/index.ts";
import { count, duration, plural } from "../../ui/format.ts";
import { heldWords } from "./pause-draft.ts";

/** Whether something is going on at a limit that may change at any moment. */
export const isBusy = ({ gates }: Limit): boolean => gates.some(({ in_use, waiting }) => in_use > 0 || waiting > 0);

const periods: Record<number, string> = { 1000: "second", 60000: "minute", 3600000: "hour", 86400000: "day" };

/** `100 starts per minute, up to 20 at once`. */
const rateWords = ({ limit, period_ms, burst }: LimitRate): string =>
  `${plural(limit, "start")} per ${periods[period_ms] ?? duration(period_ms)}${burst > 1 ? `, up to ${count(burst)} at once` : ""}`;

/** `5 at a time, 100 starts per minute`. */
export const numberWords = ({ concurrency, rate }: Pick<Limit, "concurrency" | "rate">): string =>
  [concurrency !== undefined && `${count(concurrency)} at a time`, rate && rateWords(rate)].filter(Boolean).join(", ");

/** How many jobs wait at a gate: `12`, `about 7,200` for a line that was counted up to a minute ago, `1,000+` before that. */
export function waitingWords({ waiting, more_waiting, estimated }: LimitGate): string {
  if (!more_waiting) return count(waiting);
  return estimated ? `about ${count(estimated.length)}` : `${count(waiting)}+`;
}

/** Whether something of what is shown is an estimate. */
export const hasEstimates = ({ gates }: Limit): boolean => gates.some(({ estimated }) => estimated !== undefined);

/** How long after everybody follows a pin the lines do too, in milliseconds. */
const linesFollowMs = 60_000;

/** When everything follows the numbers that were pinned, epoch milliseconds. */
export const linesFollowAt = (inForceAt: number): number => inForceAt + linesFollowMs;

/** Whether a change of the numbers may not have reached everything yet at `now`, epoch milliseconds. */
export const isSettling = ({ in_force_at }: Limit, now: number): boolean =>
  in_force_at !== undefined && now < linesFollowAt(in_force_at);

/** How many attempts are at work beyond a limit that was lowered: `3 more until they end`. */
export const overWords = ({ in_use }: LimitGate, concurrency: number): string | undefined =>
  in_use > concurrency ? `${count(in_use - concurrency)} more until they end` : undefined;

/** The share of the slots that are held, for a bar: from 0 to 100. */
export const shareInUse = ({ in_use }: LimitGate, concurrency: number): number =>
  Math.min(100, Math.round((100 * in_use) / concurrency));

/** What a pause holds: `welcome in prd`, `key C-7 of customer in prd`, `every event in every env`. */
export const scopeWords = (pause: Pick<Pause, "event" | "env" | "limit" | "key">): string =>
  [heldWords(pause), pause.env === undefined ? "in every env" : `in ${pause.env}`].join(" ");
