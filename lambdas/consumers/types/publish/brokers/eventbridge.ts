import type { EventBridgeClient, PutEventsResultEntry } from "@aws-sdk/client-eventbridge";
import { messagingFault, messagingFaults } from "../../../clients/aws/messaging-faults.ts";
import { clientPerPlace, clientSettings } from "../../../clients/aws/regional-clients.ts";
import type { Meaning } from "../../../clients/fault-table.ts";
import { publishedDetailOf } from "../message.ts";
import type { PlaceOf } from "../target.ts";
import type { SendResult, TopicSending } from "./send.ts";

const eventBridgeClients = () =>
  clientPerPlace(async (region: string | undefined) => {
    const { EventBridgeClient } = await import("@aws-sdk/client-eventbridge");
    return new EventBridgeClient(clientSettings({ region, requestTimeout: 20_000 }));
  });

const unsendable: Meaning = ["VALIDATION_ERROR", "EventBridge cannot put the event as it is."];
const unwell: Meaning = ["SERVICE_UNAVAILABLE", "EventBridge could not take the event at the moment."];
const notAllowed: Meaning = [
  "FORBIDDEN",
  "This consumer's role, or the bus's policy, does not allow it to put events.",
];

/** The errors of PutEvents, and those of its entries. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html */
export const eventBridgeFaults = messagingFaults(
  "EventBridge",
  {
    ResourceNotFound: ["NOT_FOUND", "The event bus does not exist."],
    MalformedDetail: unsendable,
    InvalidArgument: unsendable,
    Validation: unsendable,
    NotAuthorizedForSource: ["FORBIDDEN", "The source of the event belongs to somebody else."],
    NotAuthorizedForDetailType: ["FORBIDDEN", "The detail type of the event belongs to somebody else."],
    AccessDenied: notAllowed,
    OperationDisabled: ["CONFIGURATION_ERROR", "The event bus takes no events at present."],
  },
  { InternalFailure: unwell, Internal: unwell },
);

/** Puts one event on a bus. EventBridge has no place for a key, headers or an idempotency key: they are in the event's detail. */
export const eventBridgeSender =
  (clients: (region?: string) => Promise<EventBridgeClient> = eventBridgeClients()) =>
  async (sending: TopicSending, place: PlaceOf<"eventbridge">, detailType: string): Promise<SendResult> => {
    const { bus, source } = place;
    const { PutEventsCommand } = await import("@aws-sdk/client-eventbridge");
    const client = await clients(bus.startsWith("arn:") ? bus.split(":")[3] : place.region);
    const Detail = publishedDetailOf(sending.input, sending.idempotencyKey);
    const entry = { EventBusName: bus, Source: source, DetailType: detailType, Detail };
    try {
      const { Entries } = await client.send(new PutEventsCommand({ Entries: [entry] }), {
        abortSignal: sending.signal,
      });
      return { provider: "eventbridge", event_id: eventIdOf(Entries?.[0]) };
    } catch (cause) {
      throw messagingFault(eventBridgeFaults, cause, sending.signal);
    }
  };

/** The call succeeds even where its entry fails. */
function eventIdOf({ EventId, ErrorCode }: PutEventsResultEntry = {}): string {
  if (EventId !== undefined && ErrorCode === undefined) return EventId;
  // With the status of a refusal, unless the code has another meaning.
  throw Object.assign(new Error("PutEvents failed for its entry"), {
    name: ErrorCode ?? "InternalFailure",
    $metadata: { httpStatusCode: 400 },
  });
}
