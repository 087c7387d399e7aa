import type { Limit, Rate } from "../catalog/limit.ts";
import { durationMs } from "../kernel/duration-ms.ts";

/** What a limit allows per key. */
export type LimitRule = Pick<Limit, "concurrency" | "rate">;

/** Numbers that replace those of the catalog until a time. Times are epoch milliseconds. */
export interface Pin {
  concurrency?: number;
  rate?: Rate;
  until: number;
  pinned_at: number;
  reason?: string;
}

/** Whether the numbers of a pin are such as this version has. Where a later one has others, those of the catalog hold. */
export function isPin(pin: unknown): pin is Pin {
  const { concurrency = 1, rate = { limit: 1, period: 1 }, until } = Object(pin) as Partial<Pin>;
  return [concurrency, rate.limit, durationMs(rate.period), until].every(Number.isFinite);
}

/** What a limit allows now: the numbers of a pin win, one by one, for as long as it lasts. */
export function ruleInForce({ concurrency, rate }: LimitRule, pin: Pin | undefined, now: number): LimitRule {
  const pinned = pin !== undefined && pin.until > now ? pin : undefined;
  const rule = { concurrency: pinned?.concurrency ?? concurrency, rate: pinned?.rate ?? rate };
  return {
    ...(rule.concurrency !== undefined && { concurrency: rule.concurrency }),
    ...(rule.rate !== undefined && { rate: rule.rate }),
  };
}
