import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { type ChannelModel, connect, type GetMessage } from "amqplib";
import { closeRabbitMq } from "../../../../lambdas/consumers/types/publish/brokers/rabbitmq.ts";
import { secret } from "../../../../lambdas/core/catalog/references.ts";
import { failureOf as failed, publishTo } from "../../../support/brokers/publish.ts";
import { rabbitmq, startRabbitMq } from "../../../support/brokers/rabbitmq.ts";
import { startSilentServer } from "../../../support/databases/silent-server.ts";
import { fakeClock } from "../../../support/fakes/clock.ts";
import { describeWith } from "../../../support/servers.ts";
import { startGate } from "../../../support/tcp-gate.ts";
import { until } from "../../../support/until.ts";

let server: Awaited<ReturnType<typeof startRabbitMq>>;
let admin: ChannelModel;

const at = (topic: object) => ({ provider: "rabbitmq", url: secret("mq#url"), topics: { orders: topic } });
const secrets = (url = server.url()) => ({ 'secret("mq#url")': url });
const byKey = at({ exchange: "shop" });

describeWith(
  "RabbitMQ",
  rabbitmq,
  "test/support/brokers/install.sh",
)("a publish job on RabbitMQ", () => {
  beforeAll(async () => {
    server = await startRabbitMq();
    admin = await connect(server.url());
    admin.on("error", () => {});
    const channel = await admin.createChannel();
    await channel.assertExchange("shop", "topic");
    await channel.assertQueue("placed");
    await channel.bindQueue("placed", "shop", "order.#");
    await channel.assertQueue("full", { arguments: { "x-max-length": 0, "x-overflow": "reject-publish" } });
    await channel.close();
  });
  afterAll(async () => {
    await closeRabbitMq();
    await admin?.close();
    await server?.stop();
  });

  /** Takes the next message of a queue. */
  async function next(queue = "placed"): Promise<GetMessage> {
    const channel = await admin.createChannel();
    const message = await channel.get(queue, { noAck: true });
    await channel.close();
    if (!message) throw new Error(`${queue} is empty`);
    return message;
  }

  it("takes a nack as no proof, since another queue may have the message", async () => {
    const channel = await admin.createChannel();
    await channel.assertExchange("both", "fanout");
    for (const queue of ["full", "placed"]) await channel.bindQueue(queue, "both", "");
    await channel.close();
    const place = at({ exchange: "both", routing_key: "any" });
    await expect(publishTo({ place, input: { message: "m" }, secrets: secrets() })).rejects.toMatchObject({
      code: "SERVICE_UNAVAILABLE",
      nothingDone: false,
    });
    expect((await next()).content.toString()).toBe("m");
  });

  it("publishes persistent JSON with its headers and idempotency key", async () => {
    const input = { message: { text: "😀 \uffff" }, key: "order.placed", headers: { "x-source": "shop" } };
    expect(await publishTo({ place: byKey, input, secrets: secrets(), idempotencyKey: "job_9-1" })).toEqual({
      topic: "orders",
      provider: "rabbitmq",
      message_id: "job_9-1",
      exchange: "shop",
      routing_key: "order.placed",
    });
    const { content, properties, fields } = await next();
    expect(JSON.parse(String(content))).toEqual(input.message);
    expect(properties).toMatchObject({
      messageId: "job_9-1",
      contentType: "application/json",
      deliveryMode: 2,
      headers: { "x-source": "shop", "idempotency-key": "job_9-1" },
    });
    expect(fields).toMatchObject({ exchange: "shop", routingKey: "order.placed" });
  });

  it("speaks TLS with a broker whose authority this process knows", async () => {
    const input = { message: "by TLS" };
    const place = at({ exchange: "", routing_key: "placed" });
    const over = (host?: string) => ({ place, input, secrets: secrets(server.secureUrl(host)) });
    expect(await failed(over())).toMatchObject({ code: "CONFIGURATION_ERROR", retryable: false });
    const known = getCACertificates("default");
    setDefaultCACertificates([...known, server.ca]);
    try {
      await publishTo(over());
      expect(String((await next()).content)).toBe("by TLS");
      // The certificate is for another host.
      expect(await failed(over("127.0.0.1"))).toMatchObject({ code: "CONFIGURATION_ERROR", retryable: false });
    } finally {
      setDefaultCACertificates(known);
    }
  });

  it("sends a string unchanged to the default exchange's queue", async () => {
    const place = at({ exchange: "", routing_key: "placed" });
    await publishTo({ place, input: { message: "héllo 😀" }, secrets: secrets() });
    const { content, properties } = await next();
    expect([String(content), properties.contentType]).toEqual(["héllo 😀", "text/plain"]);
  });

  it.each([
    ["no queue is bound", byKey, { key: "invoice" }, server_, "NOT_FOUND", /no queue for the message/],
    ["there is no such exchange", at({ exchange: "shpo" }), {}, server_, "NOT_FOUND", /no such exchange/],
    [
      "the password is wrong",
      byKey,
      {},
      () => server.url(server.port, "guest", "hunter2"),
      "UNAUTHORIZED",
      /credentials/,
    ],
    [
      "there is no such vhost",
      byKey,
      {},
      () => server.url(server.port, "guest", "guest", "x"),
      "NOT_FOUND",
      /virtual host/,
    ],
    ["the broker is down", byKey, {}, () => server.url(1), "CONNECTION_ERROR", /connection/],
    ["the host is unknown", byKey, {}, () => "amqp://guest:hunter2@nowhere.invalid", "CONNECTION_ERROR", /connection/],
    ["the URL is none", byKey, {}, () => "hunter2", "CONFIGURATION_ERROR", /secret\("mq#url"\)/],
    ["the queue is full", at({ exchange: "", routing_key: "full" }), {}, server_, "SERVICE_UNAVAILABLE", /full/],
    [
      "it is larger than the server allows",
      byKey,
      { key: "order.x", message: "x".repeat(1_000_001) },
      server_,
      "VALIDATION_ERROR",
      /too large/,
    ],
  ])("fails where %s", async (_what, place, input, url, code, message) => {
    const failure = await failed({ place, input, secrets: secrets(url()) });
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(failure.shown).not.toMatch(/hunter2|guest/);
  });

  it("fails where the user may not write", async () => {
    await server.control("add_user", "reader", "reader");
    await server.control("set_permissions", "reader", "", "", ".*");
    const url = server.url(server.port, "reader", "reader");
    expect(await failed({ place: byKey, input: { key: "order.x" }, secrets: secrets(url) })).toMatchObject({
      code: "FORBIDDEN",
    });
  });

  it("gives up on a silent broker at the job's timeout", async () => {
    const silent = await startSilentServer();
    const controller = new AbortController();
    const url = server.url(silent.port);
    const publishing = publishTo({ place: byKey, secrets: secrets(url), signal: controller.signal });
    await silent.accepted;
    controller.abort(new Error("time is up"));
    await expect(publishing).rejects.toThrow("time is up");
    await silent.stop();
  });

  it("shares a connection within a batch, and replaces an idle or closed one", async () => {
    await using gate = await startGate(server.port);
    const clock = fakeClock();
    const input = { key: "order.x" };
    const send = () => publishTo({ place: byKey, input, secrets: secrets(server.url(gate.port)), clock });
    await Promise.all([send(), send(), send()]);
    await send();
    expect(gate.made()).toBe(1);
    await clock.advance(3_600_000);
    await send();
    expect(gate.made()).toBe(2);
    gate.reset();
    await until(() => gate.open() === 0);
    await send();
    expect(gate.made()).toBe(3);
  });

  it("fails on a connection that hangs, which the next attempt replaces", async () => {
    await using gate = await startGate(server.port);
    const clock = fakeClock();
    const asked = { place: byKey, input: { key: "order.x" }, secrets: secrets(server.url(gate.port)), clock };
    await publishTo(asked);
    gate.hang(true);
    const hanging = failed(asked);
    await until(() => clock.sleepers() > 0);
    await clock.advance(5_000);
    expect(await hanging).toMatchObject({ code: "CONNECTION_ERROR", retryable: true });
    gate.hang(false);
    await publishTo(asked);
    expect(gate.made()).toBe(2);
  });
});

function server_(): string {
  return server.url();
}
