import { type Tenant, tenantName } from "../access/tenants.ts";
import { calendarsOf } from "../catalog/calendars.ts";
import { ownValue } from "../catalog/catalog.ts";
import { minuteOf } from "../job/due-time.ts";
import type { IndexPosition } from "../job/index-position.ts";
import type { Job } from "../job/job.ts";
import { isHolding, type Pause } from "../job/pause.ts";
import { hourOf } from "../job/stats.ts";
import { defined } from "../kernel/defined.ts";
import { hourMs } from "../kernel/duration-ms.ts";
import { inParallel, inParts, readsAtOnce } from "../kernel/in-parallel.ts";
import { never } from "../kernel/start-time.ts";
import type { GateName } from "../limits/gate.ts";
import type { Arrival } from "../limits/gcra.ts";
import { type LimitRule, ruleInForce } from "../limits/limit-rule.ts";
import type { Services } from "../operations/services.ts";
import { eventKey, type ForecastView, forecastLines, gateKey, hotMinutesIn, hoursOf, type Known } from "./forecast.ts";
import { type JobPlan, planner } from "./forecast-plan.ts";
import { pauseReference } from "./pause-view.ts";
import { hotMinutesOf, readInTurns, readUntil, upcomingPartitions } from "./upcoming.ts";

/** The hours that a forecast covers, the current one included: unless asked otherwise, and at most. */
export const hoursAhead = { default: 24, most: 7 * 24 };

/** The most that one forecast reads. */
export const forecastReads = {
  /** Jobs that are still to come, and jobs that are due already. Each is a position of the index and an item of the table. */
  ahead: 8000,
  overdue: 2000,
  /** Jobs of a tenant that have ended, to know how long attempts take. */
  ended: 200,
  /** Gates whose next start is looked up: one read. */
  gates: 100,
  /** Lines that are counted where not all overdue jobs were read, and up to how many jobs. */
  lines: 10,
  line: 10_000,
};

type ForecastServices = Pick<Services, "catalog" | "jobs" | "gates" | "pauses" | "dueCounts" | "hot" | "clock">;

interface Asked {
  tenants: readonly Tenant[];
  hours: number;
  limit?: string | undefined;
  most?: Partial<typeof forecastReads>;
}

/** The largest BatchGetItem. */
const largestRead = 100;

/**
 * What is due in the next hours, and the lines that it makes. Every start is known ahead: jobs have their times, and series follow from
 * their patterns. What is read is bounded by `forecastReads`, however much is stored.
 */
export async function forecast(
  services: ForecastServices,
  { tenants, hours, limit, most = {} }: Asked,
): Promise<ForecastView> {
  const { jobs, dueCounts, hot, clock } = services;
  const now = clock.now();
  const until = hourOf(now) + hours * hourMs;
  const bounds = { ...forecastReads, ...most };
  const ahead = upcomingPartitions(tenants, jobs.shards, now + 1, until - 1);
  const overdue = upcomingPartitions(tenants, jobs.shards, 0, now);
  const [coming, late, counted, pauses, rules] = await Promise.all([
    readInTurns(jobs, ahead, bounds.ahead),
    readInTurns(jobs, overdue, bounds.overdue),
    hotMinutesOf({ dueCounts, hot }, tenants, minuteOf(now), until),
    services.pauses.recent(),
    rulesFor(services, tenants, now),
  ]);
  const read = await planned(services, [...late, ...coming], {
    now,
    until: Math.min(until, readUntil(ahead, now + 1)),
  });
  const { plans, until: coversUntil, examined } = read;
  const isAllLate = readUntil(overdue, 0) === never;
  const gates = busiestGates(plans);
  const slotted = tenants.filter(({ product, env }) =>
    gates.some((gate) => gate.product === product && gate.env === env && rules(gate)?.concurrency !== undefined),
  );
  const [arrivals, lines, durations] = await Promise.all([
    arrivalsOf(services, gates.filter((gate) => rules(gate)?.rate).slice(0, bounds.gates)),
    isAllLate ? new Map<string, number>() : linesOfLate(services, busiestGates(plans.filter(isLate)), bounds),
    durationsOf(services, slotted, bounds.ended),
  ]);
  const known: Known = { now, coversUntil, plans, ruleOf: rules, arrivals, lines, durations, limit };
  const holding = pauses.filter((pause) => isHolding(pause, now) && tenants.some((one) => concerns(pause, one)));
  return {
    from: now,
    until,
    is_complete: coversUntil >= until && isAllLate,
    covers_until: coversUntil,
    examined,
    overdue: plans.filter(isLate).length,
    ...(!isAllLate && { more_overdue: true as const }),
    ...hoursOf(known),
    hot_minutes: hotMinutesIn(known, counted, hot.startsPerSecond),
    starts_per_second: hot.startsPerSecond,
    ...forecastLines(known),
    ...(holding.length > 0 && { pauses: holding.map(pauseReference) }),
  };
}

const isLate = ({ isWaiting }: JobPlan): boolean => isWaiting;

const concerns = (pause: Pick<Pause, "product" | "env">, { product, env }: Tenant): boolean =>
  pause.product === product && (pause.env ?? env) === env;

/** Reads jobs by their positions, as many as a read takes at a time, and plans each at once. */
async function planned(
  { jobs, catalog }: Pick<ForecastServices, "jobs" | "catalog">,
  positions: readonly IndexPosition[],
  window: { now: number; until: number },
) {
  // The eventually consistent index may list a job twice.
  const ids = [...new Set(positions.map(({ id }) => id))];
  const plans = planner(window);
  await inParallel(readsAtOnce, inParts(ids, largestRead), async (part) => {
    for (const job of await jobs.getMany(part)) plans.add(job, calendarsOf(catalog, job.product));
  });
  return { ...plans.finish(), examined: ids.length };
}

/** What each limit of these tenants allows now, by one read of pins for each tenant that has limits. */
async function rulesFor({ catalog, gates }: ForecastServices, tenants: readonly Tenant[], now: number) {
  const limits = (product: string) => catalog.products.find(({ tag }) => tag === product)?.limits ?? {};
  const limited = tenants.filter(({ product }) => Object.keys(limits(product)).length > 0);
  const pins = await inParallel(
    readsAtOnce,
    limited,
    async (tenant) => [tenantName(tenant), await gates.pins(tenant)] as const,
  );
  const pinsOf = new Map(pins);
  return (gate: GateName): LimitRule | undefined => {
    const limit = ownValue(limits(gate.product), gate.limit);
    return limit && ruleInForce(limit, ownValue(pinsOf.get(tenantName(gate)) ?? {}, gate.limit), now);
  };
}

/** The gates that most starts come to, the busiest first. */
function busiestGates(plans: readonly JobPlan[]): GateName[] {
  const counts = new Map<string, { gate: GateName; count: number }>();
  for (const { gates, starts, isWaiting } of plans) {
    for (const gate of gates) {
      const found = counts.get(gateKey(gate)) ?? { gate, count: 0 };
      counts.set(gateKey(gate), { gate, count: found.count + starts.length + Number(isWaiting) });
    }
  }
  return [...counts.values()].sort((a, b) => b.count - a.count).map(({ gate }) => gate);
}

/** When the next starts of rates are. Of a fast rate one bucket is looked at, which is like the others. */
async function arrivalsOf({ gates }: ForecastServices, asked: readonly GateName[]): Promise<Map<string, Arrival>> {
  if (asked.length === 0) return new Map();
  const firsts = await gates.firsts(asked);
  return new Map(asked.map((gate, i) => [gateKey(gate), defined({ tat: firsts[i]?.tat, inc: firsts[i]?.inc })]));
}

/** How long the lines are whose jobs were not all read. */
const linesOfLate = async (
  { gates }: ForecastServices,
  asked: readonly GateName[],
  { lines, line }: Pick<typeof forecastReads, "lines" | "line">,
): Promise<Map<string, number>> =>
  new Map(
    await inParallel(
      readsAtOnce,
      asked.slice(0, lines),
      async (gate) => [gateKey(gate), await gates.length(gate, line)] as const,
    ),
  );

/** How long the attempts of events have taken that ended last, on average. */
async function durationsOf(
  { jobs }: ForecastServices,
  tenants: readonly Tenant[],
  most: number,
): Promise<Map<string, number>> {
  const limit = Math.ceil(most / jobs.shards);
  const shards = tenants.flatMap((tenant) => Array.from({ length: jobs.shards }, (_, shard) => ({ ...tenant, shard })));
  const pages = await inParallel(readsAtOnce, shards, (shard) =>
    jobs.page({ ...shard, phase: "completed", order: "desc", limit }),
  );
  const ids = [...new Set(pages.flatMap((page) => page.jobs.map(({ id }) => id)))];
  const sums = new Map<string, { sum: number; count: number }>();
  await inParallel(readsAtOnce, inParts(ids, largestRead), async (part) => {
    for (const job of await jobs.getMany(part)) {
      const took = tookOf(job);
      if (took === undefined) continue;
      const { sum, count } = sums.get(eventKey(job)) ?? { sum: 0, count: 0 };
      sums.set(eventKey(job), { sum: sum + took, count: count + 1 });
    }
  });
  return new Map([...sums].map(([event, { sum, count }]) => [event, sum / count]));
}

/** How long the last attempt of a job has taken; undefined for one that was answered with the result of another job. */
function tookOf({ attempts }: Job): number | undefined {
  const last = attempts.at(-1);
  return last === undefined || last.cached_from !== undefined
    ? undefined
    : Math.max(0, last.ended_at - last.started_at);
}
