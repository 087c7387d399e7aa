import { type Tenant, tenantName } from "../core/access/tenants.ts";
import {
  alertTenants,
  budgetRules,
  causeRule,
  type RateRule,
  rateRules,
  type SilenceRule,
  silenceRules,
} from "../core/catalog/alerts.ts";
import type { Product } from "../core/catalog/job-type.ts";
import {
  budgetId,
  exceeds,
  type Incident,
  type IncidentName,
  type IncidentRule,
  type IncidentSubject,
  incidentKinds,
  isQuiet,
  isReopened,
  isSettled,
  needsNobody,
  nextSlotOf,
  rateId,
  rateSlot,
  silencedAt,
  silenceId,
} from "../core/job/incident.ts";
import type { Pause } from "../core/job/pause.ts";
import { traceOf } from "../core/kernel/errors.ts";
import { inParallelUntil } from "../core/kernel/in-parallel.ts";
import { attend } from "../core/operations/alerting.ts";
import { type Overdue, overdueRun } from "../core/operations/overdue-runs.ts";
import type { ReconcilerServices } from "../core/operations/services.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Watched } from "../core/ports/incidents.ts";
import { budgetsOf, budgetTenants, countSpending, overspent } from "./budgets.ts";
import type { RoundMemory } from "./memory.ts";

const atOnce = 10;
/** What is watched and was never opened is forgotten after so long: the process that watches it first is dead by then. */
const unopenedMs = 3_600_000;

/** A schedule that has to complete, with its product. */
interface Overseen extends SilenceRule {
  product: Product;
}

/** Events of which not too many runs may fail, with their product. */
interface Rated extends RateRule {
  product: Product;
}

/** What a round has found of what an alert asks for. */
type Judgement = Overdue | "exceeded";

interface Swept {
  /** How many incidents were open. */
  open: number;
  failed: number;
}

/**
 * Looks after all incidents that are open: says what a process that died has not said, reminds, escalates and closes. And it opens one for a
 * schedule without a run that has completed in time, for runs of which too many fail, and for a budget that is used up. Without alerts in the catalog it makes no call.
 */
export async function sweepIncidents(
  services: ReconcilerServices,
  memory: RoundMemory,
  { end, pauses }: { end: number; pauses: readonly Pause[] },
): Promise<Swept> {
  const { catalog, incidents, clock, log } = services;
  const swept: Swept = { open: 0, failed: 0 };
  const tenants = alertTenants(catalog.products);
  if (tenants.length === 0) return swept;
  const trying = async (what: Record<string, unknown>, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      swept.failed++;
      log.error("an incident could not be looked after", { ...what, ...traceOf(error) });
    }
  };
  await trying({}, async () => {
    const since = await begunOf(services, memory, tenants);
    const overseen = catalog.products.flatMap((product) => silenceRules(product).map((rule) => ({ ...rule, product })));
    const judged = new Map<string, Judgement>();
    const inTurn = turnsOf(memory, clock, end);
    await inTurn("silences", overseen, (one) =>
      trying({ alert: one.rule.alert, env: one.env }, async () => {
        const begun = since.get(tenantName({ product: one.product.tag, env: one.env })) ?? clock.now();
        judged.set(silenceKey(one), await missed(services, one, { since: begun, pauses }));
      }),
    );
    const rates = catalog.products.flatMap((product) => rateRules(product).map((rule) => ({ ...rule, product })));
    await inTurn("rates", rates, (one) =>
      trying({ alert: one.rule.alert, env: one.env }, async () => {
        judged.set(rateKey(one), (await tooManyFail(services, one)) ? "exceeded" : "fine");
      }),
    );
    const budgets = budgetsOf(catalog.products);
    await inTurn("budgets", budgets, (one) =>
      trying({ alert: one.rule.alert, env: one.env }, async () => {
        judged.set(budgetKey(one.product, one), await overspent(services, memory, one));
      }),
    );
    const watched = await incidents.watched();
    swept.open = watched.length;
    await inTurn("watched", watched, (one) =>
      trying({ product: one.product, env: one.env, incident: one.id }, () => lookAfterIncidents(services, one, judged)),
    );
    // What is open comes first: an hour that is counted is judged in the next round.
    await inTurn("spending", budgetTenants(budgets), (tenant, isOver) =>
      trying({ ...tenant }, () => countSpending(services, memory, tenant, isOver)),
    );
  });
  return swept;
}

/** What a round looks after, in its order, and up to which part of its time each of them may take. */
const shares = { silences: 0.3, rates: 0.5, budgets: 0.6, watched: 0.9, spending: 1 };

/**
 * Works on some of each kind. Where a round has no time for all, the next one goes on from there, and none of the kinds takes the time of
 * those behind it.
 */
function turnsOf({ swept }: RoundMemory, clock: Clock, end: number) {
  const begun = clock.now();
  return async <One>(
    kind: keyof typeof shares,
    all: readonly One[],
    work: (one: One, isOver: () => boolean) => Promise<void>,
  ): Promise<void> => {
    const isOver = () => clock.now() >= begun + (end - begun) * shares[kind];
    const first = (swept.get(kind) ?? 0) % Math.max(1, all.length);
    const turned = [...all.slice(first), ...all.slice(0, first)];
    const looked = await inParallelUntil(atOnce, turned, isOver, (one) => work(one, isOver));
    swept.set(kind, looked < all.length ? first + looked : 0);
  };
}

/** Since when tenants have alerts. What failed before is no news. */
async function begunOf(
  { incidents, clock }: ReconcilerServices,
  memory: RoundMemory,
  tenants: readonly Tenant[],
): Promise<ReadonlyMap<string, number>> {
  if (memory.begun) return memory.begun;
  const known = new Map(await incidents.begun());
  for (const tenant of tenants) {
    if (known.has(tenantName(tenant))) continue;
    const now = clock.now();
    await incidents.begin(tenant, now);
    known.set(tenantName(tenant), now);
  }
  memory.begun = known;
  return known;
}

const silenceKey = ({ product, env, rule }: Overseen): string => `${product.tag}#${env}#${silenceId(rule.alert)}`;

const rateKey = ({ product, env, rule }: Rated): string => `${product.tag}#${env}#${rateId(rule.alert)}`;

const budgetKey = ({ tag }: Product, { env, rule }: Pick<RateRule, "env" | "rule">): string =>
  `${tag}#${env}#${budgetId(rule.alert)}`;

/**
 * Whether too many runs fail. That is counted once for each slot of time, and told. Behind what a caller has done to its incident the later
 * slots have to say so by themselves: the window still has what failed before.
 */
async function tooManyFail(services: ReconcilerServices, one: Rated): Promise<boolean> {
  const { incidents, clock } = services;
  const { product, env, windowMs, over, rule } = one;
  const now = clock.now();
  const rate = { product: product.tag, env, alert: rule.alert };
  const first = rateSlot(now - windowMs, windowMs);
  const all = await incidents.runs(rate, first);
  if (!exceeds(all, one)) return false;
  const name = { product: product.tag, env, id: rateId(rule.alert) };
  const slot = rateSlot(now, windowMs);
  const known = await incidents.get(name);
  if (known?.slot === slot) return true;
  const silenced = known && silencedAt(known);
  const later = silenced === undefined ? first : nextSlotOf(silenced, windowMs);
  const counts = later > first ? await incidents.runs(rate, later) : all;
  if (!exceeds(counts, one)) return true;
  const subject = { kind: "rate" as const, alert: rule.alert, rate: { ...counts, over }, slot };
  await countOnce(services, { ...name, subject, mark: slot }, { known, now, rule });
  return true;
}

/**
 * Whether a planned time has passed for which no run has completed. It is counted once, and told. Behind the end of its incident, when a
 * caller has resolved it or had it ignored for a time, and once one is reopened, the next planned time counts: the first one stays overdue for
 * as long as nothing completes.
 */
async function missed(
  services: ReconcilerServices,
  one: Overseen,
  looking: { since: number; pauses: readonly Pause[] },
): Promise<Overdue> {
  const overdue = await overdueRun(services, one.product.tag, one, looking);
  if (typeof overdue !== "object") return overdue;
  const name = { product: one.product.tag, env: one.env, id: silenceId(one.rule.alert) };
  const known = await services.incidents.get(name);
  if (known?.planned === undefined || known.planned < overdue.planned)
    return await countMissed(services, one, { known, name, overdue });
  const { planned } = known;
  if (!isSettled(known) && !isReopened(known)) return { planned };
  const told = isReopened(known) ? known.opened_at : known.ended_at;
  const since = Math.max(looking.since, told ?? planned);
  const next = await overdueRun(services, one.product.tag, one, { ...looking, since });
  return typeof next === "object" ? await countMissed(services, one, { known, name, overdue: next }) : { planned };
}

async function countMissed(
  services: ReconcilerServices,
  { schedule, rule }: Overseen,
  { known, name, overdue }: { known: Incident | undefined; name: IncidentName; overdue: { planned: number } },
): Promise<{ planned: number }> {
  const { planned } = overdue;
  const subject = { kind: "silence" as const, schedule, alert: rule.alert, planned };
  await countOnce(services, { ...name, subject, mark: planned }, { known, now: services.clock.now(), rule });
  return { planned };
}

/**
 * Counts what a round has found, once by its mark, and tells receivers what follows from that. What is to begin is watched before it is
 * counted: should this process die, the next round finds it counted, and only looks after what is watched.
 */
async function countOnce(
  services: ReconcilerServices,
  { mark, subject, ...name }: IncidentName & { subject: IncidentSubject; mark: number },
  { known, now, rule }: { known: Incident | undefined; now: number; rule: IncidentRule },
): Promise<void> {
  const { incidents } = services;
  if (!known || isSettled(known)) await incidents.watch({ ...name, opening: (known?.opening ?? 0) + 1, at: now });
  const entries = [{ mark: String(mark), written_at: now, at: now }];
  const incident = await incidents.add({ ...name, subject, entries }, { mustExist: false });
  if (incident) await attend(services, incident, { rule, isQuiet: () => false });
}

async function lookAfterIncidents(
  services: ReconcilerServices,
  watched: Watched,
  judged: ReadonlyMap<string, Judgement>,
): Promise<void> {
  const { incidents, catalog, clock } = services;
  const found = await incidents.get(watched);
  if (!found) return incidents.unwatch(watched);
  // A later version may have more kinds: what they mean is for that version to say.
  if (!incidentKinds.includes(found.kind)) return;
  const product = catalog.products.find(({ tag }) => tag === watched.product);
  const incident = await attend(services, found, product ? judgedBy(product, found, judged) : nobody);
  const isPast = (incident.opening ?? 0) >= watched.opening || clock.now() - watched.at > unopenedMs;
  if (isSettled(incident) && isPast) return incidents.unwatch(watched);
  const { quiet = false, ...loud } = watched;
  if (needsNobody(incident) !== quiet) await incidents.renote(quiet ? loud : { ...loud, quiet: true });
}

/** An incident of which the catalog says nothing any more is closed, and nobody is told. */
const nobody = { rule: undefined, isQuiet: () => true };

function judgedBy(product: Product, { kind, env, alert }: Incident, judged: ReadonlyMap<string, Judgement>) {
  if (kind === "cause") {
    const rule = causeRule(product, env);
    return rule ? { rule, isQuiet: (of: Incident, now: number) => isQuiet(of, rule, now) } : nobody;
  }
  if (kind === "rate") {
    const rated = rateRules(product).find((one) => one.env === env && one.rule.alert === alert);
    return rated ? { rule: rated.rule, isQuiet: () => judged.get(rateKey({ ...rated, product })) === "fine" } : nobody;
  }
  if (kind === "budget") {
    const budgeted = budgetRules(product).find((one) => one.env === env && one.rule.alert === alert);
    return budgeted
      ? { rule: budgeted.rule, isQuiet: () => judged.get(budgetKey(product, budgeted)) === "fine" }
      : nobody;
  }
  const found = silenceRules(product).find((one) => one.env === env && one.rule.alert === alert);
  if (!found) return nobody;
  const overdue = judged.get(silenceKey({ ...found, product }));
  const isOver = (of: Incident) =>
    overdue === "fine" || (typeof overdue === "object" && overdue.planned !== of.planned);
  return { rule: found.rule, isQuiet: isOver };
}
