import { traceOf } from "../kernel/errors.ts";
import { inParallel } from "../kernel/in-parallel.ts";
import type { GateName } from "../limits/gate.ts";
import { type HandingOver, handOver } from "./hand-over.ts";
import { type Ruling, ruleAt } from "./limit-rules.ts";
import { hasPump, startPump } from "./mark-gate.ts";

/** How many lines a request wakes itself; the reconciler does the others within a round. */
const mostWoken = 100;
const atOnce = 10;

type Waking = HandingOver & Ruling;

/**
 * Wakes the line of a gate whose rule may have changed: a tick of its pump, and the free slots to the first of the line. Gates without
 * a line cost a read.
 */
export async function wakeGate(services: Waking, gate: GateName): Promise<void> {
  const [first] = await services.gates.firsts([gate]);
  if (!first?.line) return;
  const rule = (await ruleAt(services, gate, { fresh: true })) ?? {};
  if (hasPump(rule)) await startPump(services, gate, first.line);
  if (rule.concurrency !== undefined) await handOver(services, gate, rule);
}

/** Wakes the first lines of a limit after its numbers were changed. What fails is logged: the reconciler wakes them too. */
export async function wakeGates(
  services: Waking,
  tenant: Pick<GateName, "product" | "env">,
  limit: string,
): Promise<void> {
  try {
    const keyless = { ...tenant, limit, key: "" };
    const keyed = await services.gates.crowded(tenant, { limit: mostWoken, after: keyless });
    const own = [keyless, ...keyed.filter((gate) => gate.limit === limit)];
    await inParallel(atOnce, own, (gate) => wakeGate(services, gate));
  } catch (error) {
    services.log.warn("lines could not be woken; the reconciler does it", { limit, ...traceOf(error) });
  }
}
