import { fakeClock } from "../fakes/clock.ts";
import { describeWith } from "../servers.ts";
import { startGate } from "../tcp-gate.ts";
import { until } from "../until.ts";
import { type Asked, failureOf, runAction } from "./run-action.ts";
import { startSilentServer } from "./silent-server.ts";

/** A server with a database, and how its dialect says what the shared tests need. */
export interface SqlUnderTest {
  port: number;
  url(port?: number, user?: string, password?: string, database?: string): string;
  /** Runs statements as the owner of the database: the rows of the last one. */
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** A second session of the owner. */
  session(): Promise<{ query(sql: string): Promise<unknown>; end(): Promise<void> }>;
  stop(): Promise<void>;
}

export interface Dialect {
  engine: "mysql" | "postgres";
  /** As messages name it. */
  name: string;
  /** Of a program that npm does not install: its name, its path if it is there, and what installs it. */
  program?: Parameters<typeof describeWith>;
  start(): Promise<SqlUnderTest>;
  /** Closes the connections that the engine keeps. */
  close(): void;
  /** The tables `orders` (id, customer, total, note and columns of each type), `order_lines` (order_id), and the user `reader`. */
  tables: string;
  /** Deletes all rows, and begins with id 1 again. */
  empty: string;
  /** The fields of a result of a write beside `affected_rows`: the ids of the first `count` rows, if the engine says them. */
  ids(count: number): object;
  /** A condition that the customer contains `{{part}}`. */
  contains: string;
  /** Selects 50,000 rows of more than 100 characters. */
  many: string;
  /** Takes longer than half a second. */
  slow: string;
  /** The id of the connection, as `id`. */
  connection: string;
  /** Ends a connection by its id, as another session. */
  end(id: unknown): string;
  /** Returns a row if a session waits for a lock. */
  waits: string;
  /** Resolves once no transaction of another session is open, or its rows are free. */
  settled(server: SqlUnderTest): Promise<unknown>;
  hostile: readonly string[];
  /** Statements with the code, whether it is retryable, and the message that they fail with. */
  faults: readonly [what: string, statement: string, code: string, retryable: boolean, message: RegExp][];
  /** URLs that are none, or that ask for what is not offered. Some contain `hunter2`, which no message may. */
  wrong(url: string): readonly string[];
  /** A URL with this demands a certificate that the server does not have. */
  verified: string;
}

/** What the dialect's own tests use of a database. */
export interface Database {
  server(): SqlUnderTest;
  run(operation: string, statement: string, data?: Asked["data"], more?: Partial<Asked>): Promise<unknown>;
}

const insert = "INSERT INTO orders (customer, total) VALUES ('{{customer:string:1:200}}', {{total:float}})";

/** What a database action does, whichever SQL database runs it; `also` adds what only this one does. */
export function describeSql(dialect: Dialect, also: (database: Database) => void): void {
  const { engine, name, program, close } = dialect;
  const describeIt = program ? describeWith(...program) : describe;
  describeIt(`a ${name} database`, () => {
    let server: SqlUnderTest;
    beforeAll(async () => {
      server = await dialect.start();
      await server.query(dialect.tables);
    });
    afterEach(() => server.query(dialect.empty));
    afterAll(async () => {
      close();
      await server?.stop();
    });

    const run = (operation: string, statement: string, data: Asked["data"] = {}, more: Partial<Asked> = {}) =>
      runAction({ engine, url: server.url(), action: { operation, statement }, data, ...more });
    const customers = async () =>
      (await server.query("SELECT customer FROM orders ORDER BY id")).map((row) => row.customer);

    it("creates, reads, updates, aggregates and deletes", async () => {
      expect(await run("create", insert, { customer: "Ann", total: 5.5 })).toMatchObject({ affected_rows: 1 });
      await run("create", insert, { customer: "Bob", total: 1 });
      const read = "SELECT id, customer, total FROM orders WHERE id = {{filter.id:integer}} LIMIT {{n:integer}}";
      expect(await run("read", read, { n: 1 }, { filter: { id: 1 } })).toEqual({
        rows: [{ id: 1, customer: "Ann", total: "5.50" }],
        row_count: 1,
        truncated: false,
      });
      const update = "UPDATE orders SET total = {{total:float}} WHERE customer IN ('{{a:string}}', '{{b:string}}')";
      expect(await run("update", update, { total: 9, a: "Ann", b: "Bob" })).toEqual({ affected_rows: 2 });
      expect(await run("aggregate", "SELECT count(*) AS n, sum(total) AS total FROM orders")).toMatchObject({
        rows: [{ n: 2, total: "18.00" }],
      });
      const remove = "DELETE FROM orders WHERE customer = '{{a:string}}' RETURNING id";
      expect(await run("delete", remove, { a: "Ann" })).toMatchObject({ rows: [{ id: 1 }] });
      expect(await run("delete", "DELETE FROM orders")).toEqual({ affected_rows: 1 });
    });

    it("concatenates strings as the catalog's fault advises", async () => {
      await run("create", insert, { customer: "Annabel", total: 1 });
      const like = `SELECT customer FROM orders WHERE ${dialect.contains}`;
      expect(await run("read", like, { part: "nab" })).toMatchObject({ row_count: 1 });
    });

    it.each(dialect.hostile)("stores hostile strings unchanged: %s", async (customer) => {
      await run("create", insert, { customer, total: 1 });
      expect(await customers()).toEqual([customer]);
      const read = "SELECT 1 FROM orders WHERE customer = '{{customer:string}}'";
      expect(await run("read", read, { customer: `${customer}!` })).toMatchObject({ row_count: 0 });
    });

    it("keeps what fits of a large result, with a mark", async () => {
      expect(await run("read", dialect.many)).toMatchObject({
        row_count: 50_000,
        truncated: true,
        rows: { length: 1000 },
      });
      const action = { operation: "read", statement: dialect.many, max_rows: 3 };
      expect(await run("read", "", {}, { action })).toMatchObject({ rows: { length: 3 }, truncated: true });
    });

    it.each(dialect.faults)("fails with %s", async (_what, statement, code, retryable, message) => {
      const failure = (await failureOf(run("create", statement))) as Error;
      expect(failure).toMatchObject({ name: "JobError", code, retryable, message: expect.stringMatching(message) });
      expect(failure.message).not.toMatch(/secret|INSERT/);
      expect(failure.cause).toBeUndefined();
    });

    it("fails on bad credentials, missing rights and an absent server", async () => {
      const action = { operation: "read", statement: "SELECT * FROM orders" };
      const failWith = (url: string | undefined) => failureOf(runAction({ engine, ...(url && { url }), action }));
      const { port } = server;
      expect(await failWith(server.url(port, undefined, "wrong"))).toMatchObject({ code: "UNAUTHORIZED" });
      expect(await failWith(server.url(port, "reader", "reader"))).toMatchObject({ code: "FORBIDDEN" });
      const nowhere = server.url(port, undefined, undefined, "nope");
      for (const url of [nowhere, server.url() + dialect.verified])
        expect(await failWith(url)).toMatchObject({ code: "CONFIGURATION_ERROR" });
      expect(await failWith(server.url(1))).toMatchObject({ code: "CONNECTION_ERROR", retryable: true });
      for (const wrong of [undefined, "hunter2", "https://user:hunter2@host/db", ...dialect.wrong(server.url())]) {
        const failure = (await failWith(wrong)) as Error;
        const message = expect.stringContaining('secret("shop/db#url")');
        expect(failure).toMatchObject({ code: "CONFIGURATION_ERROR", message });
        expect(failure.message).not.toContain("hunter2");
      }
    });

    it("fails on a slow statement, which the server itself aborts", async () => {
      const slow = run("read", dialect.slow, {}, { timeoutMs: 400 });
      expect(await failureOf(slow)).toMatchObject({ code: "TIMEOUT", retryable: true });
      expect(await run("read", "SELECT 1 AS one")).toMatchObject({ rows: [{ one: 1 }] });
    });

    describe("keeps connections, which", () => {
      beforeEach(close);
      const one = (more?: Partial<Asked>) => run("read", "SELECT 1 AS one", {}, more);

      it("are reused, at most four at once", async () => {
        const first = await run("read", dialect.connection);
        expect(await run("read", dialect.connection)).toEqual(first);
        const results = await Promise.all(Array.from({ length: 12 }, () => run("read", dialect.connection)));
        expect(new Set(results.map((result) => JSON.stringify(result))).size).toBeLessThanOrEqual(4);
      });

      it("are replaced after the server has reset or ended them", async () => {
        await using gate = await startGate(server.port);
        const through = { url: server.url(gate.port) };
        /** News of an end may not have arrived yet: then this attempt fails on it, and the next one gets a new connection. */
        const mayFail = async () => {
          const soon = await one(through).catch((error: unknown) => error);
          const code = expect.stringMatching(/^(CONNECTION_ERROR|SERVICE_UNAVAILABLE)$/);
          if (soon instanceof Error) expect(soon).toMatchObject({ code, retryable: true });
          expect(await one(through)).toMatchObject({ rows: [{ one: 1 }] });
        };
        await one(through);
        gate.reset();
        await mayFail();
        const { rows } = (await run("read", dialect.connection, {}, through)) as { rows: { id: unknown }[] };
        await server.query(dialect.end(rows[0]?.id));
        await mayFail();
        close();
      });

      it("are discarded when they hang until the job's timeout", async () => {
        await using gate = await startGate(server.port);
        const through = { url: server.url(gate.port) };
        await one(through);
        gate.hang(true);
        const job = new AbortController();
        const hanging = failureOf(one({ ...through, signal: job.signal }));
        await new Promise(setImmediate);
        job.abort(new Error("the job's timeout"));
        expect(await hanging).toBe(job.signal.reason);
        gate.hang(false);
        expect(await one(through)).toMatchObject({ rows: [{ one: 1 }] });
        close();
      });

      it("are tested after idle time, and replaced when the server does not answer", async () => {
        await using gate = await startGate(server.port);
        const clock = fakeClock();
        const through = { url: server.url(gate.port), clock };
        await one(through);
        await clock.advance(60_000);
        gate.hang(true);
        const running = one(through);
        await until(() => clock.sleepers() > 0);
        gate.hang(false);
        await clock.advance(2000);
        expect(await running).toMatchObject({ rows: [{ one: 1 }] });
        close();
      });

      it("are given up when the server never answers", async () => {
        const silent = await startSilentServer();
        const url = server.url(silent.port);
        const clock = fakeClock();
        const failing = failureOf(one({ url, clock }));
        await silent.accepted;
        await clock.advance(10_000);
        expect(await failing).toMatchObject({ code: "CONNECTION_ERROR", retryable: true });
        const job = new AbortController();
        const hanging = failureOf(one({ url, signal: job.signal }));
        job.abort(new Error("the job's timeout"));
        expect(await hanging).toBe(job.signal.reason);
        await until(() => silent.open() === 0);
        await silent.stop();
      });
    });

    describe("a list of rows", () => {
      const write = (data: object[], more: Partial<Asked> = {}) => run("create", insert, data, more);
      const rowsOf = (count: number) =>
        Array.from({ length: count }, (_, i) => ({ customer: `customer ${i}`, total: i }));
      const waiting = () => until(async () => (await server.query(dialect.waits)).length > 0);

      /** Holds the lock of a customer's note that is not committed while `work` runs. */
      async function whileLocked(work: () => Promise<void>): Promise<void> {
        const other = await server.session();
        await other.query("START TRANSACTION");
        await other.query("INSERT INTO orders (customer, note) VALUES ('other', 'locked')");
        try {
          await work();
        } finally {
          await other.query("ROLLBACK");
          await other.end();
        }
      }
      const noted = "INSERT INTO orders (customer, note) VALUES ({{customer}}, {{note?}})";
      const blocked = [0, 1, 2, 3, 4].map((i) => ({ customer: `customer ${i}`, ...(i === 2 && { note: "locked" }) }));
      const writeNoted = (more: Partial<Asked>) => run("create", noted, blocked, more);

      it.each([1, 101, 1000])("of %d is written", async (count) => {
        expect(await write(rowsOf(count))).toEqual({ affected_rows: count, ...dialect.ids(count) });
        expect(await customers()).toEqual(rowsOf(count).map(({ customer }) => customer));
      });

      it("returns the rows of its statements, up to the limit of a result", async () => {
        const action = { operation: "create", statement: `${insert} RETURNING id`, max_rows: 2 };
        expect(await write(rowsOf(3), { action })).toEqual({
          affected_rows: 3,
          rows: [{ id: 1 }, { id: 2 }],
          truncated: true,
        });
      });

      it("updates and deletes by row with a common filter", async () => {
        await write(rowsOf(5));
        const update =
          "UPDATE orders SET total = {{total:integer}} WHERE customer = {{customer}} AND total > {{filter.above:integer}}";
        const data = [0, 3, 4].map((i) => ({ customer: `customer ${i}`, total: 50 }));
        expect(await run("update", update, data, { filter: { above: 0 } })).toEqual({ affected_rows: 2 });
        const remove = "DELETE FROM orders WHERE customer = {{customer}}";
        expect(await run("delete", remove, data)).toEqual({ affected_rows: 3 });
      });

      it("leaves nothing if its last row fails, and says which row that is", async () => {
        const before = await run("read", dialect.connection);
        const secret = "4242-secret";
        const failure = (await failureOf(write([...rowsOf(100), { customer: secret, total: -1 }]))) as Error;
        expect(failure).toMatchObject({
          code: "VALIDATION_ERROR",
          retryable: false,
          message: expect.stringMatching(new RegExp(`^In row 100: ${name}: `)),
        });
        expect(failure.message).not.toContain(secret);
        expect(await customers()).toEqual([]);
        expect(await run("read", dialect.connection)).toEqual(before);
        expect(await write(rowsOf(2))).toMatchObject({ affected_rows: 2 });
        await run("create", insert, { customer: "later", total: 1 });
        expect(await customers()).toHaveLength(3);
      });

      it("leaves nothing on a timeout of the server or the job", async () => {
        const job = new AbortController();
        await whileLocked(async () => {
          const failure = await failureOf(writeNoted({ timeoutMs: 500 }));
          expect(failure).toMatchObject({ retryable: true, message: expect.stringMatching(/^In row 2: /) });
          const running = failureOf(writeNoted({ signal: job.signal }));
          await waiting();
          job.abort(new Error("the job's timeout"));
          expect(await running).toBe(job.signal.reason);
        });
        await dialect.settled(server);
        expect(await customers()).toEqual([]);
      });

      it("is written once though the connection was lost", async () => {
        await using gate = await startGate(server.port);
        const through = { url: server.url(gate.port) };
        await whileLocked(async () => {
          const running = failureOf(writeNoted(through));
          await waiting();
          gate.reset();
          expect(await running).toMatchObject({ code: "CONNECTION_ERROR", retryable: true });
        });
        await dialect.settled(server);
        expect(await customers()).toEqual([]);
        expect(await writeNoted(through)).toMatchObject({ affected_rows: 5 });
        expect(await customers()).toHaveLength(5);
        close();
      });
    });

    also({ server: () => server, run });
  });
}
