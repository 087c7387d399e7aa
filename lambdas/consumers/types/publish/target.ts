import * as z from "zod";
import { perEnv } from "../../../core/catalog/per-env.ts";
import { Reference, TextOrReference } from "../../../core/catalog/reference-schema.ts";
import { strict } from "../../../core/kernel/schema.ts";
import { Tag } from "../../../core/kernel/tag.ts";
import { isLoopback } from "../../../core/kernel/url.ts";
import { eventSource } from "../../../topology.ts";
import { largest } from "./limits.ts";
import { queueArn } from "./queue-address.ts";

/** The topics of a broker by the names that events use, each with the settings that its provider needs. */
const topics = <Topic extends z.ZodType>(topic: Topic) => z.record(Tag, topic);

/** Written out, and not behind a reference, so that the deployment grants exactly this queue, topic or bus. */
const textMatching = (pattern: RegExp, what: string) => z.string().regex(pattern, what);

const Sqs = strict({
  provider: z.literal("sqs"),
  topics: topics(
    strict({
      queue: z
        .string()
        .refine((queue) => queueArn(queue) !== undefined, "the ARN of an SQS queue, or its URL as AWS shows it"),
    }),
  ),
});

const Sns = strict({
  provider: z.literal("sns"),
  topics: topics(
    strict({
      arn: textMatching(
        /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?$/,
        "the ARN of an SNS topic, such as arn:aws:sns:eu-central-1:123456789012:orders",
      ),
      /** The topic's `MaximumMessageSize`, if it was raised. Default: 262,144. */
      max_bytes: z.int().min(1024).max(largest.snsRaised).optional(),
    }),
  ),
});

const EventBridge = strict({
  provider: z.literal("eventbridge"),
  bus: textMatching(
    /^(arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus\/)?[A-Za-z0-9/._-]{1,256}$/,
    "the name or ARN of an event bus",
  ),
  /** Of a bus that is given by name. Default: the consumer's own. */
  region: z.string().min(1).optional(),
  /** The events' `source`. */
  source: z
    .string()
    .min(1)
    .max(256)
    .refine(
      (source) => !/^aws\./i.test(source) && source !== eventSource,
      `a source of your own: aws.* belongs to AWS, and ${eventSource} to the events of this system`,
    ),
  topics: topics(
    strict({
      /** Default: the topic's name. */
      detail_type: z.string().min(1).max(128).optional(),
    }),
  ),
});

const Broker = textMatching(
  /^([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):\d{1,5}$/,
  "a host and a port, such as kafka.example.com:9092",
);
const Kafka = strict({
  provider: z.literal("kafka"),
  /** Some brokers of the cluster, as `host:port`; behind a reference, with commas between them. */
  brokers: z.union([z.array(Broker).min(1).max(20), Reference], "a list of host:port, or a reference to one"),
  /** `false` for a cluster without TLS; `ca` is the certificate, in PEM, of an authority of one's own. Default: true. */
  tls: z.union([z.boolean(), strict({ ca: TextOrReference })]).optional(),
  sasl: strict({
    mechanism: z.enum(["plain", "scram-sha-256", "scram-sha-512"]),
    username: TextOrReference,
    password: Reference,
  }).optional(),
  /** The most bytes of a message, as the cluster's `message.max.bytes` has it. Default: 1,048,576. */
  max_bytes: z.int().min(1024).max(100_000_000).optional(),
  topics: topics(
    strict({
      /** Default: the topic's name. */
      topic: textMatching(/^[A-Za-z0-9._-]{1,249}$/, "1 to 249 letters, digits and ._-").optional(),
    }),
  ),
}).refine(({ tls, sasl, brokers }) => tls !== false || sasl?.mechanism !== "plain" || areHere(brokers), {
  path: ["tls"],
  message: "must not be false: the mechanism plain would send the password in the clear",
});

/** Brokers on this machine; of those behind a reference nothing is known. */
const areHere = (brokers: unknown): boolean =>
  Array.isArray(brokers) && brokers.every((one) => isLoopback(String(one).replace(/:\d+$/, "")));

const RabbitMq = strict({
  provider: z.literal("rabbitmq"),
  /** `amqps://user:password@host:5671/vhost`, or `amqp:`: the URL decides about TLS. */
  url: Reference,
  topics: topics(
    strict({
      /** The empty name is the default exchange, which routes to the queue of the routing key's name. */
      exchange: z.string().max(255),
      /** Default: the request's `key`, or without one the empty key. */
      routing_key: z.string().max(255).optional(),
    }).refine(({ exchange, routing_key }) => exchange !== "" || routing_key, {
      path: ["routing_key"],
      message: "is required with the default exchange: otherwise every request could choose any queue",
    }),
  ),
});

export const TopicPlace = z.discriminatedUnion("provider", [Sqs, Sns, EventBridge, Kafka, RabbitMq]);
export type TopicPlace = z.input<typeof TopicPlace>;
type Provider = TopicPlace["provider"];
export type PlaceOf<P extends Provider> = Extract<TopicPlace, { provider: P }>;
export type TopicOf<P extends Provider> = PlaceOf<P>["topics"][string];

/** Executors read the unparsed catalog and apply the defaults themselves, so nothing here has a zod default. */
export const brokerTarget = () => strict({ envs: perEnv(TopicPlace) });
export type BrokerTarget = z.input<ReturnType<typeof brokerTarget>>;
