import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:tls";
import { promisify } from "node:util";
import {
  AclOperations,
  AclPermissionTypes,
  Admin,
  Consumer,
  ResourcePatternTypes,
  ResourceTypes,
  stringDeserializers,
} from "@platformatic/kafka";
import { bundle } from "../../../../infra/bundle/bundle.ts";
import { closeKafka } from "../../../../lambdas/consumers/types/publish/brokers/kafka.ts";
import { parameter, secret } from "../../../../lambdas/core/catalog/references.ts";
import { kafka, startKafka } from "../../../support/brokers/kafka.ts";
import { failureOf as failed, publishTo } from "../../../support/brokers/publish.ts";
import { startSilentServer } from "../../../support/databases/silent-server.ts";
import { fakeClock } from "../../../support/fakes/clock.ts";
import { describeWith } from "../../../support/servers.ts";
import { until } from "../../../support/until.ts";

interface Read {
  key: string;
  value: string;
  headers: Map<string, string>;
  topic: string;
  partition: number;
  offset: bigint;
}

let server: Awaited<ReturnType<typeof startKafka>>;
let consumer: Consumer<string, string, string, string>;
const read: Read[] = [];

const open = (more: object = {}) => ({
  provider: "kafka",
  brokers: server.brokers,
  tls: false,
  topics: { orders: {} },
  ...more,
});
const signed = (mechanism: string, topics: object = { orders: {} }) => ({
  provider: "kafka",
  brokers: parameter("/kafka/brokers"),
  tls: false,
  sasl: { mechanism, username: "writer", password: secret("kafka#password") },
  topics,
});
const secrets = (password: string) => ({
  'parameter("/kafka/brokers")': server.signedBrokers.join(", "),
  'secret("kafka#password")': password,
});

describeWith(
  "Kafka",
  kafka,
  "test/support/brokers/install.sh",
)("a publish job on Kafka", () => {
  beforeAll(async () => {
    server = await startKafka();
    const admin = new Admin({ clientId: "test", bootstrapBrokers: server.brokers });
    await admin.createTopics({ topics: ["orders"], partitions: 4, replicas: 1 });
    await admin.createTopics({ topics: ["hidden"], partitions: 1, replicas: 1 });
    const acl = {
      resourceType: ResourceTypes.TOPIC,
      resourcePatternType: ResourcePatternTypes.LITERAL,
      principal: "User:writer",
      host: "*",
      permissionType: AclPermissionTypes.ALLOW,
    };
    const creations = [
      { ...acl, resourceName: "orders", operation: AclOperations.WRITE },
      { ...acl, resourceName: "hidden", operation: AclOperations.DESCRIBE },
    ];
    await admin.createAcls({ creations });
    await admin.close();
    consumer = new Consumer({
      clientId: "test",
      groupId: "test",
      bootstrapBrokers: server.brokers,
      deserializers: stringDeserializers,
    });
    const stream = await consumer.consume({ topics: ["orders"], mode: "earliest", autocommit: false, maxWaitTime: 50 });
    stream.on("data", (message) => read.push(message as Read));
  });
  afterAll(async () => {
    await closeKafka();
    await consumer?.close(true);
    await server?.stop();
  });

  /** The record at the place that a result names. */
  async function at({ partition, offset }: { partition: number; offset: string }): Promise<Read> {
    const find = () => read.find((one) => one.partition === partition && String(one.offset) === offset);
    await until(() => find() !== undefined);
    return find() as Read;
  }

  it("writes JSON with its key, headers and idempotency key, and returns its offset", async () => {
    const input = { message: { text: "😀 \uffff" }, key: "c-42", headers: { "x-source": "shop" } };
    const result = await publishTo({ place: open(), input, idempotencyKey: "job_9-1" });
    expect(result).toEqual({
      topic: "orders",
      provider: "kafka",
      partition: expect.any(Number),
      offset: expect.stringMatching(/^\d+$/),
    });
    const { key, value, headers } = await at(result as never);
    expect({ key, value: JSON.parse(value) }).toEqual({ key: "c-42", value: input.message });
    expect(Object.fromEntries(headers)).toEqual({ "x-source": "shop", "idempotency-key": "job_9-1" });
  });

  it("sends all messages of a key to one partition, in order", async () => {
    const sent = [];
    for (let i = 0; i < 5; i++) sent.push(await publishTo({ place: open(), input: { message: `é ${i}`, key: "k" } }));
    const records = await Promise.all(sent.map((one) => at(one as never)));
    expect(records.map(({ value }) => value)).toEqual([0, 1, 2, 3, 4].map((i) => `é ${i}`));
    expect(new Set(records.map(({ partition }) => partition)).size).toBe(1);
  });

  it("writes the messages of a batch at once, each one time", async () => {
    const ids = Array.from({ length: 10 }, (_, id) => id);
    const sent = await Promise.all(ids.map((id) => publishTo({ place: open(), input: { message: { batch: id } } })));
    const records = await Promise.all(sent.map((one) => at(one as never)));
    expect(records.map(({ value }) => JSON.parse(value).batch)).toEqual(ids);
    expect(new Set(sent.map((one) => JSON.stringify(one))).size).toBe(10);
  });

  it("speaks TLS with a cluster whose authority the catalog names", async () => {
    const tls = { ca: parameter("/kafka/ca") };
    const place = open({ brokers: server.secureBrokers, tls });
    const result = await publishTo({ place, secrets: { 'parameter("/kafka/ca")': server.ca } });
    expect(await at(result as never)).toMatchObject({ value: '{"id":1}' });
  });

  it("refuses TLS with an unknown authority or another host's certificate", async () => {
    const unknown = await failed({ place: open({ brokers: server.secureBrokers, tls: true }) });
    expect(unknown).toMatchObject({ code: "CONFIGURATION_ERROR", retryable: false });
    const place = open({ brokers: server.secureByAddress, tls: { ca: server.ca } });
    expect(await failed({ place })).toMatchObject({ code: "CONFIGURATION_ERROR", retryable: false });
  });

  it("names the host in its TLS greeting, so that clusters may share an address", async () => {
    const greeted = Promise.withResolvers<string>();
    const SNICallback = (name: string, answer: (error: Error) => void) => {
      greeted.resolve(name);
      answer(new Error("that will do"));
    };
    const peer = createServer({ SNICallback }).on("tlsClientError", () => greeted.resolve("nobody"));
    await once(peer.listen(0, "127.0.0.1"), "listening");
    const { port } = peer.address() as AddressInfo;
    await failed({ place: open({ brokers: [`localhost:${port}`], tls: true }) });
    peer.close();
    expect(await greeted.promise).toBe("localhost");
  });

  it.each(["plain", "scram-sha-256", "scram-sha-512"])("signs in by %s", async (mechanism) => {
    const result = await publishTo({ place: signed(mechanism), secrets: secrets("s3cret") });
    expect(await at(result as never)).toMatchObject({ value: '{"id":1}' });
  });

  it.each(["plain", "scram-sha-256"])("does not sign in by %s with a wrong password", async (mechanism) => {
    const failure = await failed({ place: signed(mechanism), secrets: secrets("hunter2") });
    expect(failure).toMatchObject({ code: "UNAUTHORIZED", retryable: false });
    expect(failure.shown).not.toMatch(/hunter2|writer/);
  });

  it("fails where the user may not write", async () => {
    const place = signed("plain", { orders: { topic: "hidden" } });
    expect(await failed({ place, secrets: secrets("s3cret") })).toMatchObject({ code: "FORBIDDEN" });
  });

  it("creates no missing topic", async () => {
    const failure = await failed({ place: open({ topics: { orders: { topic: "oders" } } }) });
    expect(failure).toMatchObject({ code: "NOT_FOUND", retryable: false });
  });

  it("fails on a message that is larger than the cluster accepts", async () => {
    const input = { message: "x".repeat(1_200_000) };
    const place = open({ max_bytes: 5_000_000 });
    expect(await failed({ place, input })).toMatchObject({ code: "VALIDATION_ERROR", retryable: false });
  });

  it("fails on brokers that are down, unknown or without TLS", async () => {
    const down = { code: "CONNECTION_ERROR", retryable: true };
    expect(await failed({ place: open({ brokers: ["127.0.0.1:1"] }) })).toMatchObject(down);
    expect(await failed({ place: open({ brokers: ["nowhere.invalid:9092"] }) })).toMatchObject(down);
    const { code } = await failed({ place: open({ tls: true }) });
    expect(["CONNECTION_ERROR", "CONFIGURATION_ERROR"]).toContain(code);
  });

  it("names the reference whose value is no list of brokers", async () => {
    const asked = { place: signed("plain"), secrets: { ...secrets("x"), 'parameter("/kafka/brokers")': "hunter2" } };
    const failure = await failed(asked);
    expect(failure).toMatchObject({ code: "CONFIGURATION_ERROR", message: expect.stringContaining("/kafka/brokers") });
    expect(failure.shown).not.toContain("hunter2");
  });

  it("gives up on a silent broker at the job's timeout", async () => {
    const silent = await startSilentServer();
    const controller = new AbortController();
    const place = open({ brokers: [`127.0.0.1:${silent.port}`] });
    const publishing = publishTo({ place, signal: controller.signal });
    await silent.accepted;
    controller.abort(new Error("time is up"));
    await expect(publishing).rejects.toThrow("time is up");
    await silent.stop();
  });

  it("works in the code that a deployment bundles", async () => {
    const folder = await mkdtemp(join(tmpdir(), "bundle-"));
    try {
      const outputs = await bundle("consumers/publish", folder);
      const chunk = Object.keys(outputs).find((name) => outputs[name]?.entryPoint?.endsWith("/brokers/kafka.ts"));
      const script = `
        const { sendToKafka, closeKafka } = await import("file://${folder}/${chunk}");
        const sending = {
          input: { message: { from: "a bundle" } },
          idempotencyKey: "job_1-1",
          signal: new AbortController().signal,
          clock: { now: () => Date.now() },
        };
        console.log(JSON.stringify(await sendToKafka(sending, ${JSON.stringify(open())}, "orders")));
        await closeKafka();`;
      const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
      expect(await at(JSON.parse(stdout))).toMatchObject({ value: '{"from":"a bundle"}' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("opens another connection after an idle hour", async () => {
    const clock = fakeClock();
    await publishTo({ place: open(), clock });
    await clock.advance(3_600_000);
    const result = await publishTo({ place: open(), clock, input: { message: { after: "an hour" } } });
    expect(await at(result as never)).toMatchObject({ value: '{"after":"an hour"}' });
  });
});
