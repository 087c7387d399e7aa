import * as z from "zod";
import { eventSource } from "../topology.ts";
import { eventDocs } from "./schemas/events.ts";

/**
 * One JSON Schema (2020-12) for every event on the bus, as rules and their targets receive it. Its objects are open, since
 * fields may be added to events.
 */
export function eventsDocument(): Record<string, unknown> {
  const events = Object.entries(eventDocs).map(([type, { summary, detail }]) =>
    z.object({ source: z.literal(eventSource), "detail-type": z.literal(type), detail }).describe(summary),
  );
  const schema = z.union(events).meta({ title: "Events of Ductape Jobs on EventBridge" });
  return z.toJSONSchema(schema, { io: "input" });
}
