import * as z from "zod";
import { own } from "../../../core/catalog/catalog.ts";
import { strict } from "../../../core/kernel/schema.ts";
import { Tag } from "../../../core/kernel/tag.ts";
import { defineJobType } from "../define-job-type.ts";
import { longestKey, mostHeaders } from "./limits.ts";
import { publicationFaults } from "./rules.ts";
import type { BrokerTarget } from "./target.ts";

const headerName = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;
/** The system's own, and those of providers: for `CC` and `BCC` RabbitMQ would deliver copies to other queues. */
const reserved = /^((idempotency-key|b?cc)$|(aws|amazon)\.)/i;
const headerRule = "letters, digits, _ and -, with single dots between them";
const isReserved = "is one of idempotency-key, CC, BCC, AWS.* and Amazon.*, which are not for callers";

/** IPublishRequest: the message, and what a broker may order, route or filter it by. */
export const publishInput = strict({
  /** Any JSON value: a string is sent unchanged, anything else as JSON. */
  message: z.unknown().refine((message) => message !== undefined, "is required"),
  /** The group of SQS and SNS, the key of Kafka, the routing key of RabbitMQ. */
  key: z.string().min(1).max(longestKey).optional(),
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
    .optional(),
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
    const place = own(target.envs, env);
    return place ? publicationFaults(place, event.topic, input) : [];
  },
  example: { event: "announce_order", input: { message: { order: "A-1", total: 12.5 }, key: "c-42" } },
  defaults: { timeout_ms: 30_000, retries: 3 },
  limits: { max_timeout_ms: 120_000, memory_mb: 256 },
});
