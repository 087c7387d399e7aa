import * as z from "zod";
import type { Fault } from "../core/errors.ts";
import { beginningOf, type ImportCursor } from "../core/job/import-cursor.ts";
import type { RequestSource } from "../core/outbound/rejection.ts";
import { RequestError } from "../core/requests/request-error.ts";
import { requestReviver } from "../core/schema/exact-json.ts";
import { importPrefix, requestEvent } from "../topology.ts";

/** Who brought something, and what that service calls it. */
export interface Sender {
  source: RequestSource;
  id: string;
}

/** What has been delivered, out of its envelopes. */
export type Delivery =
  | { kind: "request"; request: unknown; sender: Sender }
  /** Objects that are to be imported; none where there was nothing but a test or another folder's news. */
  | { kind: "objects"; places: ImportCursor[] }
  | { kind: "unreadable"; error: RequestError; sender: Sender };

/** Envelopes in envelopes: an event by way of a topic, given up by Lambda; more is nobody's doing. */
const mostEnvelopes = 5;

const Id = z.string().min(1).max(200);

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html */
const BusEvent = z.object({ id: Id, source: z.string(), "detail-type": z.string(), detail: z.unknown() });

/** https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html */
const TopicMessage = z.object({ Type: z.literal("Notification"), MessageId: Id, Message: z.string() });

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-async-destinations */
const GivenUp = z.object({
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

/** What S3 sends once when it is told to notify a queue. */
const TestNotification = z.object({ Service: z.literal("Amazon S3"), Event: z.literal("s3:TestEvent") });

/** Takes a parsed message out of its envelopes; what is none of them is the request itself. The innermost id names it. */
export function unwrap(content: unknown, sender: Sender, bucket: string, depth = 0): Delivery {
  if (depth > mostEnvelopes) return unreadable(sender, [{ pointer: "", detail: "too many envelopes" }]);
  const inner = (source: RequestSource, id: string, value: unknown) => unwrap(value, { source, id }, bucket, depth + 1);

  const topic = TopicMessage.safeParse(content).data;
  if (topic) return unwrapText(topic.Message, { source: "sns", id: topic.MessageId }, bucket, depth + 1);
  const event = BusEvent.safeParse(content).data;
  if (event?.["detail-type"] === requestEvent) return inner("eventbridge", event.id, event.detail);
  if (event) {
    const sent = { source: "eventbridge", id: event.id } as const;
    return unreadable(sent, [{ pointer: "/detail-type", detail: `"${requestEvent}" is the one that asks for a job` }]);
  }
  const givenUp = GivenUp.safeParse(content).data;
  if (givenUp) return inner("lambda", givenUp.requestContext.requestId ?? sender.id, givenUp.requestPayload);
  const notification = BucketNotification.safeParse(content).data;
  if (notification) return { kind: "objects", places: placesIn(notification, bucket) };
  if (TestNotification.safeParse(content).success) return { kind: "objects", places: [] };
  return { kind: "request", request: content, sender };
}

/** The same of a text, which has to be JSON. */
export function unwrapText(text: string, sender: Sender, bucket: string, depth = 0): Delivery {
  let content: unknown;
  try {
    content = JSON.parse(text, requestReviver(text));
  } catch {
    return unreadable(sender, [{ pointer: "", detail: "is not JSON" }]);
  }
  return unwrap(content, sender, bucket, depth);
}

const unreadable = (sender: Sender, faults: Fault[]): Delivery => ({
  kind: "unreadable",
  error: new RequestError("INVALID_REQUEST", "The message holds no request.", { faults }),
  sender,
});

function placesIn({ Records }: z.infer<typeof BucketNotification>, bucket: string): ImportCursor[] {
  return Records.flatMap(({ eventName, eventTime, s3 }) => {
    const { size, eTag: etag } = s3.object;
    const key = keyIn(s3.object.key);
    // Deletions have neither; a folder that the console makes is an empty object with a slash at its end.
    const isNews = eventName.startsWith("ObjectCreated:") && size !== undefined && etag !== undefined;
    if (!isNews || s3.bucket.name !== bucket || !key?.startsWith(importPrefix) || key.endsWith("/")) return [];
    return [beginningOf({ key, etag, size, put_at: Date.parse(eventTime) })];
  });
}

/** S3 writes keys in notifications as forms do: spaces as plus signs. */
function keyIn(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}
