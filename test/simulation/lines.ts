import type { Catalog } from "../../lambdas/core/catalog/catalog.ts";
import type { Limit } from "../../lambdas/core/catalog/limit.ts";
import type { Job } from "../../lambdas/core/job/job.ts";
import type { GateName } from "../../lambdas/core/limits/gate.ts";
import type { LimitRule } from "../../lambdas/core/limits/limit-rule.ts";
import { calm, type Hardship } from "./hardship.ts";
import type { Invocation } from "./invocation.ts";
import { catalog, catalogWith } from "./product.ts";
import { type Random, seeded } from "./random.ts";

/** The limits whose lines are watched: their numbers are changed while jobs stand in line, unlike those of other histories. */
const lineLimits: Record<string, Limit> = {
  fast: { rate: { limit: 10, period: "1s" } },
  slow: { rate: { limit: 1, period: "10s", burst: 2 } },
  wide: { concurrency: 14 },
  few: { concurrency: 2 },
  paced: { rate: { limit: 1, period: "2s" } },
  lent: { concurrency: 2, rate: { limit: 2, period: "1s" } },
};

/** So many starts a second are too many for the history of every fourth seed: few have one of them, and no other limit. */
const quickRates = [100, 250, 500] as const;
const quick = (limit: number): Record<string, Limit> => ({ quick: { rate: { limit, period: "1s" } } });

/** By which of two fields of its input a job finds its line: deployments give these limits another one. */
export const keyFields = ["who", "team"] as const;
type KeyField = (typeof keyFields)[number];
const keyOf = (field: KeyField) => `$Input{body}{${field}}`;
const keyedLimits: Record<string, Limit> = {
  tenant: { key: keyOf("who"), concurrency: 2 },
  visits: { key: keyOf("who"), rate: { limit: 2, period: "1s" } },
};

/** The events of lines, and the limits that each passes. */
export const lineEvents: Record<string, string[]> = {
  quick: ["quick"],
  tenant: ["tenant"],
  visits: ["visits"],
  fast: ["fast"],
  slow: ["slow"],
  wide: ["wide"],
  few: ["few"],
  joined: ["few", "paced"],
  twice: ["few", "wide"],
  paced: ["paced"],
  lent: ["lent"],
  settled: ["paced"],
  planned: ["few"],
};

/** The numbers of a limit, and when they may have held, in true time. */
interface Held {
  rule: LimitRule;
  from: number;
  to: number;
}

/** The start of an attempt, in true time. */
export interface LineStart {
  at: number;
  job: Job;
}

/** An attempt that is at work. */
interface AtWork {
  job: Job;
  by: Invocation;
  until: number;
}

/** A history whose jobs stand in lines: what was changed, and what really ran. */
export interface Lines {
  random: Random;
  /** Nothing breaks: then rates are used, and slots are not idle. */
  isCalm: boolean;
  /** How late messages of jobs and ticks are, in milliseconds. */
  lag: number;
  tickLag: number;
  /**
   * `long`: one long line, and no other. `changed`: lines whose limits are pinned to other numbers while they are longest. `quick`: one with
   * hundreds of starts a second. `keyed`: a line for each value of a field, which deployments change.
   */
  kind: "mixed" | "long" | "changed" | "quick" | "keyed";
  /** The catalog that is deployed. */
  catalog(): Catalog;
  /** Deploys other numbers of one limit, or a catalog without it. */
  deploy(limit: string, rule: LimitRule | undefined): void;
  /** Deploys limits with a line for each value of another field. */
  deployKey(field: KeyField, now: number): void;
  /** By which fields a job may have found its line that was accepted at a time. */
  fieldsAt(created: number): KeyField[];
  /** What the catalog has of a limit now; undefined once it has left. */
  limitNow(limit: string): LimitRule | undefined;
  /** Notes that other numbers may hold from now on, and later that those before hold no longer. */
  change(limit: string, rule: LimitRule, now: number, how: "pin" | "deployment" | "round"): () => void;
  /** The numbers that may have held between two times, also for whoever knows others late. */
  rules(limit: string, from: number, to: number): LimitRule[];
  /** The three by the name of a line (`lineName`). */
  starts: Map<string, LineStart[]>;
  atWork: Map<string, AtWork[]>;
  /** When all slots of a limit, or all but those that are being handed over, were in use last as an attempt started. */
  full: Map<string, number>;
}

/**
 * A request is soon over. Whoever passes gates reads the pins, but knows a deployment only once its invocation has begun with it, in milliseconds. When the time
 * of a pin is over, or a limit is back whose removal has freed its slots, nobody wakes the line but the reconciler's next round.
 */
const knownMs = { request: 3000, pin: 1500, deployment: 30_000, round: 65_000 } as const;
/** Where calls hang and Lambdas stand still, others are known after this time. */
const knownInHardMs = 100_000;

const isCalmSeed = (seed: number): boolean => seed % 32 === 27;
const isHardSeed = (seed: number): boolean => seed % 64 === 35;
const isQuickSeed = (seed: number): boolean => seed % 1024 === 579;
const isKeyedSeed = (seed: number): boolean => seed % 256 === 131;

/** A line has a name for each key. */
export const lineName = ({ limit, key }: Pick<GateName, "limit" | "key">): string =>
  key === "" ? limit : `${limit} of ${key}`;

/** Few histories have lines, so that the others stay as they are. */
export function linesOf(seed: number): Lines | undefined {
  const other = isQuickSeed(seed) ? "quick" : isKeyedSeed(seed) ? "keyed" : undefined;
  const isCalm = isCalmSeed(seed) || other !== undefined;
  if (!isCalm && !isHardSeed(seed)) return undefined;
  const random = seeded(seed ^ 0x11e5_0000);
  const lag = random.pick(other === "quick" ? [0, 0, 500, 1000] : [0, 0, 1000, 2000, 5000]);
  const own = { quick: () => quick(random.pick(quickRates)), keyed: () => keyedLimits };
  const atFirst = other ? own[other]() : lineLimits;
  let limits = atFirst;
  let deployed = catalogWith(limits, lineEvents);
  const held = new Map<string, Held[]>(
    Object.entries(atFirst).map(([name, rule]) => [
      name,
      [{ rule, from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }],
    ]),
  );
  const fields: { field: KeyField; from: number }[] = [{ field: "who", from: Number.NEGATIVE_INFINITY }];
  return {
    random,
    isCalm,
    lag,
    tickLag: random.chance(0.3) ? 0 : lag,
    kind: other ?? random.pick(["mixed", "mixed", "mixed", "long", "changed"]),
    catalog: () => deployed,
    deploy(limit, rule) {
      const { [limit]: before, ...rest } = limits;
      limits = rule ? { ...rest, [limit]: { ...before, ...rule } as Limit } : rest;
      deployed = catalogWith(limits, lineEvents);
    },
    deployKey(field, now) {
      limits = Object.fromEntries(Object.entries(limits).map(([name, rule]) => [name, { ...rule, key: keyOf(field) }]));
      deployed = catalogWith(limits, lineEvents);
      fields.push({ field, from: now });
    },
    fieldsAt(created) {
      const at = fields.findLastIndex(({ from }) => from <= created + calmLines.skew);
      // Requests that were under way at a deployment know the catalog before it.
      const late = fields.findLastIndex(({ from }) => from <= created - knownMs.request);
      return fields.slice(late, at + 1).map(({ field }) => field);
    },
    limitNow: (limit) => limits[limit],
    change(limit, rule, now, how) {
      const all = held.get(limit) ?? [];
      const before = all.filter(({ to }) => to === Number.POSITIVE_INFINITY);
      held.set(limit, [...all, { rule, from: now, to: Number.POSITIVE_INFINITY }]);
      return () => {
        for (const one of before) one.to = now + (isCalm ? knownMs[how] : knownInHardMs);
      };
    },
    rules: (limit, from, to) =>
      (held.get(limit) ?? []).filter((one) => one.from <= to && one.to >= from).map(({ rule }) => rule),
    starts: new Map(),
    atWork: new Map(),
    full: new Map(),
  };
}

/** A world in which nothing breaks, but clocks differ by what those of Lambdas do. */
export const calmLines: Hardship = { ...calm, skew: 100, overlong: 0, large: 0 };

/** The catalog of a world. */
export const catalogOf = ({ lines, deployments, edits, coding, alarms }: Deployed): Catalog =>
  (lines ?? deployments ?? edits ?? coding ?? alarms)?.catalog() ?? catalog;

type Deployed = { [of in "lines" | "deployments" | "edits" | "coding" | "alarms"]?: { catalog(): Catalog } };
