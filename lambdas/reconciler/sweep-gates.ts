import { traceOf } from "../core/errors.ts";
import type { GateName, LineMark } from "../core/flow/gate.ts";
import type { LimitRule } from "../core/flow/limit-rule.ts";
import { isOverdue } from "../core/flow/pump.ts";
import { handOver } from "../core/operations/hand-over.ts";
import { inParallel } from "../core/operations/in-parallel.ts";
import { ruleAt } from "../core/operations/limit-rules.ts";
import { isPaused } from "../core/operations/lines.ts";
import { hasPump, startPump } from "../core/operations/mark-gate.ts";
import type { Services } from "../core/operations/services.ts";
import { mostCounted } from "../core/operations/tick.ts";
import type { Tenant } from "../core/queries/tenants.ts";
import type { Memory } from "./memory.ts";

const pageSize = 100;
const gatesAtOnce = 16;
/** A line that has been empty for this long loses its mark, in milliseconds. */
const emptyMs = 50_000;
/** Waiters that are read to tell since when the first of them wait. */
const seenWaiters = 75;

/** What a sweep has seen of one limit of a product. */
interface Seen {
  limit: string;
  product: string;
  waiting: number;
  oldest: number;
}

/**
 * Looks after the lines of limits: hands over free slots that a crash has left, frees slots that belong to nobody, sends the pump a
 * tick where none has come or where the rule has changed, and takes the mark off gates whose lines have been empty for a while. The
 * gates are found in the index, which lists a gate while it is marked, so that the work grows with the lines and not with jobs or
 * keys. No page is read after `end`; the next round goes on where this one has come to.
 */
export async function sweepGates(services: Services, memory: Memory, end: number): Promise<void> {
  const seen = new Map<string, Seen>();
  for (const tenant of tenantsFrom(services, memory.sweptTo)) {
    if (services.clock.now() >= end) break;
    try {
      const isDone = await sweepTenant(services, tenant, { memory, end, seen });
      if (!isDone) break;
    } catch (error) {
      services.log.error("the lines of limits could not be read", { ...tenant, ...traceOf(error) });
    }
    delete memory.sweptTo;
  }
  const now = services.clock.now();
  for (const { limit, product, waiting, oldest } of seen.values()) {
    const values = { waiting, oldest_wait_ms: Math.max(0, now - oldest) };
    services.log.measure("jobs wait for a limit", { values, of: { limit, product } });
  }
}

/** All tenants, beginning with the one in which the last round has come to its end. A product that has lost its limits may have lines. */
function tenantsFrom({ catalog }: Services, swept: GateName | undefined): Tenant[] {
  const tenants = catalog.products.flatMap(({ tag, envs }) => envs.map((env): Tenant => ({ product: tag, env })));
  const first = tenants.findIndex(({ product, env }) => product === swept?.product && env === swept?.env);
  return first < 0 ? tenants : [...tenants.slice(first), ...tenants.slice(0, first)];
}

interface Sweeping {
  memory: Memory;
  end: number;
  seen: Map<string, Seen>;
}

/** Answers whether all gates of the tenant were looked at. */
async function sweepTenant(services: Services, tenant: Tenant, { memory, end, seen }: Sweeping): Promise<boolean> {
  const isHere = memory.sweptTo?.product === tenant.product && memory.sweptTo.env === tenant.env;
  let after = isHere ? memory.sweptTo : undefined;
  const changed = new Map<string, boolean>();
  while (services.clock.now() < end) {
    const gates = await services.gates.crowded(tenant, { limit: pageSize, ...(after && { after }) });
    await inParallel(gatesAtOnce, gates, async (gate) => {
      try {
        await sweepGate(services, gate, { memory, changed, seen });
      } catch (error) {
        services.log.error("the line of a limit could not be looked after", { limit: gate.limit, ...traceOf(error) });
      }
    });
    after = gates.at(-1) ?? after;
    if (gates.length < pageSize) return true;
    if (after) memory.sweptTo = after;
  }
  return false;
}

async function sweepGate(
  services: Services,
  gate: GateName,
  { memory, changed, seen }: Pick<Sweeping, "memory" | "seen"> & { changed: Map<string, boolean> },
): Promise<void> {
  // One that has left the catalog lets everybody go.
  const rule = (await ruleAt(services, gate)) ?? {};
  const hasChanged = ruleChanged(memory, gate, rule, changed);
  const { parts, waiters, more } = await services.gates.look(gate, { limit: seenWaiters });
  const mark = parts[0]?.line;
  if (waiters.length === 0) return unmark(services, gate, mark);
  const now = services.clock.now();
  const waiting = more ? await services.gates.length(gate, mostCounted) : waiters.length;
  report(seen, gate, waiting, Math.min(...waiters.map(({ since }) => since)));
  if (isPaused(await services.pauses.recent(), gate, now)) return;
  if (rule.concurrency !== undefined) await handOver(services, gate, rule, { thorough: true });
  const isLost = mark !== undefined && isOverdue(mark, now, { graceMs: 20_000, lags: 3 });
  if (hasPump(rule) && (isLost || hasChanged)) await startPump(services, gate, mark);
}

/** Whether the numbers of a limit are others than the last rounds of this process have seen. A new process takes all for changed. */
function ruleChanged(
  { rules }: Memory,
  { product, env, limit }: GateName,
  rule: LimitRule,
  changed: Map<string, boolean>,
): boolean {
  const name = JSON.stringify([product, env, limit]);
  const known = changed.get(name);
  if (known !== undefined) return known;
  const hash = JSON.stringify(rule);
  const isNew = rules.get(name) !== hash;
  rules.set(name, hash);
  changed.set(name, isNew);
  return isNew;
}

/**
 * A line that is empty. Whoever stands in it at this moment may have seen the mark, and relies on it: so it goes in two steps, and the
 * first is seen by all who come later.
 */
async function unmark({ gates, clock }: Services, gate: GateName, mark: LineMark | undefined): Promise<void> {
  if (!mark) return;
  const now = clock.now();
  if (mark.emptyAt === undefined) await gates.mark(gate, { ...mark, emptyAt: now }, mark);
  else if (now - mark.emptyAt >= emptyMs) await gates.mark(gate, undefined, mark);
}

function report(seen: Map<string, Seen>, { product, limit }: GateName, waiting: number, oldest: number): void {
  const name = JSON.stringify([product, limit]);
  const before = seen.get(name) ?? { limit, product, waiting: 0, oldest };
  seen.set(name, { ...before, waiting: before.waiting + waiting, oldest: Math.min(before.oldest, oldest) });
}
