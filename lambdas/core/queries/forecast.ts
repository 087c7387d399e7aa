import type * as z from "zod";
import { furtherQuartersFor, isHot, minuteMs, minuteOf, quarterOf } from "../job/due-time.ts";
import { quarterHourMs } from "../job/route.ts";
import { hourOf } from "../job/stats.ts";
import { defined } from "../kernel/defined.ts";
import { hourMs } from "../kernel/duration-ms.ts";
import type { GateName } from "../limits/gate.ts";
import type { Arrival } from "../limits/gcra.ts";
import type { LimitRule } from "../limits/limit-rule.ts";
import { type Comer, isInLine, noWaitOf, startsAt, waitsOf } from "./forecast-line.ts";
import type { JobPlan } from "./forecast-plan.ts";
import { numbersView } from "./limit-view.ts";
import type { ForecastLimitSchema, ForecastSchema } from "./schemas/forecast.ts";

export type ForecastView = z.infer<typeof ForecastSchema>;
type LimitForecast = z.infer<typeof ForecastLimitSchema>;
type HotMinutes = ForecastView["hot_minutes"];

/** The most limits, each key by itself, that an answer has. */
export const mostGates = 50;

/** The most events that an hour has. */
export const mostEvents = 50;

/** What is known of the next hours. Times are epoch milliseconds. */
export interface Known {
  now: number;
  /** Up to when everything was planned. */
  coversUntil: number;
  plans: readonly JobPlan[];
  /** What a gate allows now; undefined for a limit that has left the catalog. */
  ruleOf(gate: GateName): LimitRule | undefined;
  /** When the next starts of rates are, by `gateKey`; those that nothing is known of are free. */
  arrivals?: ReadonlyMap<string, Arrival>;
  /** How many jobs stand in line, by `gateKey`, where more do than were read. */
  lines?: ReadonlyMap<string, number>;
  /** How long attempts take, in milliseconds, by `eventKey`. */
  durations?: ReadonlyMap<string, number>;
  /** Only the lines of this limit. */
  limit?: string | undefined;
}

export const gateKey = ({ product, env, limit, key }: GateName): string => JSON.stringify([product, env, limit, key]);
export const eventKey = ({ product, env, event }: Pick<JobPlan, "product" | "env" | "event">): string =>
  JSON.stringify([product, env, event]);

/** What is due in each hour. */
export function hoursOf({ now, coversUntil, plans }: Known): Pick<ForecastView, "hours" | "counted"> {
  const from = hourOf(now);
  const hours = Array.from({ length: Math.ceil((coversUntil - from) / hourMs) }, () => new Map<string, number>());
  let counted = 0;
  for (const plan of plans) {
    for (const { at } of plan.starts) {
      if (at >= coversUntil) continue;
      const hour = hours[Math.floor((at - from) / hourMs)];
      hour?.set(eventKey(plan), (hour.get(eventKey(plan)) ?? 0) + 1);
      counted++;
    }
  }
  return {
    counted,
    hours: hours.map((events, i) => hourView(from + i * hourMs, events)),
  };
}

function hourView(at: number, events: ReadonlyMap<string, number>): ForecastView["hours"][number] {
  const sorted = [...events].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const more = sorted.length - mostEvents;
  return {
    at,
    count: sorted.reduce((sum, [, count]) => sum + count, 0),
    events: sorted.slice(0, mostEvents).map(([name, count]) => {
      const [product_tag = "", env = "", event = ""] = JSON.parse(name) as string[];
      return { product_tag, env, event, count };
    }),
    ...(more > 0 && { more_events: more }),
  };
}

/**
 * The minutes with more starts of a tenant than EventBridge Scheduler starts in a minute. Runs of a series are planned one by one, so only
 * this knows of them; the counters know of what is due beyond what was read.
 */
export function hotMinutesIn({ plans, coversUntil }: Known, counted: HotMinutes, startsPerSecond: number): HotMinutes {
  const tenants = new Map<string, Map<number, number>>();
  const quarters = new Map<number, number>();
  for (const { product, env, starts } of plans) {
    const tenant = JSON.stringify([product, env]);
    const minutes = tenants.get(tenant) ?? new Map<number, number>();
    tenants.set(tenant, minutes);
    for (const { at, isScheduled } of starts) {
      if (!isScheduled || at >= coversUntil) continue;
      minutes.set(minuteOf(at), (minutes.get(minuteOf(at)) ?? 0) + 1);
      quarters.set(quarterOf(at), (quarters.get(quarterOf(at)) ?? 0) + 1);
    }
  }
  const found = new Map(counted.map((one) => [JSON.stringify([one.product_tag, one.env, one.at]), one]));
  for (const [tenant, minutes] of tenants) {
    const [product_tag = "", env = ""] = JSON.parse(tenant) as string[];
    for (const [at, count] of minutes) {
      const name = JSON.stringify([product_tag, env, at]);
      if (!isHot(count, startsPerSecond) || count <= (found.get(name)?.count ?? 0)) continue;
      const further = furtherQuartersFor(quarters.get(quarterOf(at)) ?? 0, startsPerSecond);
      const further_minutes = Math.max(found.get(name)?.further_minutes ?? 0, (further * quarterHourMs) / minuteMs);
      found.set(name, { at, product_tag, env, count, further_minutes });
    }
  }
  return [...found.values()].sort((a, b) => a.at - b.at);
}

/** A start with when it comes to its next gate. */
interface Passing extends Comer {
  plan: JobPlan;
}

interface Gated {
  gate: GateName;
  rule: LimitRule;
  comers: Passing[];
  heldUntil: number[];
}

/**
 * The lines of all gates. A job that passes several is taken to pass first those with a rate, where it waits with nothing in hand, then
 * those with slots only, each by name: who leaves one comes to the next.
 */
export function forecastLines(known: Known): Pick<ForecastView, "limits" | "more_limits"> {
  const gates = forecastGates(known);
  const ordered = [...gates.values()].sort(
    (a, b) => Number(!a.rule.rate) - Number(!b.rule.rate) || (a.gate.limit < b.gate.limit ? -1 : 1),
  );
  const limits = ordered.flatMap((one) => {
    const view = passGate(known, one);
    return known.limit === undefined || known.limit === one.gate.limit ? [view] : [];
  });
  limits.sort((a, b) => longestOf(b) - longestOf(a) || b.due - a.due);
  const more = limits.length - mostGates;
  return { limits: limits.slice(0, mostGates), ...(more > 0 && { more_limits: more }) };
}

const longestOf = ({ lines }: LimitForecast): number => lines[0]?.longest ?? 0;

/** The gates with who comes to them. One start that passes several is one object, whose time moves on from gate to gate. */
function forecastGates({ now, coversUntil, plans, ruleOf, durations, lines }: Known): Map<string, Gated> {
  const gates = new Map<string, Gated>();
  const gatedOf = (gate: GateName): Gated | undefined => {
    const found = gates.get(gateKey(gate));
    const rule = found?.rule ?? ruleOf(gate);
    if (found || !rule) return found;
    const gated = { gate, rule, comers: [], heldUntil: [] };
    gates.set(gateKey(gate), gated);
    return gated;
  };
  for (const plan of plans) {
    const passed = plan.gates.flatMap((gate) => gatedOf(gate) ?? []);
    if (passed.length === 0) continue;
    const duration = durations?.get(eventKey(plan)) ?? Number.NaN;
    const { runningSince } = plan;
    // An attempt that takes longer than others is as good as over.
    if (runningSince !== undefined)
      for (const { heldUntil } of passed) heldUntil.push(Math.max(now, runningSince + Math.round(duration || 0)));
    const come = (at: number, waits: boolean) => {
      const comer = { at, duration, waits, plan };
      for (const { comers } of passed) comers.push(comer);
    };
    if (plan.isWaiting) come(now, true);
    for (const { at } of plan.starts) if (at < coversUntil) come(at, false);
  }
  for (const [name, length] of lines ?? []) addUnread(gates.get(name), length, now);
  return gates;
}

/** Adds who stands in a line beyond those that were read, who are taken to be like them. They come to this gate only. */
function addUnread(gated: Gated | undefined, length: number, now: number): void {
  const read = gated?.comers.filter(({ waits }) => waits) ?? [];
  for (let i = read.length; i < length && read.length > 0; i++)
    gated?.comers.push({ ...(read[i % read.length] as Passing), at: now });
}

function passGate(known: Known, { gate, rule, heldUntil, ...gated }: Gated): LimitForecast {
  const { now, coversUntil, arrivals } = known;
  const comers = gated.comers.filter(({ at }) => at < coversUntil).sort((a, b) => a.at - b.at);
  const measured = comers.filter(({ duration }) => !Number.isNaN(duration));
  const mean = measured.reduce((sum, { duration }) => sum + duration, 0) / measured.length;
  const isUnknown = rule.concurrency !== undefined && comers.length > 0 && Number.isNaN(mean);
  const counted = isUnknown ? defined({ rate: rule.rate }) : rule;
  const coming = comers.map(({ at, duration, waits = false }) => ({
    at,
    waits,
    duration: Math.round(Number.isNaN(duration) ? mean : duration),
  }));
  const arrival = arrivals?.get(gateKey(gate)) ?? {};
  const starts = startsAt(coming, counted, now, { arrival, heldUntil });
  const waits = waitsOf(coming, starts, counted, coversUntil);
  const isToWait = coming.some(({ at, waits }, i) => !waits && isInLine(at, starts[i] as number, counted));
  for (const [i, comer] of comers.entries()) comer.at = starts[i] as number;
  return {
    product_tag: gate.product,
    env: gate.env,
    limit: gate.limit,
    key: gate.key,
    ...numbersView(rule),
    due: comers.length,
    waiting_now: comers.filter(({ waits }) => waits).length,
    ...waits,
    ...(isToWait && { no_wait: numbersView(noWaitOf(coming, counted, now)) }),
    ...(rule.concurrency !== undefined && measured.length > 0 && { duration_ms: Math.round(mean) }),
    ...(isUnknown && { unknown_duration: true as const }),
  };
}
