import type { EventBridgeClient, PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { fairGroupOf } from "../../core/job/job.ts";
import type { JobRejectedDetail, Rejection } from "../../core/job/job-rejected.ts";
import { PermanentError } from "../../core/kernel/errors.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Refused } from "../../core/ports/refused.ts";
import type { Rejections } from "../../core/ports/rejections.ts";
import { eventSource, rejectedEvent } from "../../topology.ts";
import { entryError } from "../client/aws-errors.ts";
import { deadLetter, textAttribute } from "../sqs/dead-letter.ts";
import { type Outgoing, sendInBatches } from "../sqs/send-in-batches.ts";
import { putEvents } from "./put-events.ts";

interface IntakeRejectionsOptions {
  events: EventBridgeClient;
  bus: string;
  sqs: SQSClient;
  deadLetterUrl: string;
  clock: Clock;
}

/** Reports each rejected message as an event on the bus and as a dead letter with the reason as attributes. */
export const intakeRejections = ({ events, bus, sqs, deadLetterUrl, clock }: IntakeRejectionsOptions): Rejections => ({
  async reject(rejections) {
    // The event goes first: after a later failure the message comes again, and a second event harms less than a second dead letter.
    const time = new Date(clock.now());
    const unpublished = await putEvents(
      events,
      clock,
      rejections.map(({ detail }) => rejectionEntryOf(detail, bus, time)),
    );
    const causes = new Map(unpublished.map(({ index, code }) => [index, entryError("EventBridge", code)]));
    // A message whose event the bus refuses permanently becomes a dead letter too, which says why there was no event.
    const rest = [...rejections.entries()].flatMap(([index, rejection]) => {
      const cause = causes.get(index);
      if (cause && !(cause instanceof PermanentError)) return [];
      return [{ index, letter: rejectionLetterOf(rejection, cause?.code) }];
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

const rejectionEntryOf = (detail: JobRejectedDetail, EventBusName: string, Time: Date): PutEventsRequestEntry => ({
  EventBusName,
  Source: eventSource,
  DetailType: rejectedEvent,
  Time,
  Detail: JSON.stringify(detail),
});

/** `untold`, also the name of the attribute, is the code with which the bus permanently refused the event. */
function rejectionLetterOf({ detail, body }: Rejection, untold?: string): Outgoing {
  const { code, message, errors, source, message_id, product_tag, env } = detail;
  const faults = errors.map((fault) => `${fault.pointer || "/"}: ${fault.detail}`);
  const known = product_tag !== undefined && env !== undefined;
  return deadLetter(body, known ? fairGroupOf({ product: product_tag, env }) : source, {
    code: textAttribute(code),
    detail: textAttribute([message, ...faults].join("\n"), 4096),
    source: textAttribute(source),
    message_id: textAttribute(message_id),
    ...(untold !== undefined && { untold: textAttribute(untold) }),
  });
}
