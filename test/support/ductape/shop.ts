import { defineProduct } from "../../../lambdas/consumers/types/define-product.ts";
import { parameter, secret } from "../../../lambdas/core/catalog/references.ts";

const shop = { base_url: parameter("/my-product/shop-url") } as const;
const payments = { base_url: parameter("/my-product/payments-url") } as const;
const customers = {
  push: {
    provider: "fcm",
    service_account: secret("my-product/fcm"),
    endpoint: parameter("/my-product/fcm-endpoint"),
  },
  email: { provider: "smtp", url: secret("my-product/smtp#url"), from: "My Product <orders@my-product.example>" },
  sms: { provider: "sns" },
  callback: { url: parameter("/my-product/callback-url") },
} as const;
const orders = { connection: secret("my-product/orders#url") } as const;
const pricing = { provider: "http", url: parameter("/my-product/pricing-url") } as const;
const ping = { provider: "http", url: parameter("/my-product/ping-url") } as const;
const documents = { provider: "s3", bucket: parameter("/my-product/documents-bucket"), prefix: "files" } as const;

/** What a team that comes from Ductape may have: an event of every type, and messages with and without templates. */
export const shopOfDuctape = defineProduct({
  tag: "my-product",
  envs: ["prd"],
  variables: { prd: { region: "eu", limits: { rows: 7 } } },
  constants: { brand: "Ductape & Sons" },
  jobs: {
    create_order: { type: "action", app: "shop", action: "create_order" },
    find_orders: { type: "action", app: "shop", action: "find_orders" },
    charge: { type: "action", app: "payments", action: "charge" },
    sync: { type: "action", app: "shop", action: "sync", expressions: true },
    send_notification: { type: "notification", notification: "customers" },
    "orders:create": { type: "database_action", database: "orders", action: "create" },
    orders_of: { type: "database_action", database: "orders", action: "of_customer" },
    all_orders: { type: "database_action", database: "orders", action: "all" },
    calculate_price: { type: "function", function: "pricing" },
    ping: { type: "function", function: "ping" },
    store_document: { type: "storage", storage: "documents" },
    greet: { type: "feature", feature: "greet" },
  },
  apps: {
    shop: {
      envs: { prd: shop },
      actions: {
        create_order: { method: "POST", path: "/orders/:customer" },
        find_orders: { method: "GET", path: "/orders" },
        sync: { method: "POST", path: "/sync", defaults: { headers: { "x-region": "$Variable{region}" } } },
      },
    },
    payments: { envs: { prd: payments }, actions: { charge: { method: "POST", path: "/charges" } } },
  },
  notifications: {
    customers: {
      envs: { prd: customers },
      messages: {
        order_update: {},
        welcome: {
          push_notification: { title: "Welcome, {{user.name}}", body: "Good to have you." },
          email: { subject: "Welcome", template: "<p>{{user.name}} from {{user.city}}</p>" },
          sms: { to: "{{phone}}", body: "Hi {{name}}" },
        },
      },
    },
  },
  databases: {
    orders: {
      engine: "postgres",
      envs: { prd: orders },
      actions: {
        create: {
          operation: "create",
          statement: "INSERT INTO orders (id, customer, total) VALUES ({{id:uuid}}, {{customer}}, {{total:float:0}})",
        },
        of_customer: {
          operation: "read",
          statement: "SELECT customer, total FROM orders WHERE customer = {{filter.customer}} ORDER BY total",
        },
        all: { operation: "read", statement: "SELECT count(*) AS orders FROM orders" },
      },
    },
  },
  functions: { pricing: { envs: { prd: pricing } }, ping: { envs: { prd: ping } } },
  storages: { documents: { envs: { prd: documents } } },
  features: {
    greet: {
      sequences: {
        main: [
          {
            event: "customers:order_update",
            step: "mail",
            input: {
              email: {
                recipients: ["$Input{email}"],
                subject: { en: "Hi $Input{name}! $$5 at $Constant{brand}" },
                template: { en: "<p>$Variable{region}</p>" },
              },
            },
          },
        ],
      },
      output: { text: "$Uppercase($Input{name}) of $Variable{region}" },
    },
  },
});
