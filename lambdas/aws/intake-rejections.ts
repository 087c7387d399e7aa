import type { EventBridgeClient, PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { PermanentError } from "../core/errors.ts";
import { tenantOf } from "../core/job.ts";
import { eventSource } from "../core/job-event.ts";
import type { Rejections } from "../core/outward-ports.ts";
import type { Clock, Refused } from "../core/ports.ts";
import { type JobRejectedDetail, type Rejection, rejectedEvent } from "../core/rejection.ts";
import { messageGroup } from "./message-group.ts";
import { putEvents } from "./put-events.ts";
import { entryError } from "./refusal.ts";
import { attributesRoom, largestBatchBytes, type Outgoing, sendAll } from "./send-all.ts";
import { escaped } from "./sendable.ts";

export interface IntakeRejectionsOptions {
  events: EventBridgeClient;
  bus: string;
  sqs: SQSClient;
  deadLetterUrl: string;
  clock: Clock;
}

/** Refused messages: each an event on the bus, and a dead letter with its reason as attributes. */
export const intakeRejections = ({ events, bus, sqs, deadLetterUrl, clock }: IntakeRejectionsOptions): Rejections => ({
  async reject(rejections) {
    // The event first: what fails after it is delivered again, and an event may come twice, a dead letter better not.
    const time = new Date(clock.now());
    const untold = await putEvents(
      events,
      clock,
      rejections.map(({ detail }) => entryOf(detail, bus, time)),
    );
    const causes = new Map(untold.map(({ index, code }) => [index, entryError("EventBridge", code)]));
    // What the bus will never take is a dead letter all the same, which says so.
    const rest = [...rejections.entries()].flatMap(([index, rejection]) => {
      const cause = causes.get(index);
      if (cause && !(cause instanceof PermanentError)) return [];
      return [{ index, letter: letterOf(rejection, cause?.code) }];
    });
    const unkept = await sendAll(
      sqs,
      deadLetterUrl,
      rest.map(({ letter }) => letter),
    );
    const again = [...causes].flatMap(([index, cause]): Refused[] =>
      cause instanceof PermanentError ? [] : [{ index, cause }],
    );
    return [...again, ...unkept.map(({ index, cause }) => ({ index: rest[index]?.index as number, cause }))];
  },
});

const entryOf = (detail: JobRejectedDetail, EventBusName: string, Time: Date): PutEventsRequestEntry => ({
  EventBusName,
  Source: eventSource,
  DetailType: rejectedEvent,
  Time,
  Detail: JSON.stringify(detail),
});

/** `untold` is why the bus will never take the event. */
function letterOf({ detail, body }: Rejection, untold?: string): Outgoing {
  const { code, message, errors, source, message_id, product_tag, env } = detail;
  const faults = errors.map((fault) => `${fault.pointer || "/"}: ${fault.detail}`);
  const known = product_tag !== undefined && env !== undefined;
  return {
    MessageBody: cutToBytes(escaped(body), largestBatchBytes - attributesRoom),
    DelaySeconds: 0,
    MessageGroupId: messageGroup(known ? tenantOf({ product: product_tag, env }) : source),
    MessageAttributes: {
      code: text(code),
      detail: text([message, ...faults].join("\n"), 4096),
      source: text(source),
      message_id: text(message_id),
      ...(untold !== undefined && { untold: text(untold) }),
    },
  };
}

const text = (value: string, longest = 256) => ({
  DataType: "String",
  StringValue: cutToBytes(escaped(value), longest) || "?",
});

/** The beginning that fits, and no half of a character. */
function cutToBytes(value: string, longest: number): string {
  const bytes = Buffer.from(value);
  if (bytes.byteLength <= longest) return value;
  return new TextDecoder().decode(bytes.subarray(0, longest), { stream: true });
}
