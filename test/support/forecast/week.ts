import type { Repeat } from "../../../lambdas/core/job/job.ts";
import type { Gate } from "../../../lambdas/core/job/job-wait.ts";

/*
 * A week of jobs and what becomes of them: queues, played through from one moment to the next. It shares nothing with the forecast: rates
 * are buckets of tokens, slots are ends of attempts, all gates are served together, and occurrences are multiplied out. It also has what
 * a forecast cannot know: no two attempts take the same time, and some fail and come again.
 */

export const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];
export const monday = Date.UTC(2030, 0, 7);

/** Numbers from 0 to 1 that are the same each time (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Limited {
  concurrency?: number;
  rate?: { limit: number; period: number; burst: number };
}

/** The limits of the week, by name, in the order in which jobs pass them. */
export const limits = {
  customer: { rate: { limit: 30, period: minute, burst: 1 } },
  provider: { rate: { limit: 100, period: minute, burst: 5 } },
  heavy: { concurrency: 8 },
} satisfies Record<string, Limited>;

/** How long attempts of events take on average, in milliseconds. */
const means: Record<string, number> = { mail: 300, bill: 900, sync: 2000, report: 45_000, export: 20_000, poll: 200 };

export interface Series {
  repeat: Repeat;
  event: string;
  gates: Gate[];
  /** Its occurrences from `from` to before `to`. */
  within(from: number, to: number): number[];
}

/** One run, of a job or of a series. */
export interface Run {
  at: number;
  event: string;
  gates: Gate[];
  duration: number;
  series?: Series;
  started?: number;
  ended?: number;
}

export const gateName = ({ limit, key }: Gate): string => `${limit}/${key}`;

const multiples = (every: number, offset: number) => (from: number, to: number) => {
  const times: number[] = [];
  for (let at = Math.ceil((from - offset) / every) * every + offset; at < to; at += every) times.push(at);
  return times;
};

const provider = { limit: "provider", key: "" };
const heavy = { limit: "heavy", key: "" };
const customers = ["a", "b", "c"].map((key) => ({ limit: "customer", key }));

/** The load of a week: jobs at any time, herds at whole minutes, and series. */
export function weekOf(seed: number): { runs: Run[]; series: Series[]; measured: Map<string, number> } {
  const random = randomFrom(seed);
  const upTo = (most: number) => Math.floor(random() * most);
  const took = (event: string) => Math.round((means[event] ?? 0) * (0.5 + random()));
  const runs: Run[] = [];
  const add = (at: number, event: string, gates: Gate[], series?: Series) =>
    runs.push({ at, event, gates, duration: took(event), ...(series && { series }) });

  for (let from = monday; from < monday + 7 * day; from += day) {
    for (let i = 0; i < 150; i++) add(from + 1 + upTo(day - 1), "mail", [provider]);
    for (let i = 0; i < 60; i++) add(from + 1 + upTo(day - 1), "sync", [customers[upTo(3)] as Gate]);
    // A herd at the provider, one of a customer, one that passes two limits, and one for slots.
    herd(from + 6 * hour + upTo(600) * minute, 200 + upTo(1000), (at) => add(at, "mail", [provider]));
    const customer = customers[upTo(3)] as Gate;
    herd(from + upTo(1200) * minute, 50 + upTo(400), (at) => add(at, "sync", [customer]));
    herd(from + (1 + upTo(20)) * hour, 100 + upTo(200), (at) => add(at, "export", [provider, heavy]));
    // Late in the evening, so that some of it is left at midnight.
    herd(from + 22 * hour + upTo(110) * minute, 150 + upTo(300), (at) => add(at, "report", [heavy]));
  }
  const series: Series[] = [
    ...Array.from({ length: 120 + upTo(200) }, () => daily("0 9 * * *", 9 * hour, "bill", [provider])),
    ...Array.from({ length: 20 + upTo(40) }, () => daily("30 4 * * *", 4.5 * hour, "report", [heavy])),
    ...Array.from({ length: 2 }, () => every(5 * minute, monday + 1000 * upTo(300), "poll", [])),
    ...Array.from({ length: 3 }, (_, i) =>
      every(hour, monday + 1000 * (1 + upTo(3599)), "sync", [customers[i] as Gate]),
    ),
  ];
  for (const one of series) for (const at of one.within(monday, monday + 7 * day)) add(at, one.event, one.gates, one);
  runs.sort((a, b) => a.at - b.at);
  return { runs, series, measured: measuredBefore() };

  function herd(at: number, size: number, one: (at: number) => void) {
    for (let i = 0; i < size; i++) one(at);
  }
  /** What 200 attempts of each event have taken lately. */
  function measuredBefore(): Map<string, number> {
    return new Map(
      Object.keys(means).map((event) => {
        const all = Array.from({ length: 200 }, () => took(event));
        return [event, all.reduce((sum, one) => sum + one, 0) / all.length];
      }),
    );
  }
}

const daily = (cron: string, offset: number, event: string, gates: Gate[]): Series => ({
  repeat: { cron, anchor: monday, overlap: "skip" },
  event,
  gates,
  within: multiples(day, offset),
});

const every = (ms: number, anchor: number, event: string, gates: Gate[]): Series => ({
  repeat: { every: ms, anchor, overlap: "skip" },
  event,
  gates,
  within: multiples(ms, anchor),
});

/** A line of a gate, as it was. */
export interface SeenLine {
  from: number;
  longest: number;
  emptyAt?: number;
}

/** What a gate is at a time. */
export interface GateState {
  tokens: number;
  line: number;
}

interface Gated {
  rule: Limited;
  tokens: number;
  filledAt: number;
  ends: number[];
  line: Run[];
  seen: SeenLine[];
}

/** Plays a week through. Calls `atMidnight` before each day, with what has happened until then, and answers each day's lines. */
export function playWeek(
  runs: readonly Run[],
  { seed, failing = 0.01, numbers = limits }: { seed: number; failing?: number; numbers?: Record<string, Limited> },
  atMidnight: (now: number, gates: ReadonlyMap<string, GateState>) => void = () => undefined,
): Map<string, SeenLine[]>[] {
  const random = randomFrom(seed + 1);
  const gates = new Map<string, Gated>();
  const days: Map<string, SeenLine[]>[] = [];
  const coming = [...runs];
  let next = 0;
  let later: Run[] = [];
  /** The gates in the order in which a job passes them. */
  let ordered: [string, Gated][] = [];

  const gatedOf = (gate: Gate): Gated => {
    const found = gates.get(gateName(gate));
    if (found) return found;
    const rule = numbers[gate.limit] as Limited;
    const made: Gated = { rule, tokens: rule.rate?.burst ?? 0, filledAt: monday, ends: [], line: [], seen: [] };
    gates.set(gateName(gate), made);
    ordered = [...gates].sort(byLimit);
    return made;
  };
  const rank = (name: string): number => Object.keys(numbers).indexOf(name.split("/")[0] ?? "");
  const byLimit = ([a]: [string, Gated], [b]: [string, Gated]): number => rank(a) - rank(b);

  const come = (run: Run, gate: number, now: number): void => {
    const at = run.gates[gate];
    if (at) return void gatedOf(at).line.push(run);
    run.started = now;
    run.ended = now + run.duration;
    for (const one of run.gates) if (numbers[one.limit]?.concurrency) gatedOf(one).ends.push(run.ended);
    if (random() >= failing) return;
    const again = run.ended + 5000 + Math.floor(random() * 60_000);
    later.push({ at: again, event: run.event, gates: run.gates, duration: run.duration });
  };

  const serve = (name: string, gated: Gated, now: number): void => {
    const { rule } = gated;
    const { rate, concurrency } = rule;
    if (rate) {
      const filled = gated.tokens + ((now - gated.filledAt) * rate.limit) / rate.period;
      [gated.tokens, gated.filledAt] = [Math.min(rate.burst, filled), now];
    }
    gated.ends = gated.ends.filter((end) => end > now);
    let served = 0;
    while (
      served < gated.line.length &&
      (!rate || gated.tokens > 1 - 1e-6) &&
      (!concurrency || gated.ends.length < concurrency)
    ) {
      const run = gated.line[served++] as Run;
      if (rate) gated.tokens--;
      come(run, run.gates.findIndex((one) => gateName(one) === name) + 1, now);
    }
    if (served > 0) gated.line.splice(0, served);
    note(gated, now);
  };

  const note = ({ line, seen }: Gated, now: number): void => {
    const last = seen.at(-1);
    const open = last && last.emptyAt === undefined ? last : undefined;
    if (line.length === 0) {
      if (open) open.emptyAt = now;
    } else if (!open) seen.push({ from: now, longest: line.length });
    else open.longest = Math.max(open.longest, line.length);
  };

  /** When the first in line may go. */
  const wakeOf = ({ rule: { rate, concurrency }, tokens, ends }: Gated, now: number): number => {
    const start = rate && tokens < 1 ? now + ((1 - tokens) * rate.period) / rate.limit : now + 1;
    return Math.ceil(concurrency && ends.length >= concurrency ? Math.max(start, Math.min(...ends)) : start);
  };

  for (let now = monday; now < monday + 7 * day; ) {
    if ((now - monday) % day === 0) {
      atMidnight(now, new Map([...gates].map(([name, { tokens, line }]) => [name, { tokens, line: line.length }])));
      // A line that is there is one of the new day too.
      for (const gated of gates.values()) {
        gated.seen = [];
        note(gated, now);
      }
    }
    while (next < coming.length && (coming[next] as Run).at <= now) come(coming[next++] as Run, 0, now);
    const again = later.filter(({ at }) => at <= now);
    if (again.length > 0) later = later.filter(({ at }) => at > now);
    for (const run of again) come(run, 0, now);
    for (const [name, gated] of ordered) if (gated.line.length > 0) serve(name, gated, now);
    const midnight = now - ((now - monday) % day) + day;
    let wake = Math.min(midnight, coming[next]?.at ?? midnight);
    for (const { at } of later) wake = Math.min(wake, at);
    for (const [, gated] of ordered) if (gated.line.length > 0) wake = Math.min(wake, wakeOf(gated, now));
    now = Math.max(now + 1, wake);
    if (now === midnight) days.push(new Map([...gates].map(([name, { seen }]) => [name, seen])));
  }
  return days;
}
