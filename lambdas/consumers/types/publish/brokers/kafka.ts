import { isIP, type Socket } from "node:net";
import { connectionsConnectsChannel, Producer, type ProducerOptions, stringSerializers } from "@platformatic/kafka";
import { referenceName, type TextOrReference } from "../../../../core/catalog/references.ts";
import { JobError } from "../../../../core/job/job-error.ts";
import { guardSocket } from "../../../clients/guarded.ts";
import { idempotencyHeader } from "../limits.ts";
import { publishedBodyOf } from "../message.ts";
import type { PlaceOf } from "../target.ts";
import { isKafkaLost, kafkaFault, mayNotBeIdempotent } from "./kafka-faults.ts";
import { Keeper } from "./keeper.ts";
import type { SendResult, TopicSending } from "./send.ts";

type Place = PlaceOf<"kafka">;
type Client = Producer<string, string, string, string>;
type Settings = Pick<
  ProducerOptions<string, string, string, string>,
  "bootstrapBrokers" | "tls" | "tlsServerName" | "sasl"
>;

const mechanisms = { plain: "PLAIN", "scram-sha-256": "SCRAM-SHA-256", "scram-sha-512": "SCRAM-SHA-512" } as const;

// The client reads in events of sockets that nothing else gives access to. At this event the socket has been made, and nothing read.
connectionsConnectsChannel.end.subscribe((event) => {
  const { connection } = event as { connection: { socket?: Socket } };
  if (connection.socket) guardSocket(connection.socket);
});

const producers = new Keeper<Client>({
  close: (producer) => producer.close(true),
  isBroken: (producer) => producer.closed,
});

/** For tests: closes the connections that this process keeps. */
export const closeKafka = (): Promise<void> => producers.close();

/** Clusters that do not allow this consumer to write as an idempotent producer, which older ones allow to few. */
const plainOnly = new Set<string>();

/** Produces one record, and waits until all replicas in sync have it. */
export async function sendToKafka(sending: TopicSending, place: Place, topic: string): Promise<SendResult> {
  const settings = await settingsOf(sending, place);
  const name = JSON.stringify(settings);
  try {
    return await produce(sending, settings, name, topic);
  } catch (error) {
    if (sending.signal.aborted) throw sending.signal.reason;
    // Nothing was written: the producer is refused before its first record.
    if (!mayNotBeIdempotent(error) || plainOnly.has(name)) throw kafkaFault(error);
    plainOnly.add(name);
    return produce(sending, settings, name, topic).catch((again) => {
      throw sending.signal.aborted ? sending.signal.reason : kafkaFault(again);
    });
  }
}

async function produce(sending: TopicSending, settings: Settings, name: string, topic: string): Promise<SendResult> {
  const idempotent = !plainOnly.has(name);
  const { input, idempotencyKey } = sending;
  const record = {
    topic,
    ...(input.key !== undefined && { key: input.key }),
    value: publishedBodyOf(input),
    headers: { ...input.headers, [idempotencyHeader]: idempotencyKey },
  };
  const send = async (producer: Client) => producer.send({ messages: [record], acks: -1 });
  const open = async () => newProducer(settings, idempotent);
  const { offsets } = await producers.use(`${idempotent} ${name}`, sending, open, send, isKafkaLost);
  const [written] = offsets ?? [];
  if (!written) throw new JobError("PROVIDER_ERROR", "Kafka did not say where it has written the message.");
  return { provider: "kafka", partition: written.partition, offset: String(written.offset) };
}

/** Within an attempt the client tries three times, so that a leader that moves costs no attempt; idempotence keeps that from writing twice. */
function newProducer(settings: Settings, idempotent: boolean): Client {
  return new Producer({
    clientId: "ductape-jobs",
    ...settings,
    serializers: stringSerializers,
    idempotent,
    acks: -1,
    autocreateTopics: false,
    connectTimeout: 5_000,
    requestTimeout: 20_000,
    // What the cluster may take to have a record in all replicas.
    timeout: 10_000,
    retries: 2,
    retryDelay: 250,
  });
}

async function settingsOf({ secrets }: TopicSending, { brokers, tls = true, sasl }: Place): Promise<Settings> {
  const text = async (value: TextOrReference) =>
    (typeof value === "string" ? value : await secrets.resolve(value)).trim();
  const list = Array.isArray(brokers) ? brokers : hostsIn(await text(brokers), referenceName(brokers));
  return {
    bootstrapBrokers: list,
    ...(tls !== false && {
      tls: tls === true ? {} : { ca: await text(tls.ca) },
      // Providers with many clusters behind one address find the right one by the name in the greeting, which cannot be an address.
      tlsServerName: list.every((host) => isIP(hostOf(host)) === 0),
    }),
    ...(sasl && {
      sasl: {
        mechanism: mechanisms[sasl.mechanism],
        username: await text(sasl.username),
        password: await secrets.resolve(sasl.password),
      },
    }),
  };
}

/** Without the port, and without the brackets of an IPv6 address. */
const hostOf = (broker: string): string => broker.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");

function hostsIn(text: string, reference: string): string[] {
  const hosts = text.split(",").map((host) => host.trim());
  if (hosts.every((host) => /^\S+:\d{1,5}$/.test(host))) return hosts;
  throw new JobError("CONFIGURATION_ERROR", `${reference} is not a list of host:port with commas between them.`);
}
