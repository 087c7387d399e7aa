import { secret } from "../../../lambdas/core/catalog/references.ts";
import { part } from "./part.ts";

const orders = { connection: secret("my-product/orders#url") } as const;

export const databaseAction = part({
  jobs: {
    record_order: { type: "database_action", database: "orders", action: "create" },
    orders_of_customer: { type: "database_action", database: "orders", action: "of_customer" },
  },
  databases: {
    orders: {
      engine: "postgres",
      envs: { dev: orders, prd: orders },
      actions: {
        create: {
          operation: "create",
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
});
