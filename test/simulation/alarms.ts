import { registry } from "../../lambdas/consumers/types/registry.ts";
import { type Catalog, makeCatalog } from "../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../lambdas/core/catalog/job-type.ts";
import { failureGroupOf, utcDayOf } from "../../lambdas/core/job/failure-group.ts";
import type { JobErrorCode } from "../../lambdas/core/job/job-error.ts";
import { fakeFailures } from "../support/fakes/failures-store.ts";
import { fakeIncidents } from "../support/fakes/incidents.ts";
import { calm, type Hardship } from "./hardship.ts";
import { api, product } from "./product.ts";
import { type Random, seeded } from "./random.ts";

const minute = 60_000;

/** The events whose jobs fail for a while and recover: they call one target, so that their failures have the same causes. */
export const faultyEvents = ["faulty", "faulty_too"] as const;
export const isFaultyEvent = (event: string): boolean => (faultyEvents as readonly string[]).includes(event);

interface Fault {
  code: JobErrorCode;
  providerCode: string;
}

/** What the target of those events answers when it fails. */
export const faults: readonly [Fault, ...Fault[]] = [
  { code: "SERVICE_UNAVAILABLE", providerCode: "503" },
  { code: "SERVICE_UNAVAILABLE", providerCode: "504" },
  { code: "PROVIDER_ERROR", providerCode: "card_declined" },
];

/** The receivers: a webhook, and an event whose own jobs pass a limit. */
export const receivers = ["ops", "us"] as const;
export type Receiver = (typeof receivers)[number];

/** What the alert of a history says, in milliseconds. */
interface AlarmRule {
  windowMs: number;
  remindMs?: number;
  escalateMs?: number;
}

/** A history whose product tells people what goes wrong in it. */
export interface Alarms {
  random: Random;
  /** Nothing breaks, so that whoever is told is told at once. */
  isCalm: boolean;
  rule: AlarmRule;
  catalog(): Catalog;
  incidents: ReturnType<typeof fakeIncidents>;
  failures: ReturnType<typeof fakeFailures>;
  /** Whether the first fault has happened before there were alerts. */
  isKnown: boolean;
  /** Notes that, and since when there are alerts. */
  begin(now: number): Promise<void>;
}

/** A hard part of the histories and a calm one: few, so that the others stay as they are. */
const isCalmSeed = (seed: number): boolean => seed % 128 === 107;
export const hasAlarms = (seed: number): boolean => seed % 128 === 11 || isCalmSeed(seed);

export function alarmsOf(seed: number): Alarms | undefined {
  if (!hasAlarms(seed)) return undefined;
  const random = seeded(seed ^ 0xa1a2_0000);
  const rule: AlarmRule = {
    windowMs: random.pick([1, 1, 2]) * minute,
    ...(random.chance(0.5) && { remindMs: 10 * minute }),
    ...(random.chance(0.5) && { escalateMs: random.pick([1, 4]) * minute }),
  };
  const catalog = makeCatalog([alarmed(rule)], registry);
  const [incidents, failures] = [fakeIncidents(), fakeFailures()];
  const [isBegun, isKnown] = [random.chance(0.5), random.chance(0.5)];
  return {
    ...{ random, isCalm: isCalmSeed(seed), rule, catalog: () => catalog, incidents, failures, isKnown },
    async begin(now) {
      if (isKnown) await failures.add([before(now)]);
      if (isBegun) await incidents.begin({ product: "sim", env: "e" }, now);
    },
  };
}

const ms = (time: number): string => `${time / minute}m`;

const alarmed = ({ windowMs, remindMs, escalateMs }: AlarmRule): Product => {
  const call = { type: "action", app: "shop", action: "call" } as const;
  const told = Object.fromEntries(
    ["kind", "incident", "opening", "count", "first_at"].map((name) => [name, `$Alert{${name}}`]),
  );
  return {
    ...product,
    jobs: { ...product.jobs, ...Object.fromEntries(faultyEvents.map((event) => [event, call])) },
    apps: { ...(product.apps as object), shop: api },
    receivers: {
      ops: { webhook: "https://127.0.0.1/ops" },
      us: { event: "slotted", input: { body: { who: "us", ...told } } },
    },
    alerts: {
      fails: {
        when: "new_cause",
        notify: [...receivers],
        window: ms(windowMs),
        ...(remindMs !== undefined && { remind: ms(remindMs) }),
        ...(escalateMs !== undefined && { escalate: { after: ms(escalateMs), notify: ["us"] } }),
      },
    },
  } as unknown as Product;
};

/** The first fault has happened on the day before. */
function before(now: number) {
  const at = now - 24 * 60 * minute;
  const [{ code, providerCode: provider_code }] = faults;
  const group = failureGroupOf({
    ...{ job_id: "job_1", event: faultyEvents[0], type: "action", at, message: "It was down.", code, provider_code },
  });
  return { product: "sim", env: "e", day: utcDayOf(at), group, mark: "before", written_at: at };
}

/** Nothing breaks, and clocks differ by what those of Lambdas do. */
export const calmAlarms: Hardship = { ...calm, skew: 100 };
