import { runJob } from "../../../../lambdas/consumers/engine/run-job.ts";
import { closePostgres } from "../../../../lambdas/consumers/types/database_action/engines/postgres.ts";
import { execute } from "../../../../lambdas/consumers/types/database_action/execute.ts";
import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../../lambdas/core/catalog/job-type.ts";
import { secret } from "../../../../lambdas/core/catalog/references.ts";
import { checkCatalog } from "../../../../lambdas/core/check/check-catalog.ts";
import { aJob, aMessage } from "../../../support/builders.ts";
import { startPostgres } from "../../../support/databases/postgres.ts";
import { fakeServices } from "../../../support/fakes/services.ts";
import { startGate } from "../../../support/tcp-gate.ts";
import { until } from "../../../support/until.ts";

const shop: Product = {
  tag: "shop",
  envs: ["prd"],
  jobs: { count: { type: "database_action", database: "orders", action: "count" } },
  databases: {
    orders: {
      engine: "postgres",
      envs: { prd: { connection: secret("shop/db#url") } },
      actions: {
        count: { operation: "aggregate", statement: "SELECT {{n:integer}}::int AS n, repeat('x', 5000) AS x" },
      },
    },
  },
};

let server: Awaited<ReturnType<typeof startPostgres>>;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  closePostgres();
  await server?.stop();
});

it("a job whose database hung succeeds in another attempt on a new connection", async () => {
  expect(checkCatalog([shop], registry)).toEqual([]);
  const gate = await startGate(server.port);
  const job = aJob({ type: "database_action", event: "count", input: { inline: { data: { n: 7 } } } });
  const services = fakeServices({
    jobs: [job],
    catalog: makeCatalog([shop], registry),
    secrets: { "shop/db#url": server.url(gate.port) },
  });
  const run = async () => {
    const now = await services.jobs.get(job.id);
    return runJob(services, execute, aMessage(now), { random: () => 0 });
  };

  gate.hang(true);
  let ended = false;
  const attempt = run().finally(() => {
    ended = true;
  });
  await until(() => gate.open() > 0 || ended);
  expect(ended).toBe(false);
  await services.clock.advance(job.timeout_ms);
  await attempt;
  expect(await services.jobs.get(job.id)).toMatchObject({
    attempt: 2,
    attempts: [{ outcome: "failed", error: { retryable: true } }],
  });

  gate.hang(false);
  await run();
  const done = await services.jobs.get(job.id);
  expect(done).toMatchObject({ status: "completed", result: { bytes: expect.any(Number) } });
  expect(JSON.stringify(services.log.lines)).not.toMatch(/pass|SELECT/);
  closePostgres();
  await gate.stop();
});
