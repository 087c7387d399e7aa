import type { ProductEndpoint } from "../../lambdas/core/catalog/webhook.ts";
import { type Delivery, deliveriesOf } from "../../lambdas/core/outbound/webhook.ts";
import { deliver } from "../../lambdas/webhooks/deliver.ts";
import { aJob, anEvent } from "./builders.ts";
import { type Answer, type HttpServer, httpServer } from "./executors/http-server.ts";
import { fakeClock } from "./fakes/clock.ts";
import { fakeDeadLetters } from "./fakes/dead-letters.ts";
import { fakeAnnouncer, fakeEndpoints } from "./fakes/endpoints.ts";
import { fakeLog } from "./fakes/log.ts";
import { fakeMessageQueue } from "./fakes/message-queue.ts";
import { fakeSecrets } from "./fakes/secrets.ts";
import { fakeSentDeliveries } from "./fakes/sent-deliveries.ts";

export const newSecret = () => `whsec_${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64")}`;

export const [current, previous] = [newSecret(), newSecret()];

export const endpoint = (more: Partial<ProductEndpoint> = {}): ProductEndpoint => ({
  product: "shop",
  env: "prd",
  webhook: "orders",
  url: { $parameter: "/shop/hook" },
  secret: { $secret: "shop/hook", key: "current" },
  events: ["completed", "failed"],
  ...more,
});

export const job = aJob({ labels: ["vip"], status: "completed", version: 3 });

export const aDelivery = (more: Partial<Delivery> = {}, of = job): Delivery => ({
  ...(deliveriesOf([endpoint()], anEvent("completed", of))[0] as Delivery),
  ...more,
});

export function webhookWorld(url: string, { catalog = [endpoint()], timeoutMs = 2000 } = {}) {
  const values: Record<string, string> = { "/shop/hook": url, "shop/hook#current": current, "shop/hook#old": previous };
  return {
    catalog,
    endpoints: fakeEndpoints(),
    sentDeliveries: fakeSentDeliveries(),
    secrets: fakeSecrets(values),
    /** May be changed, as they may be in AWS. */
    values,
    queue: fakeMessageQueue<Delivery>(),
    announcer: fakeAnnouncer(),
    deadLetters: fakeDeadLetters(),
    // Real time, since the receiver's library uses no other.
    clock: fakeClock(Date.now()),
    log: fakeLog(),
    timeoutMs,
    random: () => 0,
  };
}

export type WebhookWorld = ReturnType<typeof webhookWorld>;

export async function withServer(answer: Answer, run: (server: HttpServer) => Promise<void>): Promise<void> {
  await using server = await httpServer(answer);
  await run(server);
}

export const taking: Answer = (_request, response) => response.writeHead(204).end();

export const answering =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (_request, response) =>
    response.writeHead(status, headers).end("s3cret");

export const stateOf = ({ endpoints }: WebhookWorld) => endpoints.get(endpoint());

/** Delivers what the queue holds, each message at its time, until it is empty; `between` runs after each delivery. */
export async function drain(services: WebhookWorld, between: () => Promise<void> = async () => {}): Promise<void> {
  for (let next = services.queue.sent.shift(); next; next = services.queue.sent.shift()) {
    await services.clock.advance(next.delaySeconds * 1000);
    const running = deliver(services, next.message);
    await services.clock.advance(1000);
    await running;
    await between();
  }
}
