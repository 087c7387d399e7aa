import type { IncidentRule } from "../job/incident.ts";
import type { Job, JobType } from "../job/job.ts";
import type { Budget } from "../job/spending.ts";
import { defined } from "../kernel/defined.ts";
import { durationMs } from "../kernel/duration-ms.ts";
import type { Alert, Receiver } from "./alert-schema.ts";
import { type Catalog, type FoundEvent, ownValue } from "./catalog.ts";
import type { Product } from "./job-type.ts";
import { scheduleEnvs } from "./schedules.ts";

export const alertsOf = (product: Product): Record<string, Alert> => (product.alerts ?? {}) as Record<string, Alert>;

export const receiversOf = (product: Product): Record<string, Receiver> =>
  (product.receivers ?? {}) as Record<string, Receiver>;

export const hasAlerts = (product: Product): boolean => Object.keys(alertsOf(product)).length > 0;

/** The envs that an alert watches. */
const envsOfAlert = (product: Product, alert: Alert): readonly string[] => {
  if (alert.when !== "not_completed") return alert.envs ?? product.envs;
  const schedule = ownValue(product.schedules ?? {}, alert.schedule);
  return schedule ? scheduleEnvs(schedule) : [];
};

/** The alerts of a kind, with their names, once for each env that they watch. */
const alertsWhen = <When extends Alert["when"]>(product: Product, when: When) =>
  Object.entries(alertsOf(product))
    .filter((entry): entry is [string, Extract<Alert, { when: When }>] => entry[1].when === when)
    .flatMap(([name, alert]) => envsOfAlert(product, alert).map((env) => ({ name, alert, env })));

const defaultWindow = "10m";

const alertRule = (alert: string, given: Alert, window: string | number): IncidentRule => ({
  alert,
  notify: given.notify,
  windowMs: durationMs(window),
  ...defined({ remindMs: given.remind === undefined ? undefined : durationMs(given.remind) }),
  ...(given.escalate && { escalate: { afterMs: durationMs(given.escalate.after), notify: given.escalate.notify } }),
});

/** What is to be done about causes in an env of a product; undefined if it has no alert for them. The check sees to it that there is one. */
export function causeRule(product: Product, env: string): IncidentRule | undefined {
  const found = alertsWhen(product, "new_cause").find((one) => one.env === env);
  return found && alertRule(found.name, found.alert, found.alert.window ?? defaultWindow);
}

/** A schedule that has to complete. */
export interface SilenceRule {
  env: string;
  schedule: string;
  withinMs: number;
  rule: IncidentRule;
}

/** What is to be done about schedules whose runs do not complete. */
export const silenceRules = (product: Product): SilenceRule[] =>
  alertsWhen(product, "not_completed").map(({ name, alert, env }) => ({
    env,
    schedule: alert.schedule,
    withinMs: durationMs(alert.within),
    // It is over when a run has completed, and not after a time.
    rule: alertRule(name, alert, 0),
  }));

/** How many of the runs of some events may fail. */
export interface RateRule {
  env: string;
  events: readonly string[];
  over: number;
  /** How many runs say something. */
  least: number;
  windowMs: number;
  rule: IncidentRule;
}

/** What is to be done about events of which too many runs fail. */
export const rateRules = (product: Product): RateRule[] =>
  alertsWhen(product, "failure_rate").map(({ name, alert, env }) => ({
    ...{ env, events: alert.events, over: alert.over, least: alert.of_at_least ?? 20 },
    windowMs: durationMs(alert.window ?? "15m"),
    // It is over when fewer fail, and not after a time.
    rule: alertRule(name, alert, 0),
  }));

/** How much the jobs of an env may use in a month. */
export interface BudgetRule {
  env: string;
  budget: Budget;
  rule: IncidentRule;
}

/** What is to be done about budgets. */
export const budgetRules = (product: Product): BudgetRule[] =>
  alertsWhen(product, "cost_above").map(({ name, alert, env }) => ({
    env,
    budget: { usd: alert.usd, warnAt: alert.warn_at ?? 0.8 },
    // It is over when the month is, or the budget was raised, and not after a time.
    rule: alertRule(name, alert, 0),
  }));

export const hasBudgets = (product: Product): boolean => budgetRules(product).length > 0;

/** The tenants that have alerts. */
export const alertTenants = (products: readonly Product[]): { product: string; env: string }[] =>
  products.flatMap((product) =>
    [...new Set(Object.values(alertsOf(product)).flatMap((alert) => envsOfAlert(product, alert)))].map((env) => ({
      product: product.tag,
      env,
    })),
  );

/** How the event of a job begins that tells a channel or a webhook. No event of a catalog has a slash. */
const receiverEvent = "alert/";

/** The event of the job that tells a receiver. */
export const eventOfReceiver = (name: string, receiver: Receiver): string =>
  "event" in receiver ? receiver.event : receiverEvent + name;

/**
 * The event of the job that tells a receiver, as the engine sees it: a channel of Slack and a webhook are apps with one action. Undefined
 * for another job, or once the catalog has dropped the receiver.
 */
export function receiverEventOf(
  { products, registry }: Pick<Catalog, "products" | "registry">,
  { product: tag, env, event }: Pick<Job, "product" | "env" | "event">,
): FoundEvent | undefined {
  const product = products.find((one) => one.tag === tag);
  const receiver = product && ownValue(receiversOf(product), event.slice(receiverEvent.length));
  if (!product || !receiver || !isReceiverEvent(event) || "event" in receiver) return undefined;
  const base_url = "slack" in receiver ? receiver.slack : receiver.webhook;
  return {
    ...{ product, tag: event, definition: registry.action },
    // With credentials, though none: the address itself is one, and only goes over https.
    target: { envs: { [env]: { base_url, credentials: {} } }, actions: { tell: { method: "POST", path: "" } } },
    event: { type: "action", app: event, action: "tell" },
  };
}

export const isReceiverEvent = (event: string): boolean => event.startsWith(receiverEvent);

/** The addresses of receivers, which the consumer of actions reads. */
export const receiverAddresses = (product: Product): unknown[] =>
  Object.values(receiversOf(product)).filter((receiver) => !("event" in receiver));

/** The types of the jobs that tell receivers. */
export const alertJobTypes = (products: readonly Product[]): JobType[] => [
  ...new Set(
    products
      .filter(hasAlerts)
      .flatMap((product) =>
        Object.values(receiversOf(product)).flatMap((receiver) =>
          "event" in receiver ? (ownValue(product.jobs, receiver.event)?.type ?? []) : ["action" as const],
        ),
      ),
  ),
];
