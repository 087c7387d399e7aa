import { execute as callAction } from "../../../../lambdas/consumers/types/action/execute.ts";
import { execute as runDatabaseAction } from "../../../../lambdas/consumers/types/database_action/execute.ts";
import { execute as callFunction } from "../../../../lambdas/consumers/types/function/execute.ts";
import { execute as notify } from "../../../../lambdas/consumers/types/notification/execute.ts";
import { execute as publish } from "../../../../lambdas/consumers/types/publish/execute.ts";
import { execute as store } from "../../../../lambdas/consumers/types/storage/execute.ts";
import { MissingInCatalog } from "../../../../lambdas/core/job/job-error.ts";
import { anExecution } from "../../../support/an-execution.ts";

const sql = { engine: "postgres", actions: { count: { sql: "SELECT 1", kind: "query" } } };

describe("a job whose target has lost its settings for the env waits for another deployment", () => {
  it.each([
    ["App shop", callAction, { type: "action", app: "shop", action: "ship" }, { actions: { ship: {} } }],
    ["Database ledger", runDatabaseAction, { type: "database_action", database: "ledger", action: "count" }, sql],
    ["Function resize", callFunction, { type: "function", function: "resize" }, {}],
    ["Notification welcome", notify, { type: "notification", notification: "welcome" }, { messages: { hello: {} } }],
    ["Broker orders", publish, { type: "publish", broker: "orders", topic: "paid" }, {}],
    ["Storage files", store, { type: "storage", storage: "files" }, {}],
  ] as const)("%s", async (called, execute, event, target) => {
    const execution = anExecution({ event, input: { slug: "hello" }, target: { ...target, envs: { dev: {} } } });
    const failed = execute(execution);
    await expect(failed).rejects.toThrow(`${called} has no settings for env prd.`);
    await expect(failed).rejects.toBeInstanceOf(MissingInCatalog);
  });
});
