import { defineProduct } from "../lambdas/consumers/types/define-product.ts";
import { code } from "../lambdas/core/catalog/code-target.ts";
import { parameter, secret } from "../lambdas/core/catalog/references.ts";

const shop = {
  base_url: parameter("/my-product/shop-url"),
  auth: { type: "bearer", token: secret("my-product/shop#token") },
  credentials: { partner: secret("my-product/shop#partner") },
} as const;

/** Who signs in to the shop. A product of yours rather has `jwks`, the URL of the public keys of whoever signs its users in. */
const customer = { secret: secret("my-product/session#secret"), audience: "my-product" } as const;

const customers = {
  push: {
    provider: "fcm",
    service_account: secret("my-product/fcm"),
    endpoint: parameter("/my-product/fcm-endpoint"),
  },
  email: { provider: "smtp", url: secret("my-product/smtp#url"), from: "My Product <orders@my-product.example>" },
  callback: { url: parameter("/my-product/callback-url") },
} as const;

const orders = { connection: secret("my-product/orders#url") } as const;
const pricing = { provider: "http", url: parameter("/my-product/pricing-url") } as const;
const documents = {
  provider: "s3",
  bucket: parameter("/my-product/documents-bucket"),
  prefix: "documents",
} as const;

const couriers = { actions: { request_pickup: { method: "POST", path: "/pickups" } } } as const;
const express = { base_url: parameter("/my-product/express-url") } as const;
const parcel = { base_url: parameter("/my-product/parcel-url") } as const;

/** Events for whoever has a rule on the account's own bus, which every account has. */
const announcements = {
  provider: "eventbridge",
  bus: "default",
  source: "my-product",
  topics: { order_placed: { detail_type: "order.placed" } },
} as const;

const hook = { url: parameter("/my-product/webhook-url"), secret: secret("my-product/webhook#secret") } as const;

/** The demo: an event of every type. `npm start` runs it on this machine, where its references lead to the outbox. */
export const myProduct = defineProduct({
  tag: "my-product",
  name: "My Product",
  envs: ["dev", "prd"],
  jobs: {
    create_order: { type: "action", app: "shop", action: "create_order", trends: true },
    send_notification: { type: "notification", notification: "customers" },
    record_order: { type: "database_action", database: "orders", action: "create" },
    orders_of_customer: { type: "database_action", database: "orders", action: "of_customer" },
    calculate_price: { type: "function", function: "pricing" },
    estimate_delivery: { type: "function", function: "delivery" },
    store_document: { type: "storage", storage: "documents" },
    announce_order: { type: "publish", broker: "announcements", topic: "order_placed" },
    place_order: { type: "feature", feature: "place_order" },
    pay_order: { type: "feature", feature: "pay_order" },
    refund_order: { type: "feature", feature: "refund_order" },
    quote_order: { type: "feature", feature: "quote" },
    order_again: { type: "action", app: "shop", action: "order_again", expressions: true },
    notify_warehouse: { type: "action", app: "shop", action: "notify_warehouse", limits: ["warehouse"] },
    refund: { type: "action", app: "shop", action: "refund" },
    request_pickup: { type: "action", app: "couriers", action: "request_pickup" },
  },
  limits: {
    warehouse: {
      description: "A warehouse takes 10 calls per second, and 12 at a time.",
      key: "$Input{params}{warehouse}",
      concurrency: 12,
      rate: { limit: 10, period: "1s" },
    },
  },
  // Where nothing else is asked for, they run in deployments only: `npm start -- --schedules`.
  schedules: {
    daily_price_check: {
      event: "calculate_price",
      env: "prd",
      description: "Asks for a price every morning, so that a broken price list is noticed before customers come.",
      cron: "0 6 * * *",
      tz: "Europe/Berlin",
      input: { payload: { sku: "A-1", quantity: 1 } },
      except: ["holidays"],
      missed: "skip",
    },
  },
  calendars: { holidays: ["2026-12-25", "2026-12-26", "2027-01-01"] },
  webhooks: { orders: { events: ["completed", "failed"], envs: { dev: hook, prd: hook } } },
  receivers: { chat: { slack: parameter("/my-product/chat-url") } },
  alerts: {
    fails: { when: "new_cause", notify: ["chat"] },
    reported: { when: "not_completed", schedule: "daily_price_check", within: "1h", notify: ["chat"] },
  },
  sessions: { customer: { claims: ["sub", "email"], envs: { dev: customer, prd: customer } } },
  constants: { mail_domain: "example.com" },
  apps: {
    // On this machine nobody listens where the first of them should be, so that a pickup shows how the second takes over.
    couriers: { fallback: ["express", "parcel"] },
    express: { ...couriers, envs: { dev: express, prd: express } },
    parcel: { ...couriers, envs: { dev: parcel, prd: parcel } },
    shop: {
      envs: { dev: shop, prd: shop },
      actions: {
        create_order: {
          method: "POST",
          path: "/orders/:customer",
          // An order without a customer belongs to a guest.
          defaults: { params: { customer: "guest" }, query: { source: "jobs" } },
        },
        order_again: {
          method: "POST",
          path: "/customers/:customer/orders",
          defaults: { headers: { "x-partner": "$Auth{shop}{partner}" } },
        },
        notify_warehouse: { method: "POST", path: "/warehouses/:warehouse" },
        refund: { method: "POST", path: "/orders/:order/refunds" },
      },
    },
  },
  notifications: {
    customers: {
      envs: { dev: customers, prd: customers },
      messages: {
        order_update: {},
        welcome: {
          push_notification: { title: "Welcome, {{name}}", body: "Good to have you, {{name}}." },
          email: { subject: "Welcome, {{name}}", template: "<p>Good to have you, {{name}}.</p>" },
        },
        decision: {
          email: {
            subject: "Please decide: {{question}}",
            template: `<p>{{question}}</p><p><a href="{{url}}">Decide now</a></p><p>With this link anyone can decide, so keep it to yourself.</p>`,
          },
        },
      },
    },
  },
  databases: {
    orders: {
      engine: "postgres",
      envs: { dev: orders, prd: orders },
      actions: {
        create: {
          operation: "create",
          // A job may run twice, but an order must not be placed twice.
          statement: `INSERT INTO orders (id, customer, total)
            VALUES ('{{id:uuid}}', '{{customer:string:1:64}}', {{total:float:0}}) ON CONFLICT (id) DO NOTHING`,
        },
        of_customer: {
          operation: "read",
          max_rows: 100,
          statement: `SELECT id, customer, total, created_at FROM orders
            WHERE customer = '{{filter.customer:string:1:64}}' ORDER BY created_at`,
        },
      },
    },
  },
  functions: {
    pricing: { envs: { dev: pricing, prd: pricing } },
    delivery: code<typeof import("./functions/delivery.ts")>("./functions/delivery.ts"),
  },
  storages: { documents: { envs: { dev: documents, prd: documents } } },
  brokers: { announcements: { envs: { dev: announcements, prd: announcements } } },
  features: {
    // A function of its own in the place of steps, which is replayed at each decision.
    quote: code<typeof import("./features/quote.ts")>("./features/quote.ts", {
      input: {
        number: { type: "string", max: 64 },
        customer: { type: "string", max: 64 },
        sku: { type: "string" },
        quantity: { type: "integer", min: 1 },
      },
      signals: { accepted: { schema: { by: { type: "string", max: 64 } } }, declined: {} },
    }),
    place_order: {
      input: { customer: { type: "string", max: 64 }, sku: { type: "string" }, quantity: { type: "integer", min: 1 } },
      sequences: {
        main: [
          { event: "calculate_price", input: { payload: { sku: "$Input{sku}", quantity: "$Input{quantity}" } } },
          {
            event: "create_order",
            input: {
              params: { customer: "$Input{customer}" },
              body: {
                sku: "$Input{sku}",
                quantity: "$Input{quantity}",
                price: "$Sequence{main}{calculate_price}{body}",
              },
            },
          },
        ],
        mail: [
          {
            event: "send_notification",
            depends_on: ["main.create_order"],
            allow_fail: true,
            input: {
              slug: "order_update",
              email: {
                to: "$Input{customer}@$Constant{mail_domain}",
                subject: { en: "Your order of $Uppercase($Input{sku})" },
                template: { en: "<p>It is on its way.</p>" },
              },
            },
          },
        ],
      },
      output: { order: "$Sequence{main}{create_order}{body}", placed_at: "$Dateformat($Now, 'YYYY-MM-DD')" },
    },
    // A run waits for up to three days, at no cost, until somebody says that the order is paid or refused.
    pay_order: {
      input: { order: { type: "string", max: 64 }, customer: { type: "string", max: 64 } },
      signals: { paid: { schema: { amount: { type: "number", min: 0 } } }, refused: {} },
      sequences: {
        main: [
          {
            step: "money",
            wait: {
              any: [
                { signal: "paid", key: "$Input{order}" },
                { signal: "refused", key: "$Input{order}" },
              ],
              timeout: "3d",
              otherwise: "continue",
            },
          },
          {
            event: "create_order",
            if: { value: "$Sequence{main}{money}{signal}", equals: "paid" },
            input: {
              params: { customer: "$Input{customer}" },
              body: { order: "$Input{order}", amount: "$Sequence{main}{money}{payload}{amount}" },
            },
          },
        ],
      },
      output: { paid: "$Sequence{main}{money}{payload}{amount}" },
    },
    // A person decides by a link in a mail: on this machine, in the outbox.
    refund_order: {
      input: { order: { type: "string", max: 64 }, total: { type: "number", min: 0 }, reason: { type: "string" } },
      sequences: {
        main: [
          {
            step: "decision",
            approve: {
              title: "Refund $Input{total} EUR for order $Input{order}?",
              show: [
                { label: "Order", value: "$Input{order}" },
                { label: "Amount", value: "$Input{total} EUR" },
                { label: "Reason", value: "$Input{reason}" },
              ],
              choices: ["approve", "reject"],
              ask: {
                event: "send_notification",
                to: "refunds@$Constant{mail_domain}",
                input: {
                  slug: "decision",
                  email: {
                    to: "refunds@$Constant{mail_domain}",
                    subject: { question: "Refund $Input{total} EUR for order $Input{order}?" },
                    template: {
                      question: "Refund $Input{total} EUR for order $Input{order}?",
                      url: "$Approval{url}",
                    },
                  },
                },
              },
              timeout: "24h",
              otherwise: "reject",
            },
          },
          {
            event: "refund",
            if: { value: "$Sequence{main}{decision}{choice}", equals: "approve" },
            input: { params: { order: "$Input{order}" }, body: { total: "$Input{total}" } },
          },
        ],
      },
      output: { decision: "$Sequence{main}{decision}", refund: "$Sequence{main}{refund}{body}" },
    },
  },
});
