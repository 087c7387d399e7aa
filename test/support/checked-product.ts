import { registry } from "../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../lambdas/core/catalog/catalog.ts";
import { parameter, secret } from "../../lambdas/core/catalog/references.ts";
import type { Fault } from "../../lambdas/core/kernel/errors.ts";
import type { RequestError } from "../../lambdas/core/kernel/request-error.ts";
import { parseRequest } from "../../lambdas/core/requests/request.ts";
import { noon } from "./builders.ts";

const smtp = { provider: "smtp", url: secret("smtp"), from: "shop@shop.example" } as const;
const ses = { provider: "ses", from: "shop@shop.example" } as const;
const channels = {
  push: { provider: "expo" },
  email: smtp,
  sms: { provider: "sns" },
  callback: { url: "https://hooks.example/:shop/done", method: "GET" },
} as const;

/** A product whose requests have much to check. */
export const product = {
  tag: "shop",
  envs: ["dev", "ses"],
  jobs: {
    order: { type: "action", app: "api", action: "order" },
    list: { type: "action", app: "api", action: "list" },
    form: { type: "action", app: "api", action: "form" },
    keyed: { type: "action", app: "api", action: "keyed" },
    evaluated: { type: "action", app: "api", action: "form", expressions: true },
    hidden: { type: "action", app: "hidden", action: "order" },
    tell: { type: "notification", notification: "customers" },
  },
  apps: {
    api: {
      envs: { dev: { base_url: "https://api.example/:version" }, ses: { base_url: "https://api.example" } },
      actions: {
        order: { method: "POST", path: "/orders/:order_id?v=:no", defaults: { params: { version: "v1" } } },
        list: { method: "GET", path: "/orders", defaults: { params: { version: "v1" } } },
        keyed: {
          method: "POST",
          path: "/k",
          defaults: { params: { version: "v1" }, headers: { "idempotency-key": "$Input{body}{order}" } },
        },
        form: { method: "POST", path: "/f", body_type: "form", defaults: { params: { version: "v1" } } },
      },
    },
    hidden: {
      envs: { dev: { base_url: parameter("/url") }, ses: { base_url: parameter("/url") } },
      actions: { order: { method: "POST", path: "/orders/:id" } },
    },
  },
  notifications: {
    customers: {
      envs: { dev: channels, ses: { ...channels, email: ses } },
      messages: {
        plain: {},
        welcome: {
          push_notification: { title: "Welcome, {{name}}", body: "Hi" },
          email: { subject: "Welcome, {{ name }}", template: "<p>{{name}} of {{city}}</p>" },
          sms: { body: "Hi {{name}}" },
        },
        receipt: {
          push_notification: { title: "Thanks", body: "{{order.items.0.name}}" },
          email: { subject: "Receipt", template: "<p>{{user.name}}: {{order.total}}</p>" },
          sms: { to: "{{user.phone}}", body: "{{user.name}}, thanks" },
        },
        alarm: { sms: { to: "+49 30 123456", body: "Alarm" } },
      },
    },
  },
} as const;

const catalog = makeCatalog([product], registry);

/** What explain notes of a request for one of its events. */
export const notesOf = (event: string, input: object): Fault[] =>
  parseRequest({ product_tag: "shop", env: "dev", event, input, start_at: 0 }, catalog, noon).notes ?? [];

/** The faults of a request for one of its events. */
export function faultsOf(event: string, input: object, env = "dev"): Fault[] {
  try {
    parseRequest({ product_tag: "shop", env, event, input, start_at: 0 }, catalog, noon);
    return [];
  } catch (error) {
    return (error as RequestError).faults;
  }
}
