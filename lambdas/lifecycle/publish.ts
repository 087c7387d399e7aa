import type { JobEventName } from "../core/job/job-event.ts";
import type { EventBus } from "../core/ports/outbound-ports.ts";
import { type Emitting, type Happened, nowhere, settle } from "./happened.ts";

export interface Publishing extends Emitting {
  bus: EventBus;
  /** The transitions that are published. */
  publish: ReadonlySet<JobEventName>;
}

/** Tells the bus; answers the first place of what is to be told again. */
export async function publish(services: Publishing, happened: readonly Happened[]): Promise<number> {
  const { bus, log, publish, told } = services;
  const wanted = happened
    .flatMap(({ place, id, transitions }) =>
      transitions
        .filter(({ name }) => publish.has(name))
        .map(({ name, time, detail }) => ({ place, name: `${id} bus ${name}`, event: { name, time, detail } })),
    )
    .filter(({ name }) => !told.has(name));
  if (wanted.length === 0) return nowhere;
  const unpublished = await bus.publish(wanted.map(({ event }) => event));
  const waiting = unpublished.filter(({ permanent }) => !permanent);
  if (waiting.length > 0) {
    const codes = [...new Set(waiting.map(({ code }) => code))];
    log.error("events were not taken; they will be published again", { count: waiting.length, codes });
    log.measure("events wait", { values: { unpublished: waiting.length } });
  }
  const news = wanted.map(({ place, name, event }) => {
    const { job_id, version } = event.detail;
    return { place, name, body: event, about: { job_id, transition: event.name, version } };
  });
  return settle(services, news, unpublished, "EventBridge");
}
