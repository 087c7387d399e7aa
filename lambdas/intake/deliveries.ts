import * as z from "zod";
import { firstCursor, type ImportCursor } from "../core/job/import-cursor.ts";
import type { RequestSource } from "../core/job/job-rejected.ts";
import { carrierOf, type TraceCarrier } from "../core/job/trace.ts";
import { defined } from "../core/kernel/defined.ts";
import type { Fault } from "../core/kernel/errors.ts";
import { isRecord } from "../core/kernel/json-values.ts";
import { RequestError } from "../core/kernel/request-error.ts";
import { requestJson } from "../core/requests/request-json.ts";
import { importPrefix, requestEvent, signalEvent } from "../topology.ts";

/** The service that delivered something, and the id that it gave it. */
export interface Sender {
  source: RequestSource;
  id: string;
  /** The trace in its attributes, or in those of an envelope around it. */
  carrier?: TraceCarrier;
}

/** What was delivered, taken out of its envelopes. */
export type IntakeDelivery =
  | { kind: "request"; request: unknown; sender: Sender }
  /** A message to runs that wait for it. */
  | { kind: "signal"; request: unknown; sender: Sender }
  /** Imports to start. None after S3's test message, or a notification about another folder. */
  | { kind: "objects"; imports: ImportCursor[] }
  | { kind: "unreadable"; error: RequestError; sender: Sender };

/** How deeply envelopes may be nested. More than two are already unusual: an event, sent through a topic to an invocation that failed. */
const maxEnvelopes = 5;

const Id = z.string().min(1).max(200);

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html */
const BusEvent = z.object({ id: Id, source: z.string(), "detail-type": z.string(), detail: z.unknown() });

/** https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html */
const TopicMessage = z.object({
  Type: z.literal("Notification"),
  MessageId: Id,
  Message: z.string(),
  MessageAttributes: z
    .record(z.string(), z.object({ Value: z.string() }))
    .optional()
    .catch(undefined),
});

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-async-destinations */
const FailedInvocation = z.object({
  requestContext: z.object({ requestId: Id.optional(), functionArn: z.string(), condition: z.string() }),
  requestPayload: z.unknown(),
});

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
const BucketNotification = z.object({
  Records: z
    .array(
      z.object({
        eventSource: z.literal("aws:s3"),
        eventName: z.string(),
        eventTime: z.iso.datetime(),
        s3: z.object({
          bucket: z.object({ name: z.string() }),
          object: z.object({ key: z.string(), size: z.int().min(0).optional(), eTag: z.string().optional() }),
        }),
      }),
    )
    .min(1),
});

/** S3 sends this once when notifications to a queue are set up. */
const TestNotification = z.object({ Service: z.literal("Amazon S3"), Event: z.literal("s3:TestEvent") });

/**
 * Takes a parsed message out of its envelopes. What is no known envelope is the request itself. The sender is that of the
 * innermost envelope.
 */
export function unwrap(content: unknown, sender: Sender, bucket: string, depth = 0): IntakeDelivery {
  if (depth > maxEnvelopes) return unreadableDelivery(sender, [{ pointer: "", detail: "too many envelopes" }]);
  const { carrier } = sender;
  const inner = (source: RequestSource, id: string, value: unknown) =>
    unwrap(value, { source, id, ...defined({ carrier }) }, bucket, depth + 1);

  const topic = TopicMessage.safeParse(content).data;
  if (topic) {
    const own = carrierOf((name) => topic.MessageAttributes?.[name]?.Value) ?? carrier;
    const of = { source: "sns", id: topic.MessageId, ...defined({ carrier: own }) } as const;
    return unwrapJson(topic.Message, of, bucket, depth + 1);
  }
  const event = BusEvent.safeParse(content).data;
  const type = event?.["detail-type"];
  if (event && (type === requestEvent || type === signalEvent)) return inner("eventbridge", event.id, event.detail);
  if (event) {
    const sent = { source: "eventbridge", id: event.id } as const;
    return unreadableDelivery(sent, [
      { pointer: "/detail-type", detail: `must be "${requestEvent}" or "${signalEvent}"` },
    ]);
  }
  const failedInvocation = FailedInvocation.safeParse(content).data;
  if (failedInvocation)
    return inner("lambda", failedInvocation.requestContext.requestId ?? sender.id, failedInvocation.requestPayload);
  const notification = BucketNotification.safeParse(content).data;
  if (notification) return { kind: "objects", imports: importsIn(notification, bucket) };
  if (TestNotification.safeParse(content).success) return { kind: "objects", imports: [] };
  return { kind: isSignal(content) ? "signal" : "request", request: content, sender };
}

/** A request for a job names an event, and a signal names itself. */
const isSignal = (content: unknown): boolean => isRecord(content) && "signal" in content && !("event" in content);

/** The same for a string, which has to be JSON. */
export function unwrapJson(text: string, sender: Sender, bucket: string, depth = 0): IntakeDelivery {
  const json = requestJson(text);
  if ("fault" in json) return unreadableDelivery(sender, [{ pointer: "", detail: json.fault }]);
  return unwrap(json.content, sender, bucket, depth);
}

const unreadableDelivery = (sender: Sender, faults: Fault[]): IntakeDelivery => ({
  kind: "unreadable",
  error: new RequestError("INVALID_REQUEST", "The message contains no request.", { faults }),
  sender,
});

function importsIn({ Records }: z.infer<typeof BucketNotification>, bucket: string): ImportCursor[] {
  return Records.flatMap(({ eventName, eventTime, s3 }) => {
    const { size, eTag: etag } = s3.object;
    const key = keyIn(s3.object.key);
    // A deletion has no size or etag. A folder that the console creates is an empty object whose key ends with a slash.
    const isUpload = eventName.startsWith("ObjectCreated:") && size !== undefined && etag !== undefined;
    if (!isUpload || s3.bucket.name !== bucket || !key?.startsWith(importPrefix) || key.endsWith("/")) return [];
    return [firstCursor({ key, etag, size, put_at: Date.parse(eventTime) })];
  });
}

/** In notifications, S3 encodes keys as HTML forms do, with spaces as plus signs. */
function keyIn(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}
