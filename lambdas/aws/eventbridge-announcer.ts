import { type EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import type { Announcer } from "../core/ports.ts";
import { eventSource } from "./eventbridge-bus.ts";

/** One event at a time on an EventBridge bus. */
export const eventBridgeAnnouncer = ({ client, bus }: { client: EventBridgeClient; bus: string }): Announcer => ({
  async announce({ type, time, detail }) {
    const entry = {
      EventBusName: bus,
      Source: eventSource,
      DetailType: type,
      Time: new Date(time),
      Detail: JSON.stringify(detail),
    };
    const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: [entry] }));
    const code = Entries[0]?.ErrorCode;
    if (code !== undefined) throw new Error(`the bus refused an event: ${code}`);
  },
});
