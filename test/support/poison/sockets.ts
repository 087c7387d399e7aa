import { type AddressInfo, createServer, type Socket } from "node:net";
import { execute as databaseAction } from "../../../lambdas/consumers/types/database_action/execute.ts";
import { notificationExecutor } from "../../../lambdas/consumers/types/notification/execute.ts";
import { publishExecutor } from "../../../lambdas/consumers/types/publish/execute.ts";
import { registry } from "../../../lambdas/consumers/types/registry.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { secret } from "../../../lambdas/core/catalog/references.ts";
import type { JobType } from "../../../lambdas/core/job/job.ts";
import type { ExecuteWithServices } from "../../../lambdas/core/operations/execution.ts";
import { runBatch } from "./batch.ts";
import { asked, say } from "./in-process.ts";

interface Client {
  type: JobType;
  event: object;
  target: (port: number) => object;
  url: (port: number) => string;
  input: object;
  execute: ExecuteWithServices;
  /** Bytes that begin as a server of this protocol does, so that the client reads on. */
  greetings: Buffer[];
}

const database = (engine: string, url: Client["url"], action: object, greetings: Buffer[]): Client => ({
  type: "database_action",
  event: { database: "it", action: "do" },
  target: () => ({ engine, envs: { prd: { connection: secret("url") } }, actions: { do: action } }),
  url,
  input: {},
  execute: databaseAction,
  greetings,
});

const sent = (...parts: (string | number[] | Buffer)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from(part))));
/** A message of PostgreSQL: its letter, its length and what follows. */
const message = (letter: string, body: Buffer) => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return sent(letter, length, body);
};
/** A packet of MySQL: its length in three bytes, its number, and what follows. */
const packet = (number: number, body: Buffer) =>
  sent([body.length & 0xff, (body.length >> 8) & 0xff, (body.length >> 16) & 0xff, number], body);

const ready = sent(message("R", sent([0, 0, 0, 0])), message("Z", sent("I")));
const mysqlGreeting = packet(
  0,
  sent(
    [10],
    "8.0.0\0",
    [1, 0, 0, 0],
    "12345678\0",
    [0xff, 0xf7, 33, 2, 0, 0xff, 0x81, 21],
    Buffer.alloc(10),
    "123456789012\0",
    "mysql_native_password\0",
  ),
);
const mysqlOk = (number: number) => packet(number, sent([0, 0, 0, 2, 0, 0, 0]));

const clients: Record<string, Client> = {
  PostgreSQL: database(
    "postgres",
    (port) => `postgres://u:p@127.0.0.1:${port}/db`,
    { operation: "read", statement: "SELECT 1 AS a" },
    [
      ready,
      sent(ready, message("D", sent([0, 1, 0, 0, 0, 9], "short"))),
      sent(ready, message("T", sent([0xff, 0xff]))),
      sent(ready, message("T", sent([0, 1], "a")), message("D", sent([0, 2]))),
      sent(ready, message("E", sent("SERROR\0")), message("?", sent("x"))),
      sent(ready, ready, message("C", sent("SELECT")), message("A", sent("x")), message("G", sent([0, 0xff, 0xff]))),
      sent(message("R", sent([0, 0, 0, 10], "SCRAM-SHA-256\0\0")), message("R", sent([0, 0, 0, 11], "r=x"))),
      sent(message("R", sent([0, 0, 0, 99]))),
      sent(message("R", sent([0]))),
      sent("D", [0, 0, 0, 0], "x"),
      sent("D", [0x7f, 0xff, 0xff, 0xff], "x"),
    ],
  ),
  MySQL: database(
    "mysql",
    (port) => `mysql://u:p@127.0.0.1:${port}/db`,
    { operation: "read", statement: "SELECT 1 AS a" },
    [
      mysqlGreeting,
      sent(mysqlGreeting, mysqlOk(2)),
      sent(mysqlGreeting, mysqlOk(2), packet(1, sent([1])), packet(2, sent([0xfe, 0xff]))),
      sent(mysqlGreeting, packet(2, sent([0xfe], "caching_sha2_password\0x"))),
      sent(mysqlGreeting, packet(2, sent([0xfe], "no_such_plugin\0x"))),
      sent(mysqlGreeting, packet(7, Buffer.alloc(0)), packet(9, sent([0xfb], "/etc/passwd"))),
      packet(0, sent([10])),
      packet(0, sent([0xff, 1])),
      packet(0, Buffer.alloc(0)),
    ],
  ),
  MongoDB: database(
    "mongodb",
    (port) => `mongodb://127.0.0.1:${port}/db?serverSelectionTimeoutMS=1000`,
    { operation: "findOne", collection: "c", filter: {} },
    [
      sent([16, 0, 0, 0], Buffer.alloc(12)),
      sent([0xff, 0xff, 0xff, 0x7f], Buffer.alloc(12)),
      sent([0xff, 0xff, 0xff, 0xff], Buffer.alloc(12)),
      sent([26, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0xdd, 7, 0, 0, 0, 0, 0, 0, 0], [5, 0, 0, 0, 0]),
      sent([30, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0xdd, 7, 0, 0, 0, 0, 0, 0, 0], [99, 0, 0, 0, 3, 97, 0, 1, 0]),
      sent([30, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0xdc, 7, 0, 0, 0xdd, 7, 0, 0, 9, 0, 0, 0, 2, 1, 2, 3, 4]),
    ],
  ),
  RabbitMQ: {
    type: "publish",
    event: { broker: "it", topic: "t" },
    target: () => ({ envs: { prd: { provider: "rabbitmq", url: secret("url"), topics: { t: { exchange: "x" } } } } }),
    url: (port) => `amqp://u:p@127.0.0.1:${port}`,
    input: { message: 1 },
    execute: publishExecutor(),
    greetings: [
      sent("AMQP", [0, 0, 9, 1]),
      sent([1, 0, 0, 0, 0, 0, 4, 0, 10, 0, 10, 0xce]),
      sent([1, 0, 0, 0, 0, 0, 12, 0, 10, 0, 10, 0, 9, 0xff, 0xff, 0xff, 0xff, 0, 0, 0xce]),
      sent([1, 0, 0, 0, 0, 0, 4, 0, 99, 0, 99, 0xce]),
      sent([1, 0, 7, 0, 0, 0, 4, 0, 20, 0, 40, 0xce]),
      sent([3, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xce]),
      sent([8, 0, 0, 0, 0, 0, 0, 0xce], [1, 0, 0, 0, 0, 0, 4, 0, 10, 0, 50, 0xce]),
    ],
  },
  Kafka: {
    type: "publish",
    event: { broker: "it", topic: "t" },
    target: (port) => ({
      envs: { prd: { provider: "kafka", brokers: [`127.0.0.1:${port}`], tls: false, topics: { t: {} } } },
    }),
    url: () => "",
    input: { message: 1 },
    execute: publishExecutor(),
    greetings: [
      sent([0, 0, 0, 0]),
      sent([0, 0, 0, 4, 0, 0, 0, 1]),
      sent([0, 0, 0, 4, 0, 0, 0, 99]),
      sent([0, 0, 0, 10, 0, 0, 0, 1, 0, 0, 0x7f, 0xff, 0xff, 0xff]),
      sent([0, 0, 0, 10, 0, 0, 0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff]),
      sent([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1]),
      sent([0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 1]),
    ],
  },
  SMTP: {
    type: "notification",
    event: { notification: "it" },
    target: () => ({
      envs: { prd: { email: { provider: "smtp", url: secret("url"), from: "a@x.example" } } },
      messages: { plain: {} },
    }),
    url: (port) => `smtp://u:p@127.0.0.1:${port}`,
    input: { slug: "plain", email: { to: "b@x.example", subject: { en: "Hi" }, template: { en: "Hi" } } },
    execute: notificationExecutor(),
    greetings: [
      sent("220 x\r\n"),
      sent("220 x\r\n250-x\r\n250 AUTH LOGIN PLAIN XOAUTH2 CRAM-MD5\r\n334 !!!\r\n334 \xff\r\n"),
      sent("220 x\r\n250-STARTTLS\r\n250 SIZE x\r\n220 go\r\n\x16\x03\x01\x02\x00"),
      sent("220 x\r\n250 x\r\n235 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n250 ok\r\n999 ?\r\n"),
      sent("220-x\r\n".repeat(100_000)),
      sent("999\r\n-\r\n\r\n"),
    ],
  },
};

const foreign = [
  Buffer.alloc(0),
  sent("HTTP/1.1 400 Bad Request\r\n\r\n"),
  Buffer.alloc(200_000),
  Buffer.alloc(200_000, 0xff),
  Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * 7919 + (i >> 3) * 31) & 0xff)),
];

/** Answers the first bytes of a client, or greets it at once, and hangs up a little later or leaves the connection open. */
async function startServer(bytes: Buffer, isFirst: boolean, endsAfterMs: number | undefined) {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => {});
    const answer = () => {
      socket.write(bytes);
      if (endsAfterMs !== undefined) setTimeout(() => socket.destroy(), endsAfterMs);
    };
    if (isFirst) answer();
    else socket.once("data", answer);
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/** One job of a batch is sent to the odd server, the others to one that refuses every connection. */
async function play({ type, event, target, url, input, execute }: Client, port: number): Promise<unknown> {
  const product = {
    tag: "p",
    envs: ["prd"],
    jobs: { do: { type, ...event } },
    [registry[type].section]: { it: target(port) },
  } as unknown as Product;
  const jobs = [0, 1].map(() => ({ event: "do", input }));
  return runBatch({ type, product, jobs, secrets: { url: url(port) }, execute, timeoutMs: 700 });
}

const name = asked<string>();
const client = clients[name] as Client;
// MongoDB's driver takes zeros for messages without a length, and reads them without an end.
const strange = foreign.filter((bytes) => name !== "MongoDB" || bytes.length === 0 || bytes.readInt32LE() !== 0);
async function playAt(which: string, bytes: Buffer, isFirst: boolean, endsAfterMs: number | undefined): Promise<void> {
  const server = await startServer(bytes, isFirst, endsAfterMs);
  say({ which, outcomes: await play(client, server.port) });
  server.stop();
}

const cases = [...client.greetings, ...strange].flatMap((bytes, i) =>
  [true, false].flatMap((isFirst) =>
    [30, undefined].map((ms) => () => playAt(`${i} ${isFirst} ${ms}`, bytes, isFirst, ms)),
  ),
);
await Promise.all(cases.map((run) => run()));
// What drivers do once their connections are gone is part of it.
await new Promise((resolve) => setTimeout(resolve, 300));
say("alive");
process.exit();
