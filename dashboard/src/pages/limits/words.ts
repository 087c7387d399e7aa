import type { Limit, LimitGate, LimitRate, Pause } from "../../../../sdk/src/index.ts";
import { count, duration, plural } from "../../ui/format.ts";
import { heldWords } from "./pause-draft.ts";

/** Whether something is going on at a limit that may change at any moment. */
export const isBusy = ({ gates }: Limit): boolean => gates.some(({ in_use, waiting }) => in_use > 0 || waiting > 0);

const periods: Record<number, string> = { 1000: "second", 60000: "minute", 3600000: "hour", 86400000: "day" };

/** `100 starts per minute, up to 20 at once`. */
export const rateWords = ({ limit, period_ms, burst }: LimitRate): string =>
  `${plural(limit, "start")} per ${periods[period_ms] ?? duration(period_ms)}${burst > 1 ? `, up to ${count(burst)} at once` : ""}`;

/** `5 at a time, 100 starts per minute`. */
export const numberWords = ({ concurrency, rate }: Pick<Limit, "concurrency" | "rate">): string =>
  [concurrency !== undefined && `${count(concurrency)} at a time`, rate && rateWords(rate)].filter(Boolean).join(", ");

/** How many jobs wait at a gate; the API counts up to some number. */
export const waitingWords = ({ waiting, more_waiting }: LimitGate): string =>
  `${count(waiting)}${more_waiting ? "+" : ""}`;

/** The share of the slots that are held, for a bar: from 0 to 100. */
export const shareInUse = ({ in_use }: LimitGate, concurrency: number): number =>
  Math.min(100, Math.round((100 * in_use) / concurrency));

/** What a pause holds: `welcome in prd`, `key C-7 of customer in prd`, `every event in every env`. */
export const scopeWords = (pause: Pick<Pause, "event" | "env" | "limit" | "key">): string =>
  [heldWords(pause), pause.env === undefined ? "in every env" : `in ${pause.env}`].join(" ");
