import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect, createServer, type LookupFunction, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { sendHttp } from "../../../lambdas/aws/client/http-request.ts";
import { networkError } from "../../../lambdas/consumers/clients/http/exchange.ts";
import { addressesOf } from "../../../local/host/addresses.ts";
import { firstRequest } from "../../../local/host/first-request.ts";
import { guardSockets } from "../../../local/network/guard.ts";
import { refusedHost } from "../../../local/network/refused-host.ts";
import { isOwnAddress, isThisMachine } from "../../../local/network/this-machine.ts";
import { otherHosts } from "../../../local/servers/other-hosts.ts";

test.each([
  ["localhost", true],
  ["api.localhost.", true],
  ["127.0.0.9", true],
  ["0.0.0.0", true],
  ["::1", true],
  ["::ffff:127.0.0.1", true],
  ["198.51.100.1", false],
  ["2001:db8::1", false],
  ["api.example.com", false],
  ["localhost.example.com", false],
  ["127.0.0.1.example.com", false],
])("%s is this machine: %s", (host, expected) => {
  expect(isThisMachine(host)).toBe(expected);
});

describe("a guarded process", () => {
  let server: Server;
  let port: number;
  const refused: string[] = [];
  let release: () => void;

  beforeAll(async () => {
    server = createHttpServer((_, response) => response.end("here")).listen(0, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
    release = guardSockets((host) => {
      refused.push(host);
      return refusedHost(host);
    });
  });
  beforeEach(() => {
    refused.length = 0;
  });
  afterAll(() => {
    release();
    server.close();
  });

  const outcome = async (socket: ReturnType<typeof connect>) => {
    try {
      await once(socket, "connect", { signal: AbortSignal.timeout(5000) });
      return "connected";
    } catch (error) {
      return (error as Error).message;
    } finally {
      socket.destroy();
    }
  };

  it("connects to this machine by any name", async () => {
    expect(await outcome(connect(port))).toBe("connected");
    expect(await outcome(connect(port, "127.0.0.1"))).toBe("connected");
    expect(await outcome(connect({ port, host: "localhost" }))).toBe("connected");
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("here");
    const lookup: LookupFunction = (_, options, found) =>
      options.all ? found(null, [{ address: "127.0.0.1", family: 4 }]) : found(null, "127.0.0.1", 4);
    expect(await outcome(connect({ port, host: "shop.test", lookup }))).toBe("connected");
    expect(refused).toEqual([]);
  });

  it("connects to a socket of this machine", async () => {
    const path = join(tmpdir(), `ductape-${process.pid}.sock`);
    const local = createServer().listen(path);
    await once(local, "listening");
    expect(await outcome(connect(path))).toBe("connected");
    expect(await outcome(connect({ path }))).toBe("connected");
    local.close();
  });

  it("connects to no other machine, by address or by name", async () => {
    const elsewhere: LookupFunction = (_, options, found) =>
      options.all
        ? found(
            null,
            ["127.0.0.1", "198.51.100.1"].map((address) => ({ address, family: 4 })),
          )
        : found(null, "198.51.100.1", 4);
    const nowhere: LookupFunction = (_, __, found) => found(new Error("ENOTFOUND"), "", 4);
    const said = [
      await outcome(connect(port, "198.51.100.1")),
      await outcome(connect({ port, host: "2001:db8::1" })),
      await outcome(connectTls({ port, host: "198.51.100.2" })),
      await outcome(connect({ port, host: "api.example.com", lookup: elsewhere })),
      await outcome(connect({ port, host: "nowhere.example.com", lookup: nowhere })),
    ];
    expect(refused).toEqual(["198.51.100.1", "2001:db8::1", "198.51.100.2", "api.example.com", "nowhere.example.com"]);
    expect(said).toEqual(
      refused.map((host) => expect.stringMatching(`^${host.replaceAll(".", "\\.")} is not this machine`)),
    );
    await expect(fetch("http://198.51.100.3/")).rejects.toMatchObject({
      cause: { message: expect.stringMatching(/--allow-real/) },
    });
  });

  it("gives a job a final error that says what to do", async () => {
    const { signal } = new AbortController();
    const sent = sendHttp(new URL("http://198.51.100.1/"), { method: "POST", headers: {}, signal, repeatable: false });
    const error = networkError(await sent.catch((error: unknown) => error), signal);
    expect(error).toMatchObject({
      code: "CONFIGURATION_ERROR",
      message: expect.stringMatching(
        /^198\.51\.100\.1 is not this machine.*\.env\.local, or start with --allow-real\.$/,
      ),
      retryable: false,
      nothingDone: true,
    });
    // As nodemailer does.
    Object.assign(error as Error, { code: "ECONNECTION" });
    expect(error).toHaveProperty("code", "CONFIGURATION_ERROR");
  });
});

test("an address of an interface of the machine is its own", async () => {
  const { networkInterfaces } = await import("node:os");
  const all = Object.values(networkInterfaces()).flatMap((some) => some ?? []);
  expect(all.length).toBeGreaterThan(0);
  expect(all.filter(({ address }) => !isOwnAddress(address))).toEqual([]);
});

describe("the hosts of a catalog's targets", () => {
  const secret = (name: string, key: string) => ({ $secret: name, key });
  const product = {
    tag: "shop",
    envs: ["dev", "prd"],
    jobs: { a: { type: "action", app: "backend", action: "send", url: "https://no-address.example.com" } },
    apps: {
      backend: {
        envs: {
          dev: { base_url: { $parameter: "/shop/url" } },
          prd: {
            base_url: "https://api.example.com/v1",
            auth: { type: "oauth2", token_url: "https://login.example.com/token" },
          },
        },
        actions: {
          send: {
            method: "POST",
            path: "/orders/:order",
            defaults: {
              body: { url: "https://a-value.example.com" },
              headers: { endpoint: "https://a-value.example.com" },
            },
          },
        },
      },
    },
    databases: { orders: { engine: "mongodb", envs: { prd: { connection: secret("shop/db", "url") } } } },
    brokers: { bus: { envs: { prd: { provider: "kafka", brokers: ["k1.example.com:9092", "127.0.0.1:9092"] } } } },
    notifications: {
      push: {
        envs: { prd: { push: { provider: "expo" } }, dev: { push: { provider: "fcm", endpoint: "http://localhost" } } },
      },
    },
    webhooks: { done: { events: [], envs: { dev: { url: "http://127.0.0.1:4000/hook" } } } },
  };
  const products = [product] as unknown as Parameters<typeof addressesOf>[0];

  it("are listed with their callers, behind references too, without data", () => {
    const values = new Map([
      ["/shop/url", "http://127.0.0.1:4000"],
      ["shop/db", '{"url":"mongodb://user:p@ss@db1.example.com:27017,db2.example.com/orders"}'],
    ]);
    expect(otherHosts(addressesOf(products), values)).toEqual([
      "api.example.com (shop/prd)",
      "db1.example.com (shop/prd)",
      "db2.example.com (shop/prd)",
      "exp.host (shop/prd)",
      "k1.example.com (shop/prd)",
      "login.example.com (shop/prd)",
    ]);
    expect(otherHosts(addressesOf(products), new Map([["/shop/url", "http://api.example.com"]]))).toContain(
      "api.example.com (shop/dev, shop/prd)",
    );
  });

  it("have requests that can be shown: an action with its params", () => {
    expect(firstRequest(products)).toEqual({
      product: "shop",
      env: "dev",
      event: "a",
      input: { params: { order: "1" }, body: {} },
    });
    expect(firstRequest([])).toBeUndefined();
  });
});
