import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { Clock } from "../../core/ports/clock.ts";
import type { Announcer } from "../../core/ports/event-bus.ts";
import { eventSource } from "../../topology.ts";
import { entryError } from "../client/aws-errors.ts";
import { jsonForSqs } from "../sqs/escape.ts";
import { putEvents } from "./put-events.ts";

/** Publishes single events on an EventBridge bus. */
export const eventBridgeAnnouncer = ({
  client,
  bus,
  clock,
}: {
  client: EventBridgeClient;
  bus: string;
  clock: Clock;
}): Announcer => ({
  async announce({ type, time, detail }) {
    const entry = {
      EventBusName: bus,
      Source: eventSource,
      DetailType: type,
      Time: new Date(time),
      Detail: jsonForSqs(detail),
    };
    const [refused] = await putEvents(client, clock, [entry]);
    if (refused) throw entryError("EventBridge", refused.code);
  },
});
