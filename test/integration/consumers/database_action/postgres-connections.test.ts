import pg from "pg";
import { closePostgres } from "../../../../lambdas/consumers/types/database_action/engines/postgres.ts";
import { startPostgres } from "../../../support/databases/postgres.ts";
import { type Asked, failureOf, runAction } from "../../../support/databases/run-action.ts";
import { startSilentServer } from "../../../support/databases/silent-server.ts";
import { fakeClock } from "../../../support/fakes/clock.ts";
import { startGate } from "../../../support/tcp-gate.ts";
import { until } from "../../../support/until.ts";

let server: Awaited<ReturnType<typeof startPostgres>>;
let admin: pg.Client;
beforeAll(async () => {
  server = await startPostgres();
  admin = new pg.Client({ connectionString: server.url() });
  await admin.connect();
});
afterAll(async () => {
  closePostgres();
  await admin?.end();
  await server?.stop();
});

const run = (operation: string, statement: string, data = {}, more: Partial<Asked> = {}) =>
  runAction({ engine: "postgres", url: server.url(), action: { operation, statement }, data, ...more });
const backends = async () =>
  (
    await admin.query(
      "SELECT pid FROM pg_stat_activity WHERE query <> '' AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
    )
  ).rows.length;

describe("PostgreSQL's connections", () => {
  beforeEach(() => closePostgres());

  it("are kept and reused, and at most four are open at once", async () => {
    const pid = "SELECT pg_backend_pid() AS pid, pg_sleep(0.01)";
    const first = await run("read", pid);
    expect(await run("read", pid)).toEqual(first);
    const results = await Promise.all(Array.from({ length: 12 }, () => run("read", pid)));
    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBeLessThanOrEqual(4);
  });

  it("are replaced after they were reset while idle, or closed by the server", async () => {
    const gate = await startGate(server.port);
    const through = { url: server.url(gate.port) };
    await run("read", "SELECT 1", {}, through);
    gate.reset();
    const soon = await run("read", "SELECT 1 AS one", {}, through).catch((error: unknown) => error);
    // The reset may not have arrived yet: then this attempt fails on it, and the next one gets a new connection.
    if (soon instanceof Error) expect(soon).toMatchObject({ code: "CONNECTION_ERROR", retryable: true });
    expect(await run("read", "SELECT 1 AS one", {}, through)).toMatchObject({ rows: [{ one: 1 }] });
    const ended = failureOf(run("read", "SELECT pg_terminate_backend(pg_backend_pid())", {}, through));
    expect(await ended).toMatchObject({ code: "SERVICE_UNAVAILABLE", retryable: true });
    expect(await run("read", "SELECT 1 AS one", {}, through)).toMatchObject({ rows: [{ one: 1 }] });
    closePostgres();
    await gate.stop();
  });

  it("are discarded when they hang until the job's timeout, and the next attempt gets a new one", async () => {
    const gate = await startGate(server.port);
    const through = { url: server.url(gate.port) };
    await run("read", "SELECT 1", {}, through);
    gate.hang(true);
    const job = new AbortController();
    const hanging = failureOf(run("read", "SELECT 1", {}, { ...through, signal: job.signal }));
    await new Promise(setImmediate);
    const timeout = new Error("the job's timeout");
    job.abort(timeout);
    expect(await hanging).toBe(timeout);
    gate.hang(false);
    expect(await run("read", "SELECT 1 AS one", {}, through)).toMatchObject({ rows: [{ one: 1 }] });
    closePostgres();
    await gate.stop();
  });

  it("that were idle for long are tested first, and replaced when nobody answers", async () => {
    const gate = await startGate(server.port);
    const clock = fakeClock();
    const through = { url: server.url(gate.port), clock };
    await run("read", "SELECT 1", {}, through);
    await clock.advance(60_000);
    gate.hang(true);
    const running = run("read", "SELECT 1 AS one", {}, through);
    await until(() => clock.sleepers() > 0);
    gate.hang(false);
    await clock.advance(2000);
    expect(await running).toMatchObject({ rows: [{ one: 1 }] });
    closePostgres();
    await gate.stop();
  });

  it("to a server that accepts and never answers are given up after ten seconds, or at the job's timeout", async () => {
    const silent = await startSilentServer();
    const url = server.url(silent.port);
    const clock = fakeClock();
    const failing = failureOf(run("read", "SELECT 1", {}, { url, clock }));
    await silent.accepted;
    await clock.advance(10_000);
    expect(await failing).toMatchObject({ code: "CONNECTION_ERROR", retryable: true });
    const job = new AbortController();
    const hanging = failureOf(run("read", "SELECT 1", {}, { url, signal: job.signal }));
    job.abort(new Error("the job's timeout"));
    expect(await hanging).toBe(job.signal.reason);
    await until(() => silent.open() === 0);
    await silent.stop();
  });

  it("leave nothing behind", async () => {
    await run("read", "SELECT 1");
    closePostgres();
    await until(async () => (await backends()) === 0);
  });
});
