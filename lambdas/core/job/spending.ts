import { hourMs } from "../kernel/duration-ms.ts";
import { hourOf } from "./stats.ts";

/*
 * What the jobs of a product and env have used in a month of UTC, times list prices. Each hour is counted once it is over, so that it costs
 * the same however many jobs there are, and a process that dies has left out nothing: how far it was counted is in the same item.
 */

export interface Spending {
  /** Such as `2030-01`. */
  month: string;
  /** Up to when it is counted, epoch milliseconds: the end of an hour. */
  until: number;
  /** US dollars, altogether and of the dearest events. */
  usd: number;
  events: Readonly<Record<string, number>>;
}

/** What the jobs of an hour have used. */
export type HourCost = Pick<Spending, "usd" | "events">;

/** How long after its end an hour is counted: by then the index and the statistics have all that has ended in it. */
export const settleMs = 10 * 60_000;

/** Of how many events it is kept what they have used. A product with more of them loses the cheapest. */
const mostEvents = 100;

/** The month of a time, in UTC: `2026-12`. */
export const monthOf = (time: number): string => new Date(time).toISOString().slice(0, "YYYY-MM".length);
const startOfMonth = (time: number): number => Date.parse(`${monthOf(time)}-01T00:00:00Z`);

/**
 * The beginning of the hour that is counted next; undefined if all that are over were. The last hour of a month belongs to it, and is counted
 * in the next one. What is missing of earlier months is not looked for.
 */
export function hourToCount(spending: Spending | undefined, now: number): number | undefined {
  const end = hourOf(now - settleMs);
  const from = Math.max(spending?.until ?? Number.NEGATIVE_INFINITY, startOfMonth(end - 1));
  return from < end ? from : undefined;
}

/** What was used with one hour more, which begins a new month or is one of the same. */
export function withHour(spending: Spending | undefined, hour: number, cost: HourCost): Spending {
  const month = monthOf(hour);
  const before: HourCost = spending?.month === month ? spending : { usd: 0, events: {} };
  const events = new Map(Object.entries(before.events));
  for (const [event, usd] of Object.entries(cost.events)) events.set(event, (events.get(event) ?? 0) + usd);
  const dearest = [...events].sort(([, one], [, other]) => other - one).slice(0, mostEvents);
  // With the fields that a later version has added.
  return {
    ...spending,
    month,
    until: hour + hourMs,
    usd: before.usd + cost.usd,
    events: Object.fromEntries(dearest),
  };
}

/** How many US dollars may be used in a month, and the part of them that is told first. */
export interface Budget {
  usd: number;
  warnAt: number;
}

/** How many steps of a budget an amount has passed: the part that is told first, all of it, and each doubling. */
export function budgetSteps(usd: number, budget: Budget): number {
  if (usd < budget.usd * budget.warnAt) return 0;
  return usd < budget.usd ? 1 : 2 + Math.floor(Math.log2(usd / budget.usd));
}
