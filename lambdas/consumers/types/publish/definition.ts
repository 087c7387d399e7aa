import * as z from "zod";
import { ownValue } from "../../../core/catalog/catalog.ts";
import { strict } from "../../../core/kernel/schema.ts";
import { Tag } from "../../../core/kernel/tag.ts";
import { defineJobType } from "../define-job-type.ts";
import { longestKey, mostAttributes, mostHeaders } from "./limits.ts";
import { publicationFaults } from "./rules.ts";
import type { BrokerTarget } from "./target.ts";

const headerName = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;
/** The system's own, and those of providers: for `CC` and `BCC` RabbitMQ would deliver copies to other queues. */
const reserved = /^((idempotency-key|b?cc)$|(aws|amazon)\.)/i;
const headerRule = "letters, digits, _ and -, with single dots between them";
const isReserved = "is one of idempotency-key, CC, BCC, AWS.* and Amazon.*, which are not for callers";

export const publishInput = strict({
  message: z
    .unknown()
    .refine((message) => message !== undefined, "is required")
    .meta({
      description:
        "The message: any JSON value. A string is sent unchanged, anything else as JSON; EventBridge takes objects only.",
      examples: [{ order: "A-1", total: 12.5 }],
    }),
  key: z
    .string()
    .min(1)
    .max(longestKey)
    .optional()
    .meta({
      description: `What the broker orders or routes by, 1 to ${longestKey} characters: the group of SQS and SNS, Kafka's key, RabbitMQ's routing key. Required for a FIFO queue or topic. Default: none.`,
      examples: ["customer-42"],
    }),
  headers: z
    .record(
      z
        .string()
        .max(128)
        .regex(headerName, headerRule)
        .refine((name) => !reserved.test(name), isReserved),
      z.string(),
    )
    .refine((headers) => Object.keys(headers).length <= mostHeaders, `at most ${mostHeaders}`)
    .optional()
    .meta({
      description: `Up to ${mostHeaders} headers; SQS and SNS take ${mostAttributes - 1}. Default: none.`,
      examples: [{ source: "shop" }],
    }),
});

export const publish = defineJobType<BrokerTarget>()({
  type: "publish",
  summary: "Publish a message to a broker.",
  requestName: "IPublishRequest",
  section: "brokers",
  targetField: "broker",
  input: publishInput,
  event: () => ({ broker: Tag, topic: Tag }),
  eventNames: ({ broker, topic }) => [{ name: `${broker}:${topic}` }],
  checkInput({ target, env, event, input }) {
    const place = ownValue(target.envs, env);
    return place ? publicationFaults(place, event.topic, input) : [];
  },
  example: { event: "announce_order", input: { message: { order: "A-1", total: 12.5 }, key: "c-42" } },
  defaults: { timeout_ms: 30_000, retries: 3 },
  limits: { max_timeout_ms: 120_000, memory_mb: 256 },
});
