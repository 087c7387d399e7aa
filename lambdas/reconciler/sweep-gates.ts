import type { Tenant } from "../core/access/tenants.ts";
import { traceOf } from "../core/kernel/errors.ts";
import { inParallel, inParallelUntil } from "../core/kernel/in-parallel.ts";
import type { GateName, LineMark } from "../core/limits/gate.ts";
import type { LimitRule } from "../core/limits/limit-rule.ts";
import { isOverdue } from "../core/limits/pump.ts";
import { ruleAt } from "../core/operations/limit-rules.ts";
import { hasPump, hurryPump, isPaused } from "../core/operations/lines.ts";
import type { ReconcilerServices, Services } from "../core/operations/services.ts";
import { handOverSlots } from "../core/operations/slots.ts";
import { mostCounted } from "../core/operations/tick.ts";
import type { RoundPlace } from "../core/ports/round-places.ts";
import type { LinePass, RoundMemory } from "./memory.ts";
import { keepPlace, keptEveryMs } from "./place.ts";

const pageSize = 100;
const gatesAtOnce = 16;
/** The first gates of so many tenants are read at a time: most have none. */
const tenantsAtOnce = 16;
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
 * Looks after the lines of limits: hands over free slots that a crash has left, frees slots that belong to no job any more, sends the pump a
 * tick where none has come or where the rule has changed, and takes the mark off gates whose lines have been empty for a while. The
 * gates are found in the index, which lists a gate while it is marked, so that the work grows with the lines and not with jobs or
 * keys. No gate is begun after `end`; the next round goes on where this one has come to, whichever process does it.
 */
export async function sweepGates(services: ReconcilerServices, memory: RoundMemory, end: number): Promise<void> {
  const { clock, log } = services;
  const from = memory.place?.lines;
  const sweep: Sweep = { memory, end, from, seen: new Map(), keptAt: clock.now() };
  const tenants = tenantsFrom(services, from);
  let next = 0;
  let stopped: RoundPlace["lines"];
  while (next < tenants.length && !stopped && clock.now() < end) {
    const some = tenants.slice(next, next + tenantsAtOnce);
    const pages = await inParallel(tenantsAtOnce, some, (tenant) => pageOf(services, tenant, afterIn(tenant, from)));
    for (const [index, tenant] of some.entries()) {
      stopped = await sweepTenant(services, tenant, pages[index], sweep);
      if (stopped) break;
      next++;
    }
    await keepNowAndThen(services, sweep, stopped ?? tenants[next]);
  }
  await keepPlace(services, memory, { lines: stopped ?? tenants[next] });
  const now = clock.now();
  for (const { limit, product, waiting, oldest } of sweep.seen.values()) {
    const values = { waiting, oldest_wait_ms: Math.max(0, now - oldest) };
    log.measure("jobs wait for a limit", { values, of: { limit, product } });
  }
}

const isOfTenant = (tenant: Tenant, from: RoundPlace["lines"]): boolean =>
  tenant.product === from?.product && tenant.env === from.env;

/** The gate after which a tenant is gone on with. */
const afterIn = (tenant: Tenant, from: RoundPlace["lines"]): GateName | undefined =>
  isOfTenant(tenant, from) ? from?.after : undefined;

/** All tenants, beginning with the one that the last round has come to. A product that has lost its limits may have lines. */
function tenantsFrom({ catalog }: Services, from: RoundPlace["lines"]): Tenant[] {
  const tenants = catalog.products.flatMap(({ tag, envs }) => envs.map((env): Tenant => ({ product: tag, env })));
  const first = tenants.findIndex((tenant) => isOfTenant(tenant, from));
  return first < 0 ? tenants : [...tenants.slice(first), ...tenants.slice(0, first)];
}

/** A page of the gates of a tenant; undefined if they cannot be read. */
async function pageOf({ gates, log }: Services, tenant: Tenant, after?: GateName): Promise<GateName[] | undefined> {
  try {
    return await gates.withLine(tenant, { limit: pageSize, ...(after && { after }) });
  } catch (error) {
    log.error("the lines of limits could not be read", { ...tenant, ...traceOf(error) });
    return undefined;
  }
}

interface Sweep {
  memory: RoundMemory;
  end: number;
  /** Where the sweep has begun. */
  from: RoundPlace["lines"];
  seen: Map<string, Seen>;
  /** When it was noted last how far the sweep has come, epoch milliseconds. */
  keptAt: number;
}

async function keepNowAndThen(services: ReconcilerServices, sweep: Sweep, lines: RoundPlace["lines"]): Promise<void> {
  const now = services.clock.now();
  if (now < sweep.keptAt + keptEveryMs) return;
  sweep.keptAt = now;
  await keepPlace(services, sweep.memory, { lines });
}

/** Looks at the gates of a tenant, whose first page was read already. Answers where to go on if there is no time for all. */
async function sweepTenant(
  services: ReconcilerServices,
  tenant: Tenant,
  first: GateName[] | undefined,
  sweep: Sweep,
): Promise<RoundPlace["lines"]> {
  const { clock } = services;
  const { memory } = sweep;
  const changed = new Map<string, boolean>();
  let gates = first;
  let after = afterIn(tenant, sweep.from);
  const pass = passFrom(memory, after && { ...tenant, after });
  delete memory.pass;
  while (gates) {
    const begun = await inParallelUntil(
      gatesAtOnce,
      gates,
      () => clock.now() >= sweep.end,
      (gate) => trySweep(services, gate, { ...sweep, changed, pass }),
    );
    after = gates[begun - 1] ?? after;
    if (begun === gates.length && gates.length < pageSize) {
      for (const [name, rule] of pass?.rules ?? []) memory.rules.set(name, rule);
      return undefined;
    }
    const place = { ...tenant, ...(after && { after }) };
    if (clock.now() >= sweep.end) {
      if (pass) memory.pass = { ...pass, at: place };
      return place;
    }
    await keepNowAndThen(services, sweep, place);
    gates = await pageOf(services, tenant, after);
  }
  return undefined;
}

/** The pass over a tenant's lines that is gone on with from a place. Undefined if this process has not looked after those before it. */
function passFrom({ pass }: RoundMemory, from: RoundPlace["lines"]): LinePass | undefined {
  if (!from) return { rules: new Map() };
  return pass && JSON.stringify(pass.at) === JSON.stringify(from) ? pass : undefined;
}

/** How the lines of a tenant are looked after: which of its limits have changed, and what this pass has met. */
interface TenantSweep extends Pick<Sweep, "memory" | "seen"> {
  changed: Map<string, boolean>;
  pass: LinePass | undefined;
}

async function trySweep(services: Services, gate: GateName, sweep: TenantSweep) {
  try {
    await sweepGate(services, gate, sweep);
  } catch (error) {
    // The next pass begins anew with all lines of the limit.
    sweep.pass?.rules.set(gateIdentity(gate), "");
    services.log.error("the line of a limit could not be looked after", { limit: gate.limit, ...traceOf(error) });
  }
}

async function sweepGate(
  services: Services,
  gate: GateName,
  { memory, changed, pass, seen }: TenantSweep,
): Promise<void> {
  // One that has left the catalog lets everybody go.
  const rule = (await ruleAt(services, gate)) ?? {};
  const hasChanged = ruleChanged(gate, rule, { memory, changed, pass });
  const { parts, waiters, more } = await services.gates.look(gate, { limit: seenWaiters });
  const mark = parts[0]?.line;
  if (waiters.length === 0) return unmark(services, gate, mark);
  const now = services.clock.now();
  const waiting = more ? await services.gates.length(gate, mostCounted) : waiters.length;
  measureWaiting(seen, gate, waiting, Math.min(...waiters.map(({ since }) => since)));
  if (isPaused(await services.pauses.recent(), gate, now)) return;
  if (rule.concurrency !== undefined) await handOverSlots(services, gate, rule, { thorough: true });
  const isLost = mark !== undefined && isOverdue(mark, now, { graceMs: 20_000, lags: 3 });
  if (hasPump(rule) && (isLost || hasChanged)) await hurryPump(services, gate, mark);
}

/** Names a limit in the memory of rounds. */
const gateIdentity = ({ product, env, limit }: GateName): string => JSON.stringify([product, env, limit]);

/**
 * Whether the numbers of a limit are others than those by which the last pass of this process has looked after all lines. A new process
 * takes all for changed.
 */
function ruleChanged(gate: GateName, rule: LimitRule, { memory, changed, pass }: Omit<TenantSweep, "seen">): boolean {
  const name = gateIdentity(gate);
  const known = changed.get(name);
  if (known !== undefined) return known;
  const hash = JSON.stringify(rule);
  const isNew = memory.rules.get(name) !== hash;
  const before = pass?.rules.get(name) ?? hash;
  pass?.rules.set(name, before === hash ? hash : "");
  changed.set(name, isNew);
  return isNew;
}

/**
 * A line that is empty. A job that joins it at this moment may have seen the mark, and relies on it: so it goes in two steps, and the
 * first is seen by all who come later.
 */
async function unmark({ gates, clock }: Services, gate: GateName, mark: LineMark | undefined): Promise<void> {
  if (!mark) return;
  const now = clock.now();
  if (mark.emptyAt === undefined) await gates.mark(gate, { ...mark, emptyAt: now }, mark);
  else if (now - mark.emptyAt >= emptyMs) await gates.mark(gate, undefined, mark);
}

function measureWaiting(seen: Map<string, Seen>, { product, limit }: GateName, waiting: number, oldest: number): void {
  const name = JSON.stringify([product, limit]);
  const before = seen.get(name) ?? { limit, product, waiting: 0, oldest };
  seen.set(name, { ...before, waiting: before.waiting + waiting, oldest: Math.min(before.oldest, oldest) });
}
