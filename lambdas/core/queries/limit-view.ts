import type * as z from "zod";
import type { GateName } from "../flow/gate.ts";
import { paceOf, startAfter } from "../flow/gcra.ts";
import type { Limit } from "../flow/limit.ts";
import { type LimitRule, type Pin, ruleOf } from "../flow/limit-rule.ts";
import type { Job } from "../job/job.ts";
import { type Ruling, rulesOf } from "../operations/limit-rules.ts";
import type { Gates, GateView } from "../ports/gates.ts";
import { durationMs } from "../schema/duration.ts";
import { given } from "../schema/given.ts";
import type { ExplainedGateSchema, LimitGateSchema, LimitSchema } from "./schemas/limits.ts";

export type LimitView = z.infer<ReturnType<typeof LimitSchema>>;
export type LimitGateView = z.infer<ReturnType<typeof LimitGateSchema>>;
export type ExplainedGate = z.infer<ReturnType<typeof ExplainedGateSchema>>;

/** How many waiters are counted. */
const counted = 100;

const numbersView = ({ concurrency, rate }: LimitRule) =>
  given({
    concurrency,
    rate: rate && { limit: rate.limit, period_ms: durationMs(rate.period), burst: rate.burst ?? 1 },
  });

/** When an attempt could start by a rate: the earliest of its buckets. */
function nextStart({ parts }: GateView, { rate }: LimitRule, now: number): number | undefined {
  if (!rate) return undefined;
  const pace = paceOf(rate);
  const tats = Object.values(parts).flatMap(({ tat }) => (tat === undefined ? [] : [tat]));
  return startAfter(tats.length === 0 ? undefined : Math.min(...tats), now, pace);
}

/** What is known of a gate now. */
export async function gateView(gates: Gates, gate: GateName, rule: LimitRule, now: number): Promise<LimitGateView> {
  const view = await gates.look(gate, { limit: counted });
  const held = Object.values(view.parts).flatMap(({ holders }) => Object.values(holders));
  return {
    key: gate.key,
    in_use: held.filter(({ lease }) => lease >= now).length,
    waiting: view.waiters.length,
    ...given({
      more_waiting: view.more || undefined,
      oldest_wait_since: view.waiters[0] && Math.min(...view.waiters.map(({ since }) => since)),
      next_start: nextStart(view, rule, now),
    }),
  };
}

export interface AskedLimit {
  product: string;
  env: string;
  name: string;
  limit: Limit;
  pin: Pin | undefined;
  /** The tags of the events that name it. */
  events: string[];
  gates: LimitGateView[];
  moreGates: boolean;
}

export function limitView(
  { product, env, name, limit, pin, events, gates, moreGates }: AskedLimit,
  now: number,
): LimitView {
  const pinned = pin && pin.until > now ? pin : undefined;
  return {
    product_tag: product,
    env,
    name,
    ...given({ description: limit.description, key: limit.key }),
    ...numbersView(ruleOf(limit, pin, now)),
    ...given({
      pinned: pinned && {
        ...numbersView(pinned),
        until: pinned.until,
        pinned_at: pinned.pinned_at,
        ...given({ reason: pinned.reason }),
      },
    }),
    events,
    gates,
    ...given({ more_gates: moreGates || undefined }),
  };
}

/** The gates of a request with what an attempt that is due now would meet. */
export async function explainedGates(
  services: Ruling,
  job: Pick<Job, "product" | "env" | "gates">,
): Promise<ExplainedGate[]> {
  const now = services.clock.now();
  const ruled = await rulesOf(services, job);
  return Promise.all(
    ruled.map(async ({ gate, rule }) => {
      const view = await gateView(services.gates, gate, rule, now);
      const isFull = rule.concurrency !== undefined && (view.in_use >= rule.concurrency || view.waiting > 0);
      const would = isFull || (view.next_start ?? now) > now ? "wait" : "start";
      return { limit: gate.limit, ...numbersView(rule), ...view, would } as const;
    }),
  );
}
