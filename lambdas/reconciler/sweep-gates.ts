import { traceOf } from "../core/errors.ts";
import type { GateName } from "../core/flow/gate.ts";
import { handOver } from "../core/operations/hand-over.ts";
import { inParallel } from "../core/operations/in-parallel.ts";
import { ruleAt } from "../core/operations/limit-rules.ts";
import type { Services } from "../core/operations/services.ts";
import type { Tenant } from "../core/queries/tenants.ts";

const pageSize = 100;
const gatesAtOnce = 16;

/** What a sweep has seen of one limit of a product. */
interface Seen {
  waiting: number;
  oldest: number;
}

/**
 * Hands over what a crash has left: free slots of gates that have a waiting list, and slots that belong to nobody. The gates are
 * found in the index, which lists a gate while it is marked, so that the work grows with the lists and not with jobs or keys.
 * Products without limits cost nothing. No page is read after `end`; the next round begins anew, and most gates need nothing.
 */
export async function sweepGates(services: Services, end: number): Promise<void> {
  const tenants = services.catalog.products
    .filter(({ limits = {} }) => Object.keys(limits).length > 0)
    .flatMap(({ tag, envs }) => envs.map((env): Tenant => ({ product: tag, env })));
  const seen = new Map<string, Seen & { limit: string; product: string }>();
  for (const tenant of tenants) {
    try {
      await sweepTenant(services, tenant, end, (gate, waiting, oldest) => {
        const name = JSON.stringify([gate.product, gate.limit]);
        const before = seen.get(name) ?? { limit: gate.limit, product: gate.product, waiting: 0, oldest };
        seen.set(name, { ...before, waiting: before.waiting + waiting, oldest: Math.min(before.oldest, oldest) });
      });
    } catch (error) {
      services.log.error("waiting lists could not be read", { ...tenant, ...traceOf(error) });
    }
  }
  const now = services.clock.now();
  for (const { limit, product, waiting, oldest } of seen.values()) {
    const values = { waiting, oldest_wait_ms: Math.max(0, now - oldest) };
    services.log.measure("jobs wait for a limit", { values, of: { limit, product } });
  }
}

async function sweepTenant(
  services: Services,
  tenant: Tenant,
  end: number,
  report: (gate: GateName, waiting: number, oldest: number) => void,
): Promise<void> {
  let after: GateName | undefined;
  while (services.clock.now() < end) {
    const gates = await services.gates.crowded(tenant, { limit: pageSize, ...(after && { after }) });
    await inParallel(gatesAtOnce, gates, async (gate) => {
      try {
        // A limit that has left the catalog holds nobody back.
        const rule = (await ruleAt(services, gate)) ?? {};
        const { waiting, oldest } = await handOver(services, gate, rule, { thorough: true });
        if (oldest !== undefined) report(gate, waiting, oldest);
      } catch (error) {
        services.log.error("a waiting list could not be handed over", { limit: gate.limit, ...traceOf(error) });
      }
    });
    after = gates.at(-1);
    if (gates.length < pageSize) return;
  }
}
