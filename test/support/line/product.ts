import { registry } from "../../../lambdas/consumers/types/registry.ts";
import { type Catalog, makeCatalog } from "../../../lambdas/core/catalog/catalog.ts";
import type { ProductEvent } from "../../../lambdas/core/catalog/job-type.ts";
import type { Limit } from "../../../lambdas/core/catalog/limit.ts";

export const tenant = { product: "shop", env: "prd" } as const;

export interface LineProduct {
  limits: Record<string, Limit>;
  /** The limits of each event. Default: an event for each limit, with its name. */
  events?: Record<string, { limits: string[] } & Record<string, unknown>>;
}

/** A product whose events are actions that a test pretends to run. */
export function lineCatalog({ limits, events = eventsOf(limits) }: LineProduct): Catalog {
  const jobs = Object.fromEntries(
    Object.entries(events).map(([tag, event]) => [tag, { type: "action", app: "api", action: "call", ...event }]),
  ) as Record<string, ProductEvent>;
  const call = { method: "POST", path: "/" } as const;
  const api = { envs: { [tenant.env]: { base_url: "http://127.0.0.1" } }, actions: { call } };
  return makeCatalog([{ tag: tenant.product, envs: [tenant.env], limits, jobs, apps: { api } }], registry);
}

const eventsOf = (limits: Record<string, Limit>) =>
  Object.fromEntries(Object.keys(limits).map((limit) => [limit, { limits: [limit] }]));
