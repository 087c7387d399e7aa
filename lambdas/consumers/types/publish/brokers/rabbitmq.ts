import type { Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { type ChannelModel, type ConfirmChannel, connect } from "amqplib";
import { referenceName } from "../../../../core/catalog/references.ts";
import { JobError, provenUndone } from "../../../../core/job/job-error.ts";
import { within } from "../../../clients/until-aborted.ts";
import { idempotencyHeader } from "../limits.ts";
import { publishedBodyOf } from "../message.ts";
import type { PlaceOf, TopicOf } from "../target.ts";
import { Keeper } from "./keeper.ts";
import { isRabbitLost, rabbitFault } from "./rabbitmq-faults.ts";
import type { SendResult, TopicSending } from "./send.ts";

const connectTimeoutMs = 10_000;
/** How long a connection may take to open a channel: one that hangs is replaced by the next attempt. */
const channelTimeoutMs = 5_000;
const farewellMs = 1_000;

interface Connection {
  model: ChannelModel;
  /** Set by the connection's events: it has ended, or the broker takes no messages. */
  state: { isClosed: boolean; isBlocked: boolean };
}

const connections = new Keeper<Connection>({
  close: ({ model }) => closed(model),
  isBroken: ({ state }) => state.isClosed,
});

/** For tests: closes the connections that this process keeps. */
export const closeRabbitMq = (): Promise<void> => connections.close();

/** Publishes a persistent message, and waits until the broker has it in the queues that it is routed to. */
export async function sendToRabbitMq(
  sending: TopicSending,
  { url: reference }: PlaceOf<"rabbitmq">,
  { exchange, routing_key }: TopicOf<"rabbitmq">,
): Promise<SendResult> {
  const { secrets, signal, input, idempotencyKey } = sending;
  const url = (await secrets.resolve(reference)).trim();
  if (!/^amqps?:$/.test(URL.parse(url)?.protocol ?? ""))
    throw new JobError("CONFIGURATION_ERROR", `${referenceName(reference)} is not an amqp: or amqps: URL.`);
  const routingKey = routing_key ?? input.key ?? "";
  try {
    const publish = (connection: Connection) => withChannel(sending, connection, exchange, routingKey);
    await connections.use(url, sending, () => openConnection(url).catch(unopened), publish, isRabbitLost);
  } catch (error) {
    throw signal.aborted ? signal.reason : rabbitFault(error);
  }
  return { provider: "rabbitmq", message_id: idempotencyKey, exchange, routing_key: routingKey };
}

/** What fails while a connection is made fails before a message is published. */
const unopened = (error: unknown): never => {
  throw provenUndone(rabbitFault(error));
};

async function openConnection(url: string): Promise<Connection> {
  const model = await connect(url, { timeout: connectTimeoutMs, noDelay: true });
  const state = { isClosed: false, isBlocked: false };
  // Without a listener an error would end the process.
  model.on("error", () => {});
  model.on("close", () => {
    state.isClosed = true;
  });
  model.on("blocked", () => {
    state.isBlocked = true;
  });
  model.on("unblocked", () => {
    state.isBlocked = false;
  });
  return { model, state };
}

/** A peer that hangs never answers a farewell: its socket is then destroyed. */
async function closed(model: ChannelModel): Promise<void> {
  const { stream } = model.connection as unknown as { stream: Socket };
  await Promise.race([model.close().catch(() => {}), setTimeout(farewellMs, undefined, { ref: false })]);
  stream.destroy();
}

/** A channel per message: the broker closes the channel over an error, which then concerns no other job of the batch. */
async function withChannel(
  sending: TopicSending,
  { model, state }: Connection,
  exchange: string,
  routingKey: string,
): Promise<void> {
  if (state.isBlocked)
    throw new JobError("SERVICE_UNAVAILABLE", "RabbitMQ takes no messages at present: it lacks memory or disk space.", {
      nothingDone: true,
    });
  const late = () =>
    new JobError("CONNECTION_ERROR", `RabbitMQ opened no channel within ${channelTimeoutMs} ms.`, {
      nothingDone: true,
    });
  const channel = await within(sending, channelTimeoutMs, model.createConfirmChannel(), late);
  try {
    await confirmed(channel, sending, exchange, routingKey);
  } finally {
    channel.close().catch(() => {});
  }
}

/** Resolves when the broker has confirmed the message. One that no queue receives comes back before that. */
function confirmed(
  channel: ConfirmChannel,
  sending: TopicSending,
  exchange: string,
  routingKey: string,
): Promise<void> {
  const { input, idempotencyKey } = sending;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  channel.on("error", reject);
  channel.on("close", () => reject(new JobError("CONNECTION_ERROR", "RabbitMQ closed the channel.")));
  channel.on("return", () =>
    reject(new JobError("NOT_FOUND", unroutable, { providerCode: "NO_ROUTE", nothingDone: true })),
  );
  const options = {
    mandatory: true,
    persistent: true,
    messageId: idempotencyKey,
    contentType: typeof input.message === "string" ? "text/plain" : "application/json",
    contentEncoding: "utf-8",
    headers: { ...input.headers, [idempotencyHeader]: idempotencyKey },
  };
  const body = Buffer.from(publishedBodyOf(input));
  channel.publish(exchange, routingKey, body, options, (error: unknown) =>
    error ? reject(returnedFault()) : resolve(),
  );
  return promise;
}

const unroutable = "RabbitMQ has no queue for the message: none is bound to the exchange with this routing key.";

/** A queue that is full and rejects what is published says so too. Another queue to which the message was routed may have it. */
const returnedFault = () =>
  new JobError("SERVICE_UNAVAILABLE", "RabbitMQ refused the message: a queue is full or could not store it.");
