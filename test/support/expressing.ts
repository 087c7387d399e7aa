import { registry } from "../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../lambdas/core/catalog/job-type.ts";
import { secret } from "../../lambdas/core/catalog/references.ts";

const everywhere = <Value>(value: Value) => ({ dev: value, prd: value });

/** A product with two events per target: one takes expressions (`*_x`), the other takes none. */
export const expressing = {
  tag: "shop",
  envs: ["dev", "prd"],
  variables: { dev: { limit: 5, stripe: { api_version: "v1" } }, prd: { limit: 9, stripe: { api_version: "v2" } } },
  constants: { brand: "Shop", vat: 19, colours: ["red", "blue"], hostile: "$Now" },
  jobs: {
    order: { type: "action", app: "api", action: "order" },
    order_x: { type: "action", app: "api", action: "order", expressions: true },
    tell_x: { type: "notification", notification: "customers", expressions: true },
    record_x: { type: "database_action", database: "orders", action: "create", expressions: true },
    price_x: { type: "function", function: "pricing", expressions: true },
    store: { type: "storage", storage: "files" },
    store_x: { type: "storage", storage: "files", expressions: true },
    onboard: { type: "feature", feature: "onboard" },
    onboard_x: { type: "feature", feature: "onboard", expressions: true },
  },
  apps: {
    api: {
      envs: everywhere({ base_url: "http://127.0.0.1" }),
      actions: { order: { method: "POST", path: "/orders/:id", defaults: { params: { id: "none" } } } },
    },
  },
  notifications: {
    customers: {
      envs: everywhere({ email: { provider: "ses", from: "shop@shop.example" } }),
      messages: { welcome: { email: { subject: "Hi {{name}}", template: "<p>{{name}}</p>" } } },
    },
  },
  databases: {
    orders: {
      engine: "postgres",
      envs: everywhere({ connection: secret("orders#url") }),
      actions: {
        create: { operation: "create", statement: "INSERT INTO orders VALUES ({{id:uuid}}, {{total:float:0:10}})" },
      },
    },
  },
  functions: { pricing: { envs: everywhere({ provider: "http", url: "http://127.0.0.1" }) } },
  storages: { files: { envs: everywhere({ provider: "s3", bucket: "b" }) } },
  features: {
    onboard: {
      input: { name: { type: "string" }, total: { type: "number", required: false } },
      sequences: {
        main: [
          { event: "order_x", input: { body: { greeting: "Hi $Input{name}!", name: "$Input{name}", $key: "$$5" } } },
          {
            event: "order",
            if: { value: "$Input{name}-$Constant{brand}", not_equals: "-$Constant{brand}" },
            input: {
              params: { id: "second" },
              body: { from: "$Sequence{main}{order_x}{body}{echo}", limit: "$Variable{limit} of $Constant{brand}" },
            },
          },
        ],
      },
      output: { text: "$Constant{brand}: $Sequence{main}{order_x}{body}{echo}", limit: "$Variable{limit}" },
    },
  },
} as const satisfies Product;

export const expressingCatalog = makeCatalog([expressing], registry);

const session = { secret: secret("session"), audience: "shop", issuer: "https://idp.example" };

/** The same product with two sessions, and a feature whose texts refer to one of them. */
export const withSessions = {
  ...expressing,
  sessions: {
    user: { claims: ["sub", "email", "name"], envs: everywhere(session) },
    staff: { envs: everywhere(session) },
  },
  jobs: { ...expressing.jobs, welcome: { type: "feature", feature: "welcome" } },
  features: {
    ...expressing.features,
    welcome: {
      sequences: {
        main: [
          {
            event: "order",
            if: { value: "$Session{user}{sub}", exists: true },
            input: { body: { to: "$Session{user}{email}" } },
          },
        ],
      },
      output: { name: "$Session{user}{name}", who: "for $Session{user}{sub}" },
    },
  },
} as const satisfies Product;
