import type { JobEventName } from "../core/job/job-event.ts";
import type { EventBus } from "../core/ports/event-bus.ts";
import { type ChangeEffects, type EmitServices, nothingFailed, recordResults } from "./emit.ts";

export interface PublishServices extends EmitServices {
  bus: EventBus;
  /** The transitions that are published. */
  publish: ReadonlySet<JobEventName>;
}

/** Publishes events on the bus. Returns the first batch index that has to be redelivered. */
export async function publish(services: PublishServices, effects: readonly ChangeEffects[]): Promise<number> {
  const { bus, log, publish, recentlySent } = services;
  const wanted = effects
    .flatMap(({ batchIndex, id, transitions }) =>
      transitions
        .filter(({ name }) => publish.has(name))
        .map(({ name, time, detail }) => ({ batchIndex, key: `${id} bus ${name}`, event: { name, time, detail } })),
    )
    .filter(({ key }) => !recentlySent.has(key));
  if (wanted.length === 0) return nothingFailed;
  const unpublished = await bus.publish(wanted.map(({ event }) => event));
  const waiting = unpublished.filter(({ permanent }) => !permanent);
  if (waiting.length > 0) {
    const codes = [...new Set(waiting.map(({ code }) => code))];
    log.error("events were not taken; they will be published again", { count: waiting.length, codes });
    log.measure("events wait", { values: { unpublished: waiting.length } });
  }
  const outgoing = wanted.map(({ batchIndex, key, event }) => {
    const { job_id, version } = event.detail;
    return { batchIndex, key, body: event, logFields: { job_id, transition: event.name, version } };
  });
  return recordResults(services, outgoing, unpublished, "EventBridge");
}
