import { describe, expect, test } from "@jest/globals";
import { Webhook } from "standardwebhooks";
import type { ProductEndpoint } from "../../../lambdas/core/catalog/webhook.ts";
import { PermanentError } from "../../../lambdas/core/errors.ts";
import { JobError } from "../../../lambdas/core/job/job-error.ts";
import { type Delivery, deliveriesOf } from "../../../lambdas/core/outbound/webhook.ts";
import { deliver } from "../../../lambdas/webhooks/deliver.ts";
import { aJob, anEvent } from "../../support/builders.ts";
import { type Answer, type HttpServer, httpServer } from "../../support/executors/http-server.ts";
import { fakeClock } from "../../support/fakes/clock.ts";
import { fakeDeadLetters } from "../../support/fakes/dead-letters.ts";
import { fakeAnnouncer, fakeEndpoints } from "../../support/fakes/endpoints.ts";
import { fakeLog } from "../../support/fakes/log.ts";
import { fakeMessageQueue } from "../../support/fakes/message-queue.ts";
import { fakeSecrets } from "../../support/fakes/secrets.ts";
import { startGate } from "../../support/tcp-gate.ts";

const newSecret = () => `whsec_${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64")}`;
const [current, previous] = [newSecret(), newSecret()];
const endpoint = (more: Partial<ProductEndpoint> = {}): ProductEndpoint => ({
  product: "shop",
  env: "prd",
  webhook: "orders",
  url: { $parameter: "/shop/hook" },
  secret: { $secret: "shop/hook", key: "current" },
  events: ["completed", "failed"],
  ...more,
});
const job = aJob({ labels: ["vip"], status: "completed", version: 3 });
const aDelivery = (more: Partial<Delivery> = {}, of = job): Delivery => ({
  ...(deliveriesOf([endpoint()], anEvent("completed", of))[0] as Delivery),
  ...more,
});

function world(url: string, { catalog = [endpoint()], timeoutMs = 2000 } = {}) {
  const values: Record<string, string> = { "/shop/hook": url, "shop/hook#current": current, "shop/hook#old": previous };
  return {
    catalog,
    endpoints: fakeEndpoints(),
    secrets: fakeSecrets(values),
    /** May be changed, as they may be in AWS. */
    values,
    queue: fakeMessageQueue<Delivery>(),
    announcer: fakeAnnouncer(),
    deadLetters: fakeDeadLetters(),
    // Real time, since the receivers' library has no other notion of it.
    clock: fakeClock(Date.now()),
    log: fakeLog(),
    timeoutMs,
    random: () => 0,
  };
}
type World = ReturnType<typeof world>;

async function withServer(answer: Answer, run: (server: HttpServer) => Promise<void>): Promise<void> {
  await using server = await httpServer(answer);
  await run(server);
}
const taking: Answer = (_request, response) => response.writeHead(204).end();
const answering =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (_request, response) =>
    response.writeHead(status, headers).end("s3cret");
const stateOf = ({ endpoints }: World) => endpoints.get(endpoint());

/** Delivers what the queue holds, each message at its time, until it is empty; `between` happens after each. */
async function drain(services: World, between: () => Promise<void> = async () => {}): Promise<void> {
  for (let next = services.queue.sent.shift(); next; next = services.queue.sent.shift()) {
    await services.clock.advance(next.delaySeconds * 1000);
    const running = deliver(services, next.message);
    await services.clock.advance(1000);
    await running;
    await between();
  }
}

test("a receiver gets the event, signed so that the library of Standard Webhooks verifies it", async () => {
  await withServer(taking, async (server) => {
    const services = world(`${server.url}/hook?tenant=7`);
    const delivery = aDelivery();
    await deliver(services, delivery);
    expect(server.seen).toMatchObject([{ method: "POST", url: "/hook?tenant=7" }]);
    const { headers, body } = server.seen[0] as HttpServer["seen"][number];
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "webhook-id": delivery.id,
      "webhook-timestamp": String(Math.floor(services.clock.now() / 1000)),
    });
    const verified = new Webhook(current).verify(body, headers as Record<string, string>);
    expect(verified).toEqual({
      type: "job.completed",
      timestamp: new Date(delivery.time).toISOString(),
      data: delivery.data,
    });
    expect(() => new Webhook(previous).verify(body, headers as Record<string, string>)).toThrow();
    expect([services.queue.sent, await stateOf(services)]).toEqual([[], undefined]);
  });
});

test("while a secret is replaced, who knows either of the two can verify", async () => {
  await withServer(taking, async (server) => {
    const catalog = [endpoint({ previous_secret: { $secret: "shop/hook", key: "old" } })];
    await deliver(world(server.url, { catalog }), aDelivery());
    const { headers, body } = server.seen[0] as HttpServer["seen"][number];
    expect(String(headers["webhook-signature"]).split(" ")).toHaveLength(2);
    for (const secret of [current, previous]) {
      expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
        type: "job.completed",
      });
    }
  });
});

test("an attempt that fails is repeated with the same id and body, a new time and signature, until it arrives", async () => {
  let up = false;
  await withServer(
    (request, response, raw) => (up ? taking : answering(503))(request, response, raw),
    async (server) => {
      const services = world(server.url);
      await deliver(services, aDelivery());
      expect(services.queue.sent).toMatchObject([
        { delaySeconds: 5, group: "shop:prd:orders", message: { attempt: 2, due_at: services.clock.now() + 5000 } },
      ]);
      expect(await stateOf(services)).toMatchObject({ failures: 1, last_failure: "HTTP_503" });
      up = true;
      await drain(services);
      const [first, second] = server.seen;
      expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
      expect(second?.body).toBe(first?.body);
      expect(second?.headers["webhook-timestamp"]).not.toBe(first?.headers["webhook-timestamp"]);
      expect(second?.headers["webhook-signature"]).not.toBe(first?.headers["webhook-signature"]);
      expect(await stateOf(services)).toBeUndefined();
    },
  );
});

test("a connection that broke between two deliveries costs no attempt", async () => {
  await withServer(taking, async (server) => {
    await using gate = await startGate(Number(new URL(server.url).port));
    const services = world(`http://127.0.0.1:${gate.port}/hook`);
    const [one, another] = [aDelivery(), aDelivery({}, aJob())];
    await Promise.all([deliver(services, one), deliver(services, aDelivery({}, aJob()))]);
    gate.forget();
    await deliver(services, another);
    expect(server.seen.map(({ headers }) => headers["webhook-id"])).toContain(another.id);
    expect([services.queue.sent, await stateOf(services)]).toEqual([[], undefined]);
  });
});

test.each([
  ["was rotated gets the event, signed with the new one", newSecret(), 204],
  ["is the one that it refuses is asked once", current, 401],
])("a receiver whose secret %s", async (_, now, status) => {
  const answer: Answer = ({ headers, body }, response) => {
    try {
      new Webhook(now === current ? previous : now).verify(body, headers as Record<string, string>);
      response.writeHead(204).end();
    } catch {
      response.writeHead(401).end();
    }
  };
  await withServer(answer, async (server) => {
    const services = world(server.url);
    let known = current;
    const resolve: World["secrets"]["resolve"] = async (reference, options) => {
      if ("$parameter" in reference) return server.url;
      if (options?.fresh) known = now;
      return known;
    };
    await deliver({ ...services, secrets: { resolve } }, aDelivery());
    expect(server.seen).toHaveLength(status === 204 ? 2 : 1);
    expect((await stateOf(services))?.last_failure).toBe(status === 204 ? undefined : "HTTP_401");
  });
});

test("a receiver that breaks off a new connection has had its attempt", async () => {
  await withServer(
    (_request, _response, raw) => raw.socket.resetAndDestroy(),
    async (server) => {
      const services = world(server.url);
      await deliver(services, aDelivery());
      expect(server.seen).toHaveLength(1);
      expect(await stateOf(services)).toMatchObject({ failures: 1, last_failure: "CONNECTION_ERROR" });
    },
  );
});

test("a message that comes early waits in the queue, 15 minutes at a time", async () => {
  await withServer(taking, async (server) => {
    const services = world(server.url);
    const early = aDelivery({ due_at: services.clock.now() + 7_200_000, attempt: 5 });
    await deliver(services, early);
    expect(services.queue.sent).toEqual([{ message: early, delaySeconds: 900, group: "shop:prd:orders" }]);
    expect(server.seen).toEqual([]);
  });
});

test("Retry-After is honoured, in seconds and as a date, and never shortens the wait", async () => {
  for (const [header, attempt, seconds] of [
    ["120", 1, 120],
    ["120", 3, 1800],
    ["31536000", 1, 86_400],
    ["nonsense", 1, 5],
  ] as const) {
    await withServer(answering(429, { "retry-after": header }), async (server) => {
      const services = world(server.url);
      await deliver(services, aDelivery({ attempt }));
      expect(services.queue.sent).toMatchObject([{ message: { due_at: services.clock.now() + seconds * 1000 } }]);
    });
  }
});

test("410 Gone disables the endpoint at once, and says so on the bus; what else waits for it is dropped", async () => {
  await withServer(answering(410), async (server) => {
    const services = world(server.url);
    await deliver(services, aDelivery());
    expect(services.queue.sent).toEqual([]);
    expect(services.announcer.announced).toEqual([
      {
        type: "webhook.disabled",
        time: services.clock.now(),
        detail: {
          product_tag: "shop",
          env: "prd",
          webhook: "orders",
          reason: "gone",
          failures: 1,
          failing_since: services.clock.now(),
          last_failure: "HTTP_410",
          disabled_at: services.clock.now(),
        },
      },
    ]);
    await deliver(services, aDelivery({}, aJob()));
    expect(server.seen).toHaveLength(1);
    expect(services.announcer.announced).toHaveLength(1);
  });
});

test("an endpoint that fails for more than a day is disabled, after 8 attempts", async () => {
  await withServer(answering(500), async (server) => {
    const services = world(server.url);
    const started = services.clock.now();
    await deliver(services, aDelivery());
    await drain(services);
    expect(server.seen).toHaveLength(8);
    const hours = (services.clock.now() - started) / 3_600_000;
    expect(hours).toBeGreaterThan(24);
    expect(hours).toBeLessThan(30);
    expect(services.announcer.announced).toMatchObject([
      { type: "webhook.disabled", detail: { reason: "failing", failures: 8, failing_since: started } },
    ]);
    expect(await stateOf(services)).toMatchObject({ disabled: { reason: "failing" } });
  });
});

test("one delivery that an endpoint never takes does not disable it while others arrive", async () => {
  const poison = aJob({ status: "failed" });
  await withServer(
    (request, response, raw) => (request.body.includes(poison.id) ? answering(500) : taking)(request, response, raw),
    async (server) => {
      const services = world(server.url);
      await deliver(services, aDelivery({}, poison));
      await drain(services, () => deliver(services, aDelivery({}, aJob())));
      expect(services.announcer.announced).toEqual([]);
      expect(await stateOf(services)).toBeUndefined();
      expect(services.log.lines).toContainEqual(
        expect.objectContaining({ level: "error", message: "delivery given up" }),
      );
    },
  );
});

test("a disabled endpoint that gets another URL, or is enabled by hand, hears of what happens from then on", async () => {
  await withServer(answering(410), async (old) =>
    withServer(taking, async (server) => {
      const services = world(old.url);
      await deliver(services, aDelivery());
      services.values["/shop/hook"] = server.url;
      await deliver(services, aDelivery({}, aJob()));
      expect([old.seen.length, server.seen.length, await stateOf(services)]).toEqual([1, 1, undefined]);

      await services.endpoints.disable(endpoint(), { at: 1, reason: "failing", url: "hash of another" });
      await services.endpoints.enable(endpoint());
      await deliver(services, aDelivery({}, aJob()));
      expect(server.seen).toHaveLength(2);
    }),
  );
});

test("a bus that does not take the event leaves the endpoint enabled, so that it is said again", async () => {
  await withServer(answering(410), async (server) => {
    const services = world(server.url);
    const { announce } = services.announcer;
    services.announcer.announce = async () => {
      throw new Error("the bus is down");
    };
    await expect(deliver(services, aDelivery())).rejects.toThrow("the bus is down");
    services.announcer.announce = announce;
    await deliver(services, aDelivery());
    expect(services.announcer.announced).toHaveLength(1);
    expect(await stateOf(services)).toMatchObject({ disabled: { reason: "gone" } });
  });
});

test("a bus that will never take the event keeps no endpoint enabled: the event is set aside", async () => {
  await withServer(answering(410), async (server) => {
    const services = world(server.url);
    services.announcer.announce = async () => {
      throw new PermanentError("InvalidArgument", "EventBridge will never take an entry: InvalidArgument");
    };
    await deliver(services, aDelivery());
    expect(services.deadLetters.kept).toMatchObject([{ code: "InvalidArgument", body: { type: "webhook.disabled" } }]);
    expect(await stateOf(services)).toMatchObject({ disabled: { reason: "gone" } });
  });
});

test("of many deliveries that meet 410 Gone at once, one says so on the bus", async () => {
  await withServer(answering(410), async (server) => {
    const services = world(server.url);
    // Each has looked before any of them was answered.
    const { get } = services.endpoints;
    services.endpoints.get = async () => undefined;
    for (let i = 0; i < 3; i++) await deliver(services, aDelivery({}, aJob()));
    services.endpoints.get = get;
    expect(server.seen).toHaveLength(3);
    expect(services.announcer.announced).toHaveLength(1);
  });
});

describe("settings that AWS does not give for now", () => {
  const throttled = async () => {
    throw new JobError("SERVICE_UNAVAILABLE", "secret(...) could not be read for now.");
  };

  test("spend no attempt and count against no endpoint, however long it takes", async () => {
    await withServer(taking, async (server) => {
      const services = world(server.url);
      const { resolve } = services.secrets;
      services.secrets.resolve = throttled;
      await deliver(services, aDelivery({ attempt: 8 }));
      for (let minute = 0; minute < 120; minute++) {
        const next = services.queue.sent.shift();
        expect(next).toMatchObject({ delaySeconds: 60, message: { attempt: 8 } });
        await services.clock.advance(60_000);
        await deliver(services, next?.message as Delivery);
      }
      expect([await stateOf(services), services.announcer.announced]).toEqual([undefined, []]);
      services.secrets.resolve = resolve;
      await drain(services);
      expect([server.seen.length, services.queue.sent.length]).toEqual([1, 0]);
    });
  });

  test("do not disable an endpoint whose URL cannot be read anew when it is to be disabled", async () => {
    await withServer(answering(410), async (server) => {
      const services = world(server.url);
      const { resolve } = services.secrets;
      services.secrets.resolve = (reference, options) => (options?.fresh ? throttled() : resolve(reference));
      await deliver(services, aDelivery());
      expect(services.queue.sent).toMatchObject([{ delaySeconds: 60, message: { attempt: 1 } }]);
      expect([await stateOf(services), services.announcer.announced]).toEqual([undefined, []]);
    });
  });

  test("are given up after days, when the message becomes a dead letter as any other that fails", async () => {
    const services = world("http://127.0.0.1:1/");
    services.secrets.resolve = throttled;
    const old = aDelivery({ time: services.clock.now() - 3 * 86_400_000 - 1 });
    await expect(deliver(services, old)).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
    expect(services.queue.sent).toEqual([]);
  });
});

describe("two processes, of which one has kept the URL from before a change", () => {
  /** The process with the old URL in its memory; the fresh one has everything else in common with it. */
  function processes(before: string, after: string) {
    const fresh = world(after);
    const stale = { ...fresh };
    let kept: Record<string, string> = { ...fresh.values, "/shop/hook": before };
    stale.secrets = {
      resolve: async (reference, options) => {
        if (options?.fresh) kept = { ...fresh.values };
        return fakeSecrets(kept).resolve(reference);
      },
    };
    return { fresh, stale };
  }

  test("disable nothing when the old URL is gone: the delivery goes to the new one", async () => {
    await withServer(answering(410), async (old) =>
      withServer(taking, async (server) => {
        const { fresh, stale } = processes(old.url, server.url);
        await deliver(stale, aDelivery());
        expect(stale.queue.sent).toMatchObject([{ delaySeconds: 0, message: { attempt: 1 } }]);
        await drain(stale);
        await deliver(fresh, aDelivery({}, aJob()));
        expect([old.seen.length, server.seen.length]).toEqual([1, 2]);
        expect([await stateOf(fresh), fresh.announcer.announced]).toEqual([undefined, []]);
      }),
    );
  });

  test("disable nothing either when the old URL has failed for a day", async () => {
    await withServer(answering(500), async (old) =>
      withServer(taking, async (server) => {
        const { stale } = processes(old.url, server.url);
        const now = stale.clock.now();
        await stale.endpoints.failed(endpoint(), now - 90_000_000, "HTTP_500");
        await deliver(stale, aDelivery({ attempt: 8, failed_at: now - 90_000_000 }));
        await drain(stale);
        expect(server.seen).toHaveLength(1);
        expect([await stateOf(stale), stale.announcer.announced]).toEqual([undefined, []]);
      }),
    );
  });

  test("agree that an endpoint which was disabled under its new URL stays so", async () => {
    await withServer(taking, async (old) =>
      withServer(answering(410), async (server) => {
        const { fresh, stale } = processes(old.url, server.url);
        await deliver(fresh, aDelivery());
        for (let i = 0; i < 3; i++) {
          await deliver(stale, aDelivery({}, aJob()));
          await deliver(fresh, aDelivery({}, aJob()));
        }
        expect([old.seen.length, server.seen.length]).toEqual([0, 1]);
        expect(fresh.announcer.announced).toHaveLength(1);
        expect(await stateOf(fresh)).toMatchObject({ disabled: { reason: "gone" } });
      }),
    );
  });
});

test("redirects are not followed", async () => {
  await withServer(taking, async (elsewhere) =>
    withServer(answering(307, { location: elsewhere.url }), async (server) => {
      const services = world(server.url);
      await deliver(services, aDelivery());
      expect(elsewhere.seen).toEqual([]);
      expect(await stateOf(services)).toMatchObject({ last_failure: "HTTP_307" });
    }),
  );
});

test("an endpoint that does not answer, or is not there, has failed", async () => {
  await withServer(
    () => new Promise(() => {}),
    async (server) => {
      const services = world(server.url, { timeoutMs: 50 });
      await deliver(services, aDelivery());
      expect(await stateOf(services)).toMatchObject({ last_failure: "TIMEOUT" });
    },
  );
  const closed = world("http://127.0.0.1:1/");
  await deliver(closed, aDelivery());
  expect(await stateOf(closed)).toMatchObject({ last_failure: "CONNECTION_ERROR" });
});

test.each<[string, Record<string, string | undefined>, RegExp]>([
  ["plain HTTP to another machine", { "/shop/hook": "http://hooks.example/s3cret" }, /https/],
  ["credentials in the URL", { "/shop/hook": "https://u:s3cret@hooks.example" }, /credentials/],
  ["no URL", { "/shop/hook": undefined }, /parameter\("\/shop\/hook"\)/],
  ["a secret that is too short", { "shop/hook#current": "whsec_czNjcmV0" }, /signing secret/],
  ["a secret that is no base64", { "shop/hook#current": `whsec_!${"s3cret".repeat(9)}` }, /signing secret/],
])("%s is a failure that the log explains by name, and that passes once it is mended", async (_what, broken, why) => {
  await withServer(taking, async (server) => {
    const services = world(server.url);
    const good = { ...services.values };
    for (const [name, value] of Object.entries(broken)) {
      if (value === undefined) delete services.values[name];
      else services.values[name] = value;
    }
    await deliver(services, aDelivery());
    expect(await stateOf(services)).toMatchObject({ last_failure: "CONFIGURATION_ERROR" });
    expect(services.log.lines[0]).toMatchObject({ level: "error", fields: { why: expect.stringMatching(why) } });
    expect(JSON.stringify(services.log.lines)).not.toMatch(/s3cret|czNjcmV0/);
    Object.assign(services.values, good);
    await drain(services);
    expect(server.seen).toHaveLength(1);
  });
});

test("a delivery for an endpoint that the catalog has dropped is dropped too", async () => {
  const services = world("http://127.0.0.1:1/", { catalog: [] });
  await deliver(services, aDelivery());
  expect([services.queue.sent, await stateOf(services)]).toEqual([[], undefined]);
});

test("the log names the delivery and how it went, and nothing of URLs, secrets and answers", async () => {
  await withServer(answering(500), async (server) => {
    const services = world(`${server.url}/s3cret-path`);
    await deliver(services, aDelivery());
    expect(services.log.lines).toMatchObject([
      { message: "delivery failed", fields: { webhook: "orders", job_id: job.id, attempt: 1, code: "HTTP_500" } },
    ]);
    expect(JSON.stringify([services.log.lines, services.queue.sent])).not.toMatch(/s3cret|whsec|127\.0\.0\.1/);
  });
});
