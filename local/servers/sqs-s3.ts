import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { RequestListener } from "node:http";
import { Server } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { ChangeMessageVisibilityCommand, SetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { type FauxqsServer, startFauxqs } from "fauxqs";
import { largestUpload } from "../../lambdas/core/kernel/uploads.ts";
import type { Messages } from "../clock/works.ts";
import { loopback, onPortOrAny, setShiftedDate } from "../gateway/http.ts";
import { forThisMachine } from "../gateway/strangers.ts";
import { type LocalQueue, localQueues } from "../queues/local-queues.ts";
import { credentials } from "../runtime/credentials.ts";
import { account, bucketName, intakeTopicName, queueName, region } from "../runtime/names.ts";
import { type Inbox, makeInbox, type SqsRoute } from "./inbox.ts";
import { type Fastify, likeS3 } from "./s3-like-aws.ts";

export interface SqsAndS3 {
  url: string;
  /** The queue's URL, instead of fauxqs's own, whose host name may not resolve. */
  queueUrl(name: string): string;
  /** The messages of a queue, for what takes them in this process. */
  inbox(queue: string): Inbox;
  createBucket(name: string): void;
  /** Creates a queue of a broker unless it exists. */
  createQueue(queue: { name: string; region: string }): void;
  /** The messages in a queue, in any state. */
  messages(queue: string): Messages;
  close(): Promise<void>;
}

/** SQS, SNS and S3, stored in `folder`, with the queues of the stack and the topic of its intake. */
export async function startSqsAndS3(
  folder: string,
  queues: LocalQueue[] = localQueues(),
  wantedPort?: number,
): Promise<SqsAndS3> {
  const { server, route } = await onPortOrAny(wantedPort, (port) =>
    withChanges(() =>
      onLoopback(() =>
        withoutDiskWaits(() => startFauxqs({ port, logger: false, dataDir: folder, defaultRegion: region })),
      ),
    ),
  );
  const url = `http://${loopback}:${server.port}`;
  const queueUrl = (name: string) => `${url}/${account}/${name}`;
  const sqs = new SQSClient({ endpoint: url, ...credentials });
  for (const queue of queues) {
    const existing = server.inspectQueue(queue.name);
    // Creating a queue that exists would empty it, so an existing one is only updated.
    if (existing === undefined) server.createQueue(queue.name, { region, attributes: queue.attributes });
    else await renew(sqs, queueUrl(queue.name), queue, existing);
  }
  sqs.destroy();
  server.createBucket(bucketName);
  // In a folder that was used before both exist already, and these calls change nothing.
  server.createTopic(intakeTopicName, { region });
  const intake = queueName("intake");
  if (queues.some(({ name }) => name === intake)) {
    server.subscribe({ topic: intakeTopicName, queue: intake, region });
  }
  return {
    url,
    queueUrl,
    inbox: (queue) => makeInbox(route, queueUrl(queue)),
    createBucket: (name) => {
      server.createBucket(name);
    },
    createQueue: ({ name, region }) => {
      const fifo = name.endsWith(".fifo") && { attributes: { FifoQueue: "true" } };
      if (server.inspectQueue(name) === undefined) server.createQueue(name, { region, ...fifo });
    },
    messages: (queue) => server.inspectQueue(queue)?.messages ?? { ready: [], delayed: [], inflight: [] },
    close: () => server.stop(),
  };
}

type Existing = NonNullable<ReturnType<FauxqsServer["inspectQueue"]>>;

/**
 * Updates a queue's attributes and releases its messages in flight: their consumer ended with the last process, so waiting for the
 * visibility timeout is pointless. The new timeout is a second, because with zero fauxqs 2.4.1 loses a message that is on disk.
 */
async function renew(
  sqs: SQSClient,
  QueueUrl: string,
  { attributes }: LocalQueue,
  { messages }: Existing,
): Promise<void> {
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: attributes }));
  for (const { receiptHandle: ReceiptHandle } of messages.inflight) {
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 1 }));
  }
}

/**
 * Raises fauxqs's limit of 11 MiB to what S3 accepts in a single PUT, adds what it lacks, and finds its handler of SQS. Fastify, its server, announces
 * itself on a diagnostics channel.
 */
async function withChanges(start: () => Promise<FauxqsServer>): Promise<{ server: FauxqsServer; route: SqsRoute }> {
  const made = "fastify.initialization";
  let route: SqsRoute | undefined;
  const listen = (message: unknown) => {
    const { fastify } = message as { fastify: Fastify };
    fastify.addHook("onRoute", (added) => {
      added.bodyLimit = largestUpload;
      if (added.method === "POST" && added.url === "/") route = added.handler as SqsRoute;
    });
    likeS3(fastify);
  };
  subscribe(made, listen);
  try {
    const server = await start();
    if (!route) throw new Error("fauxqs has no handler of SQS");
    return { server, route };
  } finally {
    unsubscribe(made, listen);
  }
}

/**
 * Makes fauxqs's database answer without waiting for the disk, which it would do three times a message while everything else in this process waits too:
 * a killed process loses nothing, a machine that fails may. fauxqs has no option for that.
 */
async function withoutDiskWaits<T>(start: () => Promise<T>): Promise<T> {
  const { exec } = DatabaseSync.prototype;
  DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string) {
    exec.call(this, sql);
    if (sql === "PRAGMA journal_mode = WAL") exec.call(this, "PRAGMA synchronous = NORMAL");
  };
  try {
    return await start();
  } finally {
    DatabaseSync.prototype.exec = exec;
  }
}

/** Makes fauxqs listen on loopback only and refuse web pages: it has no option for that. */
async function onLoopback<T>(start: () => Promise<T>): Promise<T> {
  const { listen } = Server.prototype;
  Server.prototype.listen = function (this: Server, ...args: unknown[]) {
    const options = args[0] as { host?: string } | undefined;
    if (options?.host === "0.0.0.0") {
      options.host = loopback;
      const listeners = this.listeners("request") as RequestListener[];
      const all: RequestListener = (request, response) => {
        setShiftedDate(response);
        for (const listener of listeners) listener(request, response);
      };
      this.removeAllListeners("request").on("request", forThisMachine(all));
    }
    return Reflect.apply(listen, this, args) as Server;
  };
  try {
    return await start();
  } finally {
    Server.prototype.listen = listen;
  }
}
