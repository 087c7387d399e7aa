import type { JobEvent, JobEventName } from "../../lambdas/core/job-event.ts";
import type { EventBus, Unpublished } from "../../lambdas/core/outward-ports.ts";
import type { World } from "./adversary.ts";
import type { Ledger } from "./ledger.ts";
import { canary } from "./observer.ts";

export interface WatchedBus extends EventBus {
  /** Invariant 8 at the end: whether everything was told that is to be. */
  checkComplete(): void;
}

/** The bus, as `EventBus` promises it to be, refusing some events; it holds what is published to invariant 8. */
export function watchedBus(
  { random, hardship, observer }: World,
  { toTell }: Ledger,
  published: ReadonlySet<JobEventName>,
): WatchedBus {
  /** How many of a job's transitions have been told. */
  const told = new Map<string, number>();
  const isPublished = (transition: string) => published.has(transition.split(" ")[0] as JobEventName);

  function take({ name, detail }: JobEvent) {
    const { job_id, version } = detail;
    const transition = `${name} ${version}`;
    const wanted = toTell.get(job_id) ?? [];
    const before = told.get(job_id) ?? 0;
    let next = before;
    while (next < wanted.length && !isPublished(wanted[next] as string)) next++;
    if (wanted[next] === transition) told.set(job_id, next + 1);
    else if (wanted.slice(0, before).includes(transition)) observer.cover("event told again");
    else observer.violated(8, `${job_id.slice(-6)}: "${transition}" was told, but "${wanted[next]}" is next`);
  }

  return {
    async publish(events) {
      const unpublished: Unpublished[] = [];
      const stopped = new Set<string>();
      for (const [index, event] of events.entries()) {
        const { job_id } = event.detail;
        if (stopped.has(job_id)) unpublished.push({ index, code: "NOT_TRIED" });
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

    checkComplete() {
      for (const [id, wanted] of toTell) {
        const missing = wanted.slice(told.get(id) ?? 0).filter(isPublished);
        if (missing.length > 0) observer.violated(8, `${id.slice(-6)}: "${missing.join(", ")}" was never told`);
      }
    },
  };
}
