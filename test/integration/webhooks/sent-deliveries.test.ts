import { expect, test } from "@jest/globals";
import { sentIdOf } from "../../../lambdas/core/catalog/sent-delivery.ts";
import { deliver } from "../../../lambdas/webhooks/deliver.ts";
import type { Answer } from "../../support/executors/http-server.ts";
import { aDelivery, drain, taking, type WebhookWorld, webhookWorld, withServer } from "../../support/webhook-world.ts";

const kept = ({ sentDeliveries }: WebhookWorld) => sentDeliveries.all();

/** What is kept of the first attempt at a delivery to a peer that answers so. */
async function firstAt(answer: Answer, more: { timeoutMs?: number } = {}) {
  let world = webhookWorld("http://127.0.0.1:1");
  await withServer(answer, async (server) => {
    world = webhookWorld(server.url, more);
    await deliver(world, aDelivery());
  });
  const [sent, ...others] = kept(world);
  expect(others).toEqual([]);
  return sent;
}

test("a delivery is kept with its body, its attempt and the beginning of the answer", async () => {
  const delivery = aDelivery();
  await withServer(
    (_request, response) => response.writeHead(201).end("thanks \u{1F600}"),
    async (server) => {
      const services = webhookWorld(server.url);
      await deliver(services, delivery);
      const { attempt: _, due_at, v, ...message } = delivery;
      expect(kept(services)).toEqual([
        {
          ...{ product: "shop", env: "prd", webhook: "orders", id: sentIdOf(delivery), message, outcome: "delivered" },
          attempts: [{ at: services.clock.now(), attempt: 1, ms: 0, status: 201 }],
          answer: { status: 201, body: "thanks \u{1F600}" },
        },
      ]);
    },
  );
});

test.each<[string, Answer, object]>([
  [
    "answers 500 with HTML",
    (_request, response) => response.writeHead(500, { "content-type": "text/html" }).end("<h1>Oops</h1>"),
    { attempts: [{ status: 500, code: "HTTP_500" }], answer: { status: 500, body: "<h1>Oops</h1>" } },
  ],
  [
    "redirects",
    (_request, response) => response.writeHead(302, { location: "http://127.0.0.1:1/elsewhere" }).end(),
    { attempts: [{ status: 302, code: "HTTP_302" }], answer: { status: 302, body: "" } },
  ],
  ["hangs up", (_request, response) => response.destroy(), { attempts: [{ code: "CONNECTION_ERROR" }] }],
  ["says nothing", () => {}, { attempts: [{ code: "TIMEOUT" }] }],
  [
    "hangs up in its answer",
    (_request, response) => {
      response.writeHead(503, { "content-length": 100 });
      response.write("half", () => response.destroy());
    },
    { attempts: [{ status: 503, code: "HTTP_503" }], answer: { status: 503, body: "half", cut: true } },
  ],
])("of a peer that %s its attempt is kept, and when the next one is made", async (_what, answer, expected) => {
  const sent = await firstAt(answer, { timeoutMs: 300 });
  expect(sent).toMatchObject({ outcome: "retrying", next_at: expect.any(Number), ...expected });
  if (!("answer" in expected)) expect(sent).not.toHaveProperty("answer");
});

test("an answer is cut after 4 KB, and one that does not end keeps nobody waiting", async () => {
  const long = await firstAt((_request, response) => response.writeHead(200).end("x".repeat(1_000_000)));
  expect(long).toMatchObject({ outcome: "delivered", answer: { body: "x".repeat(4096), cut: true } });
  const began = Date.now();
  const endless = await firstAt(
    (_request, response) => {
      response.writeHead(200);
      response.write("first");
    },
    { timeoutMs: 10_000 },
  );
  expect(endless).toMatchObject({ outcome: "delivered", answer: { body: "first", cut: true } });
  expect(Date.now() - began).toBeLessThan(5000);
});

test("all attempts are of one record, until it is given up", async () => {
  await withServer(
    (_request, response) => response.writeHead(500).end("no"),
    async (server) => {
      const services = webhookWorld(server.url);
      await deliver(services, aDelivery());
      expect(kept(services)).toMatchObject([{ outcome: "retrying", next_at: services.clock.now() + 5000 }]);
      await drain(services);
      const [sent, ...others] = kept(services);
      expect([others, sent?.outcome, sent?.attempts.map(({ attempt }) => attempt)]).toEqual([
        [],
        "failed",
        [1, 2, 3, 4, 5, 6, 7, 8],
      ]);
      expect(sent).not.toHaveProperty("next_at");
      // The endpoint is disabled by now: what comes is dropped, and kept to be sent later.
      await deliver(services, aDelivery({ id: "evt_later" }));
      expect(kept(services).at(-1)).toMatchObject({ message: { id: "evt_later" }, outcome: "dropped", attempts: [] });
    },
  );
});

test("a receiver gets what it gets where nothing can be kept", async () => {
  await withServer(taking, async (server) => {
    const services = webhookWorld(server.url);
    services.sentDeliveries.note = () => Promise.reject(new Error("AccessDenied: s3cret"));
    await deliver(services, aDelivery());
    expect([server.seen.length, services.queue.sent]).toEqual([1, []]);
    const lines = services.log.lines.filter(({ message }) => message === "a delivery could not be kept");
    expect(lines).toHaveLength(1);
    expect(JSON.stringify(services.log.lines)).not.toContain("s3cret");
  });
});
