import type { Limit, LimitPin } from "../../../../sdk/src/index.ts";

/** What a person types into the form of a pin. Empty numbers stay those of the catalog. */
export interface PinDraft {
  concurrency: string;
  starts: string;
  period: string;
  burst: string;
  hours: string;
  reason: string;
}

export const pinDraftOf = ({ concurrency, rate }: Limit): PinDraft => ({
  concurrency: concurrency === undefined ? "" : String(concurrency),
  starts: rate === undefined ? "" : String(rate.limit),
  period: rate === undefined ? "" : String(rate.period_ms / 1000),
  burst: rate === undefined ? "" : String(rate.burst),
  hours: "1",
  reason: "",
});

/** The pin that a form asks for at `now`, epoch milliseconds; undefined while it asks for nothing that could be one. */
export function pinOf(draft: PinDraft, now: number): LimitPin | undefined {
  const numbers = [draft.concurrency, draft.starts, draft.period, draft.burst, draft.hours].map(numberIn);
  const [concurrency, starts, period, burst, hours] = numbers;
  if (numbers.some(Number.isNaN) || !hours || (starts === undefined) !== (period === undefined)) return undefined;
  if (concurrency === undefined && starts === undefined) return undefined;
  const rate =
    starts === undefined || period === undefined
      ? undefined
      : { limit: starts, period: period * 1000, ...(burst !== undefined && { burst }) };
  return {
    until: now + Math.round(hours * 3_600_000),
    ...(concurrency !== undefined && { concurrency }),
    ...(rate && { rate }),
    ...(draft.reason.trim() !== "" && { reason: draft.reason.trim() }),
  };
}

/** NaN for what is no number. */
const numberIn = (text: string): number | undefined => (text.trim() === "" ? undefined : Number(text));
