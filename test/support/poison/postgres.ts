import { closePostgres } from "../../../lambdas/consumers/types/database_action/engines/postgres.ts";
import { execute } from "../../../lambdas/consumers/types/database_action/execute.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { secret } from "../../../lambdas/core/catalog/references.ts";
import { runBatch } from "./batch.ts";
import { asked, say } from "./in-process.ts";

export interface AskedOfDatabase {
  url: string;
  /** By its name: an action whose rows are foreign data. */
  poisons: Record<string, { operation: string; statement: string }>;
  innocents: number;
}

const { url, poisons, innocents } = asked<AskedOfDatabase>();
const names = Object.keys(poisons);
const insert = "INSERT INTO kept (name) SELECT {{name:string}} FROM pg_sleep(0.2)";

const product = {
  tag: "p",
  envs: ["prd"],
  jobs: Object.fromEntries(
    [...names.keys(), "insert"].map((action) => [
      `e${action}`,
      { type: "database_action", database: "it", action: `a${action}` },
    ]),
  ),
  databases: {
    it: {
      engine: "postgres",
      envs: { prd: { connection: secret("url") } },
      actions: Object.fromEntries([
        ...names.map((name, i) => [`a${i}`, poisons[name]]),
        ["ainsert", { operation: "create", statement: insert }],
      ]),
    },
  },
} as unknown as Product;

for (const [i, name] of names.entries()) {
  const others = Array.from({ length: innocents }, (_, n) => ({
    event: "einsert",
    input: { data: { name: `${name} ${n}` } },
  }));
  const jobs = [{ event: `e${i}`, input: { data: {} } }, ...others];
  const outcomes = await runBatch({ type: "database_action", product, jobs, secrets: { url }, execute });
  say({ name, outcomes });
}
closePostgres();
