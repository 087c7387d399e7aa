import type { JobChange } from "../aws/stream-handler.ts";
import { traceOf } from "../core/errors.ts";
import type { JobEventName } from "../core/job-event.ts";
import { jobFields } from "../core/log-fields.ts";
import type { EventBus, Log, StatsStore } from "../core/ports.ts";
import { incrementsOf } from "./counts.ts";
import { type Transition, transitionsOf } from "./events.ts";

export interface LifecycleServices {
  bus: EventBus;
  stats: StatsStore;
  log: Log;
  /** The transitions that are published. */
  publish: ReadonlySet<JobEventName>;
}

/**
 * Takes a batch of writes, oldest first, to everybody who is to know of them. Answers the place of the first write that
 * somebody could not be told of: it and all after it are delivered again, so that the order of each job is kept.
 */
export async function handleChanges(
  services: LifecycleServices,
  changes: readonly JobChange[],
): Promise<number | undefined> {
  const happened = changes.flatMap((change, place) => read(services.log, change).map((what) => ({ place, what })));
  // Webhooks and Step Functions callbacks go here, beside the bus: each answers the first place that it could not serve.
  const told = await Promise.all([publish(services, happened)]);
  const undone = Math.min(...told);
  // The rest is counted when it comes again.
  await count(
    services,
    happened.flatMap(({ place, what }) => (place < undone ? [what] : [])),
  );
  return undone < changes.length ? undone : undefined;
}

interface Placed {
  /** Of its write in the batch. */
  place: number;
  what: Transition;
}

/** What makes no sense today makes none tomorrow, and must not hold up the jobs behind it. */
function read(log: Log, change: JobChange): Transition[] {
  try {
    return transitionsOf(change);
  } catch (error) {
    log.error("incomprehensible write of a job", { ...(change.after && jobFields(change.after)), ...traceOf(error) });
    return [];
  }
}

async function publish({ bus, log, publish }: LifecycleServices, happened: readonly Placed[]): Promise<number> {
  const wanted = happened.filter(({ what }) => publish.has(what.name));
  if (wanted.length === 0) return Number.POSITIVE_INFINITY;
  const unpublished = await bus.publish(wanted.map(({ what: { name, time, detail } }) => ({ name, time, detail })));
  if (unpublished.length > 0) {
    const codes = [...new Set(unpublished.map(({ code }) => code))];
    log.error("events were not taken; they will be published again", { count: unpublished.length, codes });
    log.measure("events wait", { values: { unpublished: unpublished.length } });
  }
  return Math.min(...unpublished.map(({ index }) => (wanted[index] as Placed).place));
}

/**
 * Counters hold up nothing: to deliver a batch again for their sake would publish its events twice. What the store does
 * not take is lost, and a batch that Lambda delivers twice is counted twice (docs/operations.md).
 */
async function count({ stats, log }: LifecycleServices, transitions: readonly Transition[]): Promise<void> {
  try {
    await stats.add(incrementsOf(transitions));
  } catch (error) {
    log.error("counts were lost", traceOf(error));
  }
}
