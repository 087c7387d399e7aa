import { type Tenant, tenantName } from "../core/access/tenants.ts";
import { type BudgetRule, budgetRules } from "../core/catalog/alerts.ts";
import type { Product } from "../core/catalog/job-type.ts";
import { type BudgetUse, budgetId, type Incident } from "../core/job/incident.ts";
import { budgetSteps, type HourCost, hourToCount, type Spending, withHour } from "../core/job/spending.ts";
import { hourMs } from "../core/kernel/duration-ms.ts";
import { attend } from "../core/operations/alerting.ts";
import type { ReconcilerServices } from "../core/operations/services.ts";
import { type Costs, costs } from "../core/queries/costs.ts";
import type { RoundMemory } from "./memory.ts";

/** A budget with its product. */
interface Budgeted extends BudgetRule {
  product: Product;
}

export const budgetsOf = (products: readonly Product[]): Budgeted[] =>
  products.flatMap((product) => budgetRules(product).map((rule) => ({ ...rule, product })));

/** The tenants that have budgets. */
export const budgetTenants = (budgets: readonly Budgeted[]): Tenant[] => [
  ...new Map(
    budgets.map(({ product, env }) => {
      const tenant = { product: product.tag, env };
      return [tenantName(tenant), tenant] as const;
    }),
  ).values(),
];

/** What is read of an hour, in which more may have ended: the rest is taken to be like it. */
const hourReads = { ended: 1000, pending: 1000, runs: 5000, firstPage: 4, parents: 0 };
/** How many hours of a tenant are counted in a round, after a deployment in the middle of a month or an outage. */
export const hoursOfRound = 24;
const mostDearest = 3;

/**
 * Counts the hours that are over, what was counted last first read anew. The write of an hour is conditional, so that another process, or the
 * next one after a crash, counts no hour twice and leaves out none.
 */
export async function countSpending(
  services: ReconcilerServices,
  { spent }: RoundMemory,
  tenant: Tenant,
  isOver: () => boolean,
): Promise<void> {
  const { incidents, clock } = services;
  const name = tenantName(tenant);
  if (spent.has(name) && hourToCount(spent.get(name), clock.now()) === undefined) return;
  let spending = await incidents.spending(tenant);
  for (let hours = 0; hours < hoursOfRound && !isOver(); hours++) {
    const now = clock.now();
    const hour = hourToCount(spending, now);
    if (hour === undefined) break;
    const asked = { tenants: [tenant], from: hour, to: hour + hourMs, by: "event", now, most: hourReads } as const;
    const after = withHour(spending, hour, hourCost(await costs(services, asked)));
    const written = await incidents.spend(tenant, spending, after);
    spending = written === "spent" ? after : await incidents.spending(tenant);
  }
  if (spending) spent.set(name, spending);
}

/** With what was not looked at, as far as the statistics know of it. */
function hourCost({ usd, extrapolated_usd = usd, rows }: Pick<Costs, "usd" | "extrapolated_usd" | "rows">): HourCost {
  const factor = usd > 0 ? extrapolated_usd / usd : 1;
  const events = rows.flatMap((row) => (row.event === undefined ? [] : [[row.event, row.usd * factor] as const]));
  return { usd: extrapolated_usd, events: Object.fromEntries(events) };
}

/**
 * Whether a part of a budget is used up. Each step of it is counted once, and told. `held`: nothing is said before all hours that are over
 * were counted, since that would be less than was used.
 */
export async function overspent(
  services: ReconcilerServices,
  { spent }: RoundMemory,
  { product, env, budget, rule }: Budgeted,
): Promise<"held" | "fine" | "exceeded"> {
  const { incidents, clock } = services;
  const tenant = { product: product.tag, env };
  const spending = spent.get(tenantName(tenant)) ?? (await incidents.spending(tenant));
  const now = clock.now();
  if (!spending || hourToCount(spending, now) !== undefined) return "held";
  const steps = budgetSteps(spending.usd, budget);
  if (steps === 0) return "fine";
  const name = { ...tenant, id: budgetId(rule.alert) };
  const known = await incidents.get(name);
  // That of the month before ends first.
  if (known?.state === "open" && known.budget?.month !== spending.month) return "fine";
  const use = { ...budgetUse(spending), budget_usd: budget.usd, warn_at: budget.warnAt, steps };
  const incident = await noteBudget(services, { known, name, alert: rule.alert, use, now });
  if (incident) await attend(services, incident, { rule, isQuiet: () => false });
  return "exceeded";
}

const budgetUse = ({ month, usd, until, events }: Spending) => {
  const dearest = Object.entries(events).map(([event, usd]) => ({ event, usd }));
  return { month, usd, until, dearest: dearest.sort((one, other) => other.usd - one.usd).slice(0, mostDearest) };
};

interface Noting {
  known: Incident | undefined;
  name: { product: string; env: string; id: string };
  alert: string;
  use: BudgetUse;
  now: number;
}

/** Counts the steps that the incident has not counted, and keeps in it what was used so far. Undefined: another process is at it. */
async function noteBudget(
  { incidents }: Pick<ReconcilerServices, "incidents">,
  { known, name, alert, use, now }: Noting,
): Promise<Incident | undefined> {
  const counted = known?.budget && isSameUse(known.budget, use) ? known.budget.steps : 0;
  if (known && counted >= use.steps) {
    if (known.budget?.until === use.until) return known;
    const changed = await incidents.change(known, { budget: use });
    return changed === "lost" ? undefined : changed;
  }
  // Behind its end, also by a clock that is behind: only what happens later opens it again.
  const at = Math.max(now, (known?.ended_at ?? Number.NEGATIVE_INFINITY) + 1);
  // Two processes that have found the same count it once.
  const entries = Array.from({ length: use.steps - counted }, (_, i) => ({
    ...{ mark: `${use.month}/${(known?.count ?? 0) + i + 1}`, written_at: now, at },
  }));
  const subject = { kind: "budget" as const, alert, budget: use };
  return await incidents.add({ ...name, subject, entries }, { mustExist: false });
}

/** A budget that was changed is begun anew: what was used of it is told once more. */
const isSameUse = (one: BudgetUse, other: BudgetUse): boolean =>
  one.month === other.month && one.budget_usd === other.budget_usd && one.warn_at === other.warn_at;
