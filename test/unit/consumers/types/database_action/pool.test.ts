import {
  type Connecting,
  type Connection,
  Pool,
} from "../../../../../lambdas/consumers/types/database_action/engines/pool.ts";
import { fakeClock } from "../../../../support/fakes/clock.ts";

interface Numbered extends Connection {
  id: number;
  url: string;
  pings: number;
}

interface Using {
  url?: string;
  signal?: AbortSignal;
  /** Default: one of the URL's own. */
  reference?: string;
}

/** A pool whose connections are numbers that remember what befell them. */
function world({ most = 2, ready = () => Promise.resolve() as Promise<unknown> } = {}) {
  const clock = fakeClock();
  const made: Numbered[] = [];
  let answering = true;
  function connection(url: string): Numbered {
    const self: Numbered = {
      id: made.length + 1,
      url,
      broken: false,
      pings: 0,
      ping() {
        self.pings++;
        return answering ? Promise.resolve() : new Promise(() => {});
      },
      destroy() {
        self.broken = true;
      },
    };
    return self;
  }
  const pool = new Pool((url: string): Connecting<Numbered> => {
    const one = connection(url);
    made.push(one);
    return { connection: one, ready: ready() };
  }, most);
  const use = <T>(
    work: (id: number) => Promise<T> | T,
    { url = "a", signal = new AbortController().signal, reference = "" }: Using = {},
  ) => pool.use(url, { clock, signal, reference: reference || url }, async ({ id }) => work(id));
  return { clock, made, pool, use, silence: () => (answering = false) };
}
const id = (number: number) => number;

describe("a pool", () => {
  it("reuses a connection, even after a failure with the server's response", async () => {
    const { use, made } = world();
    await use(() => Promise.reject(new Error("duplicate"))).catch(() => {});
    expect([await use(id), await use(id)]).toEqual([1, 1]);
    expect(made).toMatchObject([{ pings: 0 }]);
  });

  it("does not share connections between URLs", async () => {
    const { use } = world();
    expect([await use(id, { url: "a" }), await use(id, { url: "b" }), await use(id, { url: "a" })]).toEqual([1, 2, 1]);
  });

  it("closes connections to a URL that its reference no longer has", async () => {
    const { use, made } = world();
    const reference = 'secret("db")';
    const { promise, resolve } = Promise.withResolvers<void>();
    const busy = use(() => promise, { url: "old", reference });
    await use(id, { url: "old", reference });
    expect(await use(id, { url: "new", reference })).toBe(3);
    expect(made.map(({ broken }) => broken)).toEqual([false, true, false]);
    resolve();
    await busy;
    expect(made.map(({ broken }) => broken)).toEqual([true, true, false]);
    expect(await use(id, { url: "new", reference })).toBe(3);
  });

  it("pings one of several idle connections, and closes all if it does not answer", async () => {
    const { use, made, clock, silence } = world();
    await Promise.all([use(id), use(id)]);
    silence();
    await clock.advance(60_000);
    const after = use(id);
    await clock.advance(2000);
    expect(await after).toBe(3);
    expect(made).toMatchObject([{ broken: true }, { broken: true }, { broken: false }]);
    expect(made.reduce((sum, { pings }) => sum + pings, 0)).toBe(1);
  });

  it("drops a broken connection, in use or idle", async () => {
    const { use, made } = world();
    await use(() => made[0]?.destroy());
    expect(await use(id)).toBe(2);
    made[1]?.destroy();
    expect(await use(id)).toBe(3);
  });

  it("limits the number of connections and lets other jobs wait in order", async () => {
    const { use } = world({ most: 1 });
    const { promise, resolve } = Promise.withResolvers<void>();
    const order: string[] = [];
    const users = ["first", "second", "third"].map((name) =>
      use(async () => {
        order.push(name);
        await promise;
      }),
    );
    await new Promise(setImmediate);
    expect(order).toEqual(["first"]);
    resolve();
    await Promise.all(users);
    expect(order).toEqual(["first", "second", "third"]);
  });

  it("rejects a waiting job at its timeout without loss of the place", async () => {
    const { use } = world({ most: 1 });
    const { promise, resolve } = Promise.withResolvers<void>();
    const first = use(() => promise);
    const job = new AbortController();
    const second = use(id, { signal: job.signal });
    const third = use(id);
    job.abort(new Error("timeout"));
    await expect(second).rejects.toBe(job.signal.reason);
    resolve();
    await first;
    expect(await third).toBe(1);
  });

  it("destroys the connection of a job that timed out", async () => {
    const { use, made } = world();
    const job = new AbortController();
    const hanging = use(() => new Promise(() => {}), { signal: job.signal });
    await new Promise(setImmediate);
    job.abort(new Error("timeout"));
    await expect(hanging).rejects.toBe(job.signal.reason);
    expect(made[0]?.broken).toBe(true);
    expect(await use(id)).toBe(2);
  });

  it("opens no connection for a job that has already timed out", async () => {
    const { use, made } = world();
    await expect(use(id, { signal: AbortSignal.abort(new Error("timeout")) })).rejects.toThrow("timeout");
    expect(made).toEqual([]);
  });

  it("pings an idle connection, and replaces it if there is no answer", async () => {
    const { use, made, clock, silence } = world();
    await use(id);
    await clock.advance(5001);
    expect(await use(id)).toBe(1);
    expect(made[0]?.pings).toBe(1);
    silence();
    await clock.advance(5001);
    const next = use(id);
    await clock.advance(2000);
    expect(await next).toBe(2);
    expect(made[0]?.broken).toBe(true);
  });

  it("closes connections that were unused for minutes", async () => {
    const { use, made, clock } = world();
    await use(id, { url: "old" });
    await clock.advance(300_001);
    await use(id, { url: "new" });
    expect(made.map(({ broken }) => broken)).toEqual([true, false]);
  });

  it("gives up on a silent server and frees the place", async () => {
    const { use, made, clock } = world({ most: 1, ready: () => new Promise(() => {}) });
    for (const n of [1, 2]) {
      const opening = use(id).catch((error: unknown) => error);
      await clock.advance(10_000);
      expect(await opening).toMatchObject({ code: "CONNECTION_ERROR", retryable: true });
      expect(made).toHaveLength(n);
    }
    expect(made.every(({ broken }) => broken)).toBe(true);
    expect(clock.sleepers()).toBe(0);
  });

  it("closes idle connections", async () => {
    const { use, made, pool } = world();
    await use(id);
    pool.close();
    expect(made[0]?.broken).toBe(true);
    expect(await use(id)).toBe(2);
  });
});
