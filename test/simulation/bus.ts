import type { JobEvent, JobEventName } from "../../lambdas/core/job/job-event.ts";
import type { EventBus, Unpublished } from "../../lambdas/core/ports/event-bus.ts";
import type { World } from "./adversary.ts";
import { isUnreadable, nameOfEvent, type WatchedLetters } from "./dead-letters.ts";
import type { DueEvent, Ledger } from "./ledger.ts";
import { canary } from "./observer.ts";

export interface WatchedBus extends EventBus {
  /** Invariants 8 and 11 at the end: whether everything was published that should be, and the rest was set aside. */
  checkComplete(letters: WatchedLetters): void;
}

/** The bus with the guarantees of `EventBus`. It refuses some events, and checks invariant 8 for what is published. */
export function watchedBus(world: World, { dueEvents }: Ledger, published: ReadonlySet<JobEventName>): WatchedBus {
  const { random, hardship, observer, poison } = world;
  /** How many of a job's transitions have been published. */
  const counts = new Map<string, number>();
  const isPublished = ({ transition }: DueEvent) => published.has(transition.split(" ")[0] as JobEventName);
  const isRefused = (job_id: string, { transition }: DueEvent) => poison.sent(`event ${job_id} ${transition}`);
  const isDue = (job_id: string, one: DueEvent) =>
    isPublished(one) && !isRefused(job_id, one) && !isUnreadable(poison, job_id, one);

  function take({ name, detail }: JobEvent) {
    const { job_id, version } = detail;
    const transition = `${name} ${version}`;
    const wanted = dueEvents.get(job_id) ?? [];
    const before = counts.get(job_id) ?? 0;
    let next = before;
    while (next < wanted.length && !isDue(job_id, wanted[next] as DueEvent)) next++;
    if (wanted[next]?.transition === transition) counts.set(job_id, next + 1);
    else if (wanted.slice(0, before).some((one) => one.transition === transition))
      observer.cover("event published again");
    else
      observer.violated(
        8,
        `${job_id.slice(-6)}: "${transition}" was published, but "${wanted[next]?.transition}" is next`,
      );
  }

  return {
    async publish(events) {
      const unpublished: Unpublished[] = [];
      const stopped = new Set<string>();
      for (const [index, event] of events.entries()) {
        const { job_id } = event.detail;
        if (stopped.has(job_id)) unpublished.push({ index, code: "NOT_TRIED" });
        else if (poison.sent(nameOfEvent(event))) unpublished.push({ index, code: "MalformedDetail", permanent: true });
        else if (random.chance(hardship.refuse)) {
          observer.cover("event refused");
          stopped.add(job_id);
          unpublished.push({ index, code: "ThrottlingException" });
        } else take(event);
        if (JSON.stringify(event).includes(canary))
          observer.violated(9, `an event of ${job_id.slice(-6)} shows a secret`);
      }
      return unpublished;
    },

    checkComplete(letters) {
      for (const [id, wanted] of dueEvents) {
        const missing = wanted.slice(counts.get(id) ?? 0).filter((one) => isDue(id, one));
        if (missing.length > 0) observer.violated(8, `${id.slice(-6)}: "${inWords(missing)}" was never published`);
        const refused = wanted.filter((one) => isPublished(one) && isRefused(id, one));
        const offered = refused.filter((one) => !isUnreadable(poison, id, one));
        const unkept = offered.filter(({ transition }) => !letters.has(`event ${id} ${transition}`));
        if (unkept.length > 0)
          observer.violated(11, `${id.slice(-6)}: "${inWords(unkept)}" was refused for good, and is kept nowhere`);
      }
    },
  };
}

const inWords = (list: readonly DueEvent[]) => list.map(({ transition }) => transition).join(", ");

/**
 * Invariant 11: a process that knows what the bus has taken does not publish it again, whatever fails before it. A job that is
 * deleted and made again may have the very same event, down to its time, since the clocks of two processes differ: an event may be
 * published as often as it was written.
 */
export function publishesOnce(process: object, bus: EventBus, { observer, dueEvents }: Ledger): EventBus {
  const taken = takenOf.get(process) ?? new Map<string, number>();
  takenOf.set(process, taken);
  const isKnown = (event: JobEvent) => {
    const times = taken.get(nameOf(event)) ?? 0;
    if (times === 0) return false;
    const { job_id, version } = event.detail;
    const written = dueEvents.get(job_id)?.filter(({ transition }) => transition === `${event.name} ${version}`) ?? [];
    return times >= Math.max(1, written.length);
  };
  return {
    async publish(events) {
      for (const event of events.filter(isKnown))
        observer.violated(11, `${nameOf(event)} was published twice by one process`);
      const unpublished = await bus.publish(events);
      const missing = new Set(unpublished.map(({ index }) => index));
      const known = events.filter((_event, index) => !missing.has(index)).map(nameOf);
      for (const name of known) taken.set(name, (taken.get(name) ?? 0) + 1);
      return unpublished;
    },
  };
}

/** As the process itself remembers it. */
const takenOf = new WeakMap<object, Map<string, number>>();

const nameOf = (event: JobEvent): string => `${nameOfEvent(event)} ${event.time}`;
