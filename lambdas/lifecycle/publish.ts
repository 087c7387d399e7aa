import type { JobEventName } from "../core/job-event.ts";
import type { EventBus } from "../core/outward-ports.ts";
import type { Log } from "../core/ports.ts";
import { type Happened, nowhere } from "./happened.ts";

export interface Publishing {
  bus: EventBus;
  log: Log;
  /** The transitions that are published. */
  publish: ReadonlySet<JobEventName>;
}

/** Tells the bus; answers the first place of what it did not take. */
export async function publish({ bus, log, publish }: Publishing, happened: readonly Happened[]): Promise<number> {
  const wanted = happened.flatMap(({ place, transitions }) =>
    transitions
      .filter(({ name }) => publish.has(name))
      .map(({ name, time, detail }) => ({ place, event: { name, time, detail } })),
  );
  if (wanted.length === 0) return nowhere;
  const unpublished = await bus.publish(wanted.map(({ event }) => event));
  if (unpublished.length > 0) {
    const codes = [...new Set(unpublished.map(({ code }) => code))];
    log.error("events were not taken; they will be published again", { count: unpublished.length, codes });
    log.measure("events wait", { values: { unpublished: unpublished.length } });
  }
  return Math.min(...unpublished.map(({ index }) => wanted[index]?.place ?? 0));
}
