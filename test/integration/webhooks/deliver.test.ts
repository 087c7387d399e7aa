import { expect, test } from "@jest/globals";
import { Webhook } from "standardwebhooks";
import { deliver } from "../../../lambdas/webhooks/deliver.ts";
import { aJob } from "../../support/builders.ts";
import type { HttpServer } from "../../support/executors/http-server.ts";
import { startGate } from "../../support/tcp-gate.ts";
import {
  aDelivery,
  answering,
  current,
  drain,
  job,
  previous,
  stateOf,
  taking,
  webhookWorld,
  withServer,
} from "../../support/webhook-world.ts";

test("a receiver gets the event with a signature that the Standard Webhooks library verifies", async () => {
  await withServer(taking, async (server) => {
    const services = webhookWorld(`${server.url}/hook?tenant=7`);
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

test("a failed delivery is repeated with the same id and a new signature", async () => {
  let up = false;
  await withServer(
    (request, response, raw) => (up ? taking : answering(503))(request, response, raw),
    async (server) => {
      const services = webhookWorld(server.url);
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
    const services = webhookWorld(`http://127.0.0.1:${gate.port}/hook`);
    const [one, another] = [aDelivery(), aDelivery({}, aJob())];
    await Promise.all([deliver(services, one), deliver(services, aDelivery({}, aJob()))]);
    gate.forget();
    await deliver(services, another);
    expect(server.seen.map(({ headers }) => headers["webhook-id"])).toContain(another.id);
    expect([services.queue.sent, await stateOf(services)]).toEqual([[], undefined]);
  });
});

test("a receiver that breaks off a new connection uses up an attempt", async () => {
  await withServer(
    (_request, _response, raw) => raw.socket.resetAndDestroy(),
    async (server) => {
      const services = webhookWorld(server.url);
      await deliver(services, aDelivery());
      expect(server.seen).toHaveLength(1);
      expect(await stateOf(services)).toMatchObject({ failures: 1, last_failure: "CONNECTION_ERROR" });
    },
  );
});

test("a message that comes early waits in the queue, 15 minutes at a time", async () => {
  await withServer(taking, async (server) => {
    const services = webhookWorld(server.url);
    const early = aDelivery({ due_at: services.clock.now() + 7_200_000, attempt: 5 });
    await deliver(services, early);
    expect(services.queue.sent).toEqual([{ message: early, delaySeconds: 900, group: "shop:prd:orders" }]);
    expect(server.seen).toEqual([]);
  });
});

test("Retry-After lengthens the wait for the next attempt, and never shortens it", async () => {
  for (const [header, attempt, seconds] of [
    ["120", 1, 120],
    ["120", 3, 1800],
    ["31536000", 1, 86_400],
    ["nonsense", 1, 5],
  ] as const) {
    await withServer(answering(429, { "retry-after": header }), async (server) => {
      const services = webhookWorld(server.url);
      await deliver(services, aDelivery({ attempt }));
      expect(services.queue.sent).toMatchObject([{ message: { due_at: services.clock.now() + seconds * 1000 } }]);
    });
  }
});

test("a delivery follows no redirect", async () => {
  await withServer(taking, async (elsewhere) =>
    withServer(answering(307, { location: elsewhere.url }), async (server) => {
      const services = webhookWorld(server.url);
      await deliver(services, aDelivery());
      expect(elsewhere.seen).toEqual([]);
      expect(await stateOf(services)).toMatchObject({ last_failure: "HTTP_307" });
    }),
  );
});

test("an endpoint that hangs or refuses the connection counts as failed", async () => {
  await withServer(
    () => new Promise(() => {}),
    async (server) => {
      const services = webhookWorld(server.url, { timeoutMs: 50 });
      await deliver(services, aDelivery());
      expect(await stateOf(services)).toMatchObject({ last_failure: "TIMEOUT" });
    },
  );
  const closed = webhookWorld("http://127.0.0.1:1/");
  await deliver(closed, aDelivery());
  expect(await stateOf(closed)).toMatchObject({ last_failure: "CONNECTION_ERROR" });
});

test("a delivery to an endpoint that the catalog no longer has is dropped", async () => {
  const services = webhookWorld("http://127.0.0.1:1/", { catalog: [] });
  await deliver(services, aDelivery());
  expect([services.queue.sent, await stateOf(services)]).toEqual([[], undefined]);
});

test("the log of a delivery has no URL, secret or answer", async () => {
  await withServer(answering(500), async (server) => {
    const services = webhookWorld(`${server.url}/s3cret-path`);
    await deliver(services, aDelivery());
    expect(services.log.lines).toMatchObject([
      { message: "delivery failed", fields: { webhook: "orders", job_id: job.id, attempt: 1, code: "HTTP_500" } },
    ]);
    expect(JSON.stringify([services.log.lines, services.queue.sent])).not.toMatch(/s3cret|whsec|127\.0\.0\.1/);
  });
});
