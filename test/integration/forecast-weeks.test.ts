import type { Job } from "../../lambdas/core/job/job.ts";
import { newJobId } from "../../lambdas/core/job/job-id.ts";
import { noCalendars } from "../../lambdas/core/job/series.ts";
import { aheadMs, paceOf } from "../../lambdas/core/limits/gcra.ts";
import { eventKey, forecastLines, gateKey, hoursOf } from "../../lambdas/core/queries/forecast.ts";
import { planner } from "../../lambdas/core/queries/forecast-plan.ts";
import { aJob } from "../support/builders.ts";
import {
  day,
  type GateState,
  gateName,
  hour,
  type Limited,
  limits,
  monday,
  playWeek,
  type Run,
  type SeenLine,
  type Series,
  weekOf,
} from "../support/forecast/week.ts";

type World = ReturnType<typeof weekOf>;

const weeks = 30;
const where = { product: "shop", env: "prd" };

/** The jobs of the time until then as they are stored at a midnight: what has ended is not among them, and of a series there is one run. */
function storedAt(now: number, until: number, { runs, series }: Pick<World, "runs" | "series">): Job[] {
  const ofSeries = new Map<Series, Run>();
  const jobs: Job[] = [];
  for (const run of runs) {
    if (run.at >= until) continue;
    if (run.series) {
      const known = ofSeries.get(run.series);
      if (run.ended !== undefined && run.ended <= now) continue;
      if (!known) ofSeries.set(run.series, run);
    } else if (run.ended === undefined || run.ended > now) jobs.push(jobOf(run, now));
  }
  for (const one of series) {
    const run = ofSeries.get(one);
    if (run) jobs.push({ ...jobOf(run, now), repeat: one.repeat });
  }
  return jobs;
}

const jobOf = ({ at, event, gates, started }: Run, now: number): Job => {
  const isRunning = started !== undefined && started <= now;
  return aJob({
    ...{ id: newJobId(), event, due_at: at, scheduled_at: at, gates },
    status: isRunning ? "running" : at <= now ? "queued" : "scheduled",
    ...(isRunning && { started_at: started, claim_id: "claim", lease_until: now + hour, claims: 1 }),
  });
};

/** The forecast of some days, of what is stored at the midnight before them. */
function forecastAt(now: number, world: World, gates: ReadonlyMap<string, GateState>, days = 1) {
  const end = now + days * day;
  const plan = planner({ now, until: end });
  for (const job of storedAt(now, end, world)) plan.add(job, noCalendars);
  const { plans, until: coversUntil } = plan.finish();
  const arrivals = [...gates].flatMap(([name, { tokens }]) => {
    const [limit = "", key = ""] = name.split("/");
    const { rate } = (limits as Record<string, Limited>)[limit] ?? {};
    if (!rate) return [];
    const { increment, burst } = paceOf(rate);
    return [
      [gateKey({ ...where, limit, key }), { tat: now * 1000 + (burst - tokens) * increment, inc: increment }] as const,
    ];
  });
  const durations = new Map([...world.measured].map(([event, mean]) => [eventKey({ ...where, event }), mean]));
  const known = {
    ...{ now, coversUntil, plans, durations, arrivals: new Map(arrivals) },
    ruleOf: ({ limit }: { limit: string }) => (limits as Record<string, Limited>)[limit],
  };
  expect(coversUntil).toBe(end);
  return { ...hoursOf(known), ...forecastLines(known) };
}

/** What is due in each hour of some days, by event, of what was known at their beginning. */
function dueIn(runs: readonly Run[], now: number, days = 1): Record<string, number>[] {
  const hours: Record<string, number>[] = Array.from({ length: 24 * days }, () => ({}));
  for (const { at, event } of runs) {
    if (at <= now || at >= now + days * day) continue;
    const counts = hours[Math.floor((at - now) / hour)] as Record<string, number>;
    counts[event] = (counts[event] ?? 0) + 1;
  }
  return hours;
}

const byHour = ({ hours }: ReturnType<typeof forecastAt>) =>
  hours.map(({ events }) => Object.fromEntries(events.map(({ event, count }) => [event, count])));

interface Compared {
  what: string;
  seen: SeenLine;
  /** By how much of itself the forecast is wrong about how long it got, and about how long it took. */
  lengthOff: number;
  endOff: number;
}

/** Shorter lines are over before anybody looks. */
const shown = 20;

/** Plays a week through, forecasts each of its days at midnight, and compares the longest lines of each gate and day. */
function weekCompared(seed: number): Compared[] {
  const world = weekOf(seed);
  const forecasts: ReturnType<typeof forecastAt>[] = [];
  const days = playWeek(world.runs, { seed }, (now, gates) => {
    const forecast = forecastAt(now, world, gates);
    expect(byHour(forecast)).toEqual(dueIn(world.runs, now));
    forecasts.push(forecast);
  });
  return days.flatMap((gates, i) => [...gates].flatMap(([name, lines]) => compared(i, name, lines)));

  function compared(i: number, name: string, lines: readonly SeenLine[]): Compared[] {
    const midnight = monday + (i + 1) * day;
    const forecast = forecasts[i]?.limits.find((one) => gateName(one) === name)?.lines ?? [];
    const seen = lines.toSorted((a, b) => b.longest - a.longest)[0];
    // A line that nobody saw.
    expect(forecast[0]?.longest ?? 0).toBeLessThan(Math.max(shown, 1.1 * (seen?.longest ?? 0)));
    if (!seen || seen.longest < shown) return [];
    // Of two lines that are about as long, either may be the longest.
    const same = forecast.toSorted((a, b) => Math.abs(a.from - seen.from) - Math.abs(b.from - seen.from))[0];
    const end = seen.emptyAt ?? midnight;
    return [
      {
        what: `week ${seed}, day ${i}, ${name}`,
        seen,
        lengthOff: Math.abs((same?.longest ?? 0) - seen.longest) / seen.longest,
        endOff: Math.abs((same?.empty_at ?? midnight) - end) / (end - seen.from),
      },
    ];
  }
}

describe("the forecast of each day of 30 weeks", () => {
  const all: Compared[] = [];

  it("has what was due, by hour and event", () => {
    for (let seed = 1; seed <= weeks; seed++) all.push(...weekCompared(seed));
    expect(all.length).toBeGreaterThan(600);
  });

  it("has lines as long as they became, which ended when it said", () => {
    expect(all.filter(({ lengthOff, endOff }) => lengthOff > 0.1 || endOff > 0.1)).toEqual([]);
  });
});

describe("the forecast of a whole week, made before its first day", () => {
  it("has what is due, by hour and event, and the longest line of each limit", () => {
    const wrong: object[] = [];
    let seen = 0;
    for (let seed = 1; seed <= weeks; seed++) {
      const world = weekOf(seed);
      let ahead: ReturnType<typeof forecastAt> | undefined;
      const days = playWeek(world.runs, { seed }, (now, gates) => {
        if (ahead) return;
        ahead = forecastAt(now, world, gates, 7);
        expect(byHour(ahead)).toEqual(dueIn(world.runs, now, 7));
      });
      const longest = new Map<string, number>();
      for (const [name, lines] of days.flatMap((gates) => [...gates]))
        longest.set(name, Math.max(longest.get(name) ?? 0, ...lines.map((line) => line.longest)));
      for (const [name, line] of longest) {
        const forecast = ahead?.limits.find((one) => gateName(one) === name)?.lines[0]?.longest ?? 0;
        if (line < shown) continue;
        seen++;
        if (Math.abs(forecast - line) > line / 10) wrong.push({ seed, name, line, forecast });
      }
    }
    expect(seen).toBeGreaterThan(100);
    expect(wrong).toEqual([]);
  });
});

it.each([1, 2, 3])(
  "in week %i nobody waits at the rates that the forecasts name, and somebody does at less",
  (seed) => {
    const world = weekOf(seed);
    const named: Record<string, number> = {};
    playWeek(world.runs, { seed, failing: 0 }, (now, gates) => {
      for (const { limit, no_wait } of forecastAt(now, world, gates).limits)
        if (no_wait?.rate) named[limit] = Math.max(named[limit] ?? 0, no_wait.rate.limit);
    });
    expect(named).toMatchObject({ provider: expect.any(Number), customer: expect.any(Number) });
    for (const limit of ["provider", "customer"] as const) {
      expect(named[limit]).toBeGreaterThan(limits[limit].rate.limit);
      expect(longestWait(seed, limit, named[limit] ?? 0)).toBeLessThanOrEqual(aheadMs);
      expect(longestWait(seed, limit, Math.floor((named[limit] ?? 0) * 0.95))).toBeGreaterThan(aheadMs);
    }
  },
);

/** How long the runs that pass only this limit wait at most in a week with another rate. */
function longestWait(seed: number, name: "provider" | "customer", limit: number): number {
  const { runs } = weekOf(seed);
  const passing = runs.filter(({ gates: [gate, ...others] }) => gate?.limit === name && others.length === 0);
  playWeek(passing, { seed, failing: 0, numbers: { [name]: { rate: { ...limits[name].rate, limit } } } });
  return Math.max(...passing.map(({ at, started = Number.POSITIVE_INFINITY }) => started - at));
}
