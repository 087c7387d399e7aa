import type { JobEvent, JobEventName } from "../../lambdas/core/job/job-event.ts";
import type { EventBus, Unpublished } from "../../lambdas/core/ports/outbound-ports.ts";
import type { World } from "./adversary.ts";
import { isUnreadable, nameOfEvent, type WatchedLetters } from "./dead-letters.ts";
import type { Ledger, ToTell } from "./ledger.ts";
import { canary } from "./observer.ts";

export interface WatchedBus extends EventBus {
  /** Invariant 8 at the end: whether everything was told that is to be; and 11, whether the rest is set aside. */
  checkComplete(letters: WatchedLetters): void;
}

/** The bus, as `EventBus` promises it to be, refusing some events; it holds what is published to invariant 8. */
export function watchedBus(world: World, { toTell }: Ledger, published: ReadonlySet<JobEventName>): WatchedBus {
  const { random, hardship, observer, poison } = world;
  /** How many of a job's transitions have been told. */
  const told = new Map<string, number>();
  const isPublished = ({ transition }: ToTell) => published.has(transition.split(" ")[0] as JobEventName);
  const isRefused = (job_id: string, { transition }: ToTell) => poison.sent(`event ${job_id} ${transition}`);
  const isTold = (job_id: string, one: ToTell) =>
    isPublished(one) && !isRefused(job_id, one) && !isUnreadable(poison, job_id, one);

  function take({ name, detail }: JobEvent) {
    const { job_id, version } = detail;
    const transition = `${name} ${version}`;
    const wanted = toTell.get(job_id) ?? [];
    const before = told.get(job_id) ?? 0;
    let next = before;
    while (next < wanted.length && !isTold(job_id, wanted[next] as ToTell)) next++;
    if (wanted[next]?.transition === transition) told.set(job_id, next + 1);
    else if (wanted.slice(0, before).some((one) => one.transition === transition)) observer.cover("event told again");
    else
      observer.violated(8, `${job_id.slice(-6)}: "${transition}" was told, but "${wanted[next]?.transition}" is next`);
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
      for (const [id, wanted] of toTell) {
        const missing = wanted.slice(told.get(id) ?? 0).filter((one) => isTold(id, one));
        if (missing.length > 0) observer.violated(8, `${id.slice(-6)}: "${inWords(missing)}" was never told`);
        const refused = wanted.filter((one) => isPublished(one) && isRefused(id, one));
        const offered = refused.filter((one) => !isUnreadable(poison, id, one));
        const unkept = offered.filter(({ transition }) => !letters.has(`event ${id} ${transition}`));
        if (unkept.length > 0)
          observer.violated(11, `${id.slice(-6)}: "${inWords(unkept)}" was refused for good, and is kept nowhere`);
      }
    },
  };
}

const inWords = (list: readonly ToTell[]) => list.map(({ transition }) => transition).join(", ");

/**
 * Invariant 11: a process that knows what the bus has taken does not publish it again, whatever fails before it. A job that is
 * deleted and made again may have the very same event, down to its time, since the clocks of two processes differ: an event may be
 * published as often as it was written.
 */
export function tellsOnce(process: object, bus: EventBus, { observer, toTell }: Ledger): EventBus {
  const taken = takenOf.get(process) ?? new Map<string, number>();
  takenOf.set(process, taken);
  const isKnown = (event: JobEvent) => {
    const { job_id, version } = event.detail;
    const written = toTell.get(job_id)?.filter(({ transition }) => transition === `${event.name} ${version}`) ?? [];
    return (taken.get(nameOf(event)) ?? 0) >= Math.max(1, written.length);
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

/** By the process's own memory. */
const takenOf = new WeakMap<object, Map<string, number>>();

const nameOf = (event: JobEvent): string => `${nameOfEvent(event)} ${event.time}`;
