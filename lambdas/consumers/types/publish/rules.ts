import type { Fault } from "../../../core/kernel/errors.ts";
import { jsonPointer } from "../../../core/kernel/schema.ts";
import { largest, longestGroup, metaField, mostAttributes } from "./limits.ts";
import { attributeSafeBody, hasRefusedCharacter, type Publication, publishedDetailOf } from "./message.ts";
import type { PlaceOf, TopicPlace } from "./target.ts";

/*
 * What the provider of a topic does not take. Every function that accepts requests loads this at its start, so it is kept short.
 * What no provider takes is in the schema of the input.
 */

/** Room for the idempotency key, which a request does not have yet, and for the name and type of its attribute. */
const reserved = 128;

/** The faults of a message for a topic of this place; pointers are relative to the request. */
export function publicationFaults(place: TopicPlace, topic: string, input: Publication): Fault[] {
  const faults = ofProvider(place, topic, input);
  return faults.length > 0 ? faults : sizeFaults(place, topic, input);
}

const inputFault = (detail: string, ...path: string[]): Fault => ({ pointer: jsonPointer(["input", ...path]), detail });

function ofProvider(place: TopicPlace, topic: string, input: Publication): Fault[] {
  switch (place.provider) {
    case "sqs":
      return ofQueue(input, place.topics[topic]?.queue);
    case "sns":
      return ofQueue(input, place.topics[topic]?.arn);
    case "eventbridge":
      return ofEvent(input);
    case "rabbitmq":
      return place.topics[topic]?.routing_key === undefined || input.key === undefined
        ? []
        : [inputFault("has no use: the topic has a routing key of its own", "key")];
    case "kafka":
      return [];
  }
}

const text = "must not be empty, nor have a control character, U+FFFE or U+FFFF";

/** SQS and SNS have the same rules. Of a value that is not a string, the body has an escape for what they do not take. */
function ofQueue({ message, key, headers = {} }: Publication, name: string | undefined): Fault[] {
  const count = Object.keys(headers).length;
  const bad = (value: unknown) => value === "" || (typeof value === "string" && hasRefusedCharacter(value));
  return [
    ...(bad(message) ? [inputFault(`${text}: send it as JSON`, "message")] : []),
    ...(key === undefined && name?.endsWith(".fifo")
      ? [inputFault("is required: it is the group in FIFO order", "key")]
      : []),
    ...(key === undefined || (/^[\x21-\x7e]+$/.test(key) && key.length <= longestGroup)
      ? []
      : [inputFault(`must have 1 to ${longestGroup} printable ASCII characters and no space`, "key")]),
    ...(count < mostAttributes
      ? []
      : [inputFault(`has ${count}, but at most ${mostAttributes - 1} can be sent`, "headers")]),
    ...Object.keys(headers).flatMap((header) => (bad(headers[header]) ? [inputFault(text, "headers", header)] : [])),
  ];
}

function ofEvent({ message }: Publication): Fault[] {
  if (typeof message !== "object" || message === null || Array.isArray(message))
    return [inputFault("must be an object: it is the detail of an event", "message")];
  return Object.hasOwn(message, metaField) ? [inputFault("is set by the system itself", "message", metaField)] : [];
}

function sizeFaults(place: TopicPlace, topic: string, input: Publication): Fault[] {
  // RabbitMQ takes 16 MB and more, which is more than any input has.
  if (place.provider === "rabbitmq") return [];
  const most = mostBytes(place, topic);
  const bytes = publishedBytesOf(place, topic, input);
  const detail = `has ${bytes} bytes with all that goes with it: ${place.provider} takes at most ${most}`;
  return bytes <= most ? [] : [inputFault(detail, "message")];
}

function mostBytes(place: Exclude<TopicPlace, PlaceOf<"rabbitmq">>, topic: string): number {
  const raised = place.provider === "sns" ? place.topics[topic] : place.provider === "kafka" ? place : undefined;
  return raised?.max_bytes ?? largest[place.provider];
}

/** As SQS, SNS and EventBridge count. An attribute counts with its type, `String`. */
function publishedBytesOf(place: TopicPlace, topic: string, input: Publication): number {
  const { key = "", headers = {} } = input;
  const sent =
    place.provider === "eventbridge"
      ? [place.source, place.topics[topic]?.detail_type ?? topic, publishedDetailOf(input, "")]
      : [attributeSafeBody(input), key, ...Object.entries(headers).flatMap((header) => [...header, "String"])];
  return reserved + Buffer.byteLength(sent.join(""));
}
