import type { EventBridgeClient, PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { PermanentError } from "../../core/errors.ts";
import { tenantOf } from "../../core/job/job.ts";
import type { JobRejectedDetail, Rejection } from "../../core/outbound/rejection.ts";
import type { Rejections } from "../../core/ports/outbound-ports.ts";
import type { Clock, Refused } from "../../core/ports/ports.ts";
import { eventSource, rejectedEvent } from "../../topology.ts";
import { entryError } from "../client/aws-errors.ts";
import { deadLetter, textAttribute } from "../sqs/dead-letter.ts";
import { type Outgoing, sendInBatches } from "../sqs/send-in-batches.ts";
import { putEvents } from "./put-events.ts";

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
    const unkept = await sendInBatches(
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
  return deadLetter(body, known ? tenantOf({ product: product_tag, env }) : source, {
    code: textAttribute(code),
    detail: textAttribute([message, ...faults].join("\n"), 4096),
    source: textAttribute(source),
    message_id: textAttribute(message_id),
    ...(untold !== undefined && { untold: textAttribute(untold) }),
  });
}
