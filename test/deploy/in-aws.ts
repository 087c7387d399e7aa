import { defineProduct } from "../../lambdas/consumers/types/define-product.ts";
import { parameter } from "../../lambdas/core/catalog/references.ts";

/** The resources in the team's own account, created by app.ts and the test and used by the jobs. */
export const teams = {
  function: "in-aws-doubler",
  bucket: "in-aws-archive",
  table: "in-aws-visits",
  requests: "in-aws-requests",
  stateMachineRole: "in-aws-waiting",
  machineRole: "in-aws-machine",
} as const;

/**
 * A product whose targets are reached with the consumer's own role, and a server outside for its limits. The demo also has to run on a machine without AWS, so
 * it cannot exercise these grants of the deployment. The deployed copy of the checkout has this product in its catalog.
 */
export const inAws = defineProduct({
  tag: "in-aws",
  envs: ["prd"],
  jobs: {
    double: { type: "function", function: "doubler", retries: 0 },
    archive: { type: "storage", storage: "archive", retries: 0 },
    alert: { type: "notification", notification: "alerts", retries: 0 },
    add_visit: { type: "database_action", database: "visits", action: "add", retries: 0 },
    rate_visit: { type: "database_action", database: "visits", action: "rate", retries: 0 },
    visit: { type: "database_action", database: "visits", action: "one", retries: 0 },
    visits_of_day: { type: "database_action", database: "visits", action: "of_day", retries: 0 },
    forget_visit: { type: "database_action", database: "visits", action: "forget", retries: 0 },
    enter: { type: "action", app: "outside", action: "enter", retries: 0, limits: ["door"] },
    tick: { type: "action", app: "outside", action: "tick", retries: 0, limits: ["clock"] },
  },
  limits: { door: { concurrency: 2 }, clock: { rate: { limit: 1, period: "2s" } } },
  apps: {
    outside: {
      envs: { prd: { base_url: parameter("/my-product/shop-url") } },
      actions: { enter: { method: "POST", path: "/held" }, tick: { method: "POST", path: "/ticks" } },
    },
  },
  functions: {
    doubler: {
      envs: { prd: { provider: "lambda", arn: `arn:aws:lambda:us-east-1:000000000000:function:${teams.function}` } },
    },
  },
  storages: {
    archive: { envs: { prd: { provider: "s3", bucket: teams.bucket, prefix: "2030", overwrite: "error" } } },
  },
  notifications: {
    alerts: {
      envs: { prd: { sms: { provider: "sns" } } },
      messages: { down: {} },
    },
  },
  databases: {
    visits: {
      engine: "dynamodb",
      envs: { prd: {} },
      actions: {
        add: {
          operation: "put",
          table: teams.table,
          item: { id: "{{id:string}}", day: "{{day:string}}" },
          condition: "attribute_not_exists(id)",
        },
        rate: {
          operation: "update",
          table: teams.table,
          key: { id: "{{id:string}}" },
          update: "SET stars = {{stars:integer:1:5}}",
        },
        one: { operation: "get", table: teams.table, key: { id: "{{id:string}}" } },
        of_day: {
          operation: "query",
          table: teams.table,
          index: "by-day",
          key_condition: "#day = {{day:string}}",
          names: { "#day": "day" },
        },
        forget: { operation: "delete", table: teams.table, key: { id: "{{id:string}}" } },
      },
    },
  },
});
