import type * as z from "zod";
import type { Limit } from "../catalog/limit.ts";
import type { Job } from "../job/job.ts";
import { defined } from "../kernel/defined.ts";
import { durationMs } from "../kernel/duration-ms.ts";
import type { GateItemState, GateName } from "../limits/gate.ts";
import { aheadMs, paceOf } from "../limits/gcra.ts";
import { type LimitRule, type Pin, ruleInForce } from "../limits/limit-rule.ts";
import { type Ruling, rulesOf } from "../operations/limit-rules.ts";
import type { Gates } from "../ports/gates.ts";
import { lineEstimate, placesShown, startsOf } from "./line-estimate.ts";
import type { ExplainedGateSchema, LimitGateSchema, LimitSchema } from "./schemas/limits.ts";

export type LimitView = z.infer<typeof LimitSchema>;
type LimitGateView = z.infer<typeof LimitGateSchema>;
type ExplainedGate = z.infer<typeof ExplainedGateSchema>;

/** Every consumer follows a pin, or its removal, after this many milliseconds: pins are read again that often. */
const followedMs = 5000;

/** The numbers of a limit as answers have them. */
export const numbersView = ({ concurrency, rate }: LimitRule) =>
  defined({
    concurrency,
    rate: rate && { limit: rate.limit, period_ms: durationMs(rate.period), burst: rate.burst ?? 1 },
  });

/** What is known of a gate now. A line that is longer than what is counted costs one read more. */
export async function gateView(gates: Gates, gate: GateName, rule: LimitRule, now: number): Promise<LimitGateView> {
  const view = await gates.look(gate, { limit: placesShown });
  const pump = view.more ? await gates.pump(gate) : undefined;
  const starts = startsOf(view.parts, rule, now);
  const held = Object.values(view.parts).flatMap(({ holders }) => Object.values(holders));
  return {
    key: gate.key,
    in_use: held.filter(({ lease }) => lease >= now).length,
    waiting: view.waiters.length,
    ...defined({
      more_waiting: view.more || undefined,
      oldest_wait_since: oldestOf(view.waiters.map(({ since }) => since)),
      next_start: starts?.next,
      follows_by:
        view.waiters.length > 0 ? followsBy(view.parts[0] ?? {}, rule, { next: starts?.next, now }) : undefined,
      estimated: lineEstimate(view, { starts, pump, now }),
    }),
  };
}

/** The reconciler's round, in which a line follows a changed rate that nothing has told it of. */
const roundMs = 60_000;
/** A pump that looks so much later than the next start has planned by another rate, and does not only wait for a job that it has called. */
const lateMs = 2000;

/**
 * By when a line follows the present rate: its last start was given out by another one, and its pump, which has planned by that, sleeps
 * beyond the next start. Undefined where the line follows already, as with a rate that was lowered: the next start is spaced by it.
 */
function followsBy(
  { line, inc }: Partial<GateItemState>,
  { rate }: LimitRule,
  { next, now }: { next: number | undefined; now: number },
): number | undefined {
  if (!rate || next === undefined || line?.nextCall === undefined) return undefined;
  if (inc === undefined || inc === paceOf(rate).increment || line.nextCall <= next + lateMs) return undefined;
  return Math.max(now, Math.min(line.nextCall, now + roundMs));
}

const oldestOf = (times: number[]): number | undefined => (times.length === 0 ? undefined : Math.min(...times));

interface AskedLimit {
  product: string;
  env: string;
  name: string;
  limit: Limit;
  pin: Pin | undefined;
  /** The tags of the events that name it. */
  events: string[];
  gates: LimitGateView[];
  moreGates: boolean;
  /** When the limit was unpinned, epoch milliseconds, if it was just now. */
  unpinnedAt?: number;
}

export function limitView(
  { product, env, name, limit, pin, events, gates, moreGates, unpinnedAt }: AskedLimit,
  now: number,
): LimitView {
  const pinned = pin && pin.until > now ? pin : undefined;
  const changedAt = pinned?.pinned_at ?? unpinnedAt;
  return {
    product_tag: product,
    env,
    name,
    ...defined({ description: limit.description, key: limit.key }),
    ...numbersView(ruleInForce(limit, pin, now)),
    ...defined({
      pinned: pinned && {
        ...numbersView(pinned),
        until: pinned.until,
        pinned_at: pinned.pinned_at,
        ...defined({ reason: pinned.reason }),
      },
      in_force_at: changedAt === undefined ? undefined : changedAt + followedMs,
    }),
    events,
    gates,
    ...defined({ more_gates: moreGates || undefined }),
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
      const isFull = rule.concurrency !== undefined && view.in_use >= rule.concurrency;
      // A start within the next second is waited for by the consumer, out of any line.
      const isEarly = (view.next_start ?? now) > now + aheadMs;
      const would = isFull || isEarly || view.waiting > 0 ? "wait" : "start";
      return { limit: gate.limit, ...numbersView(rule), ...view, would } as const;
    }),
  );
}
