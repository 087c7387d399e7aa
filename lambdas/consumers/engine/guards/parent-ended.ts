import { cancelled } from "../../../core/job/transitions.ts";
import { endedParentOf, stepReasons } from "../../../core/operations/parent-guard.ts";
import { type Guard, NotStarted } from "../context.ts";

/** Behind what the job itself tells: the parents of a step have to be read. */
export const parentEnded: Guard = async ({ services, job }) => {
  try {
    if ((await endedParentOf(services, job)) === undefined) return undefined;
  } catch (cause) {
    return new NotStarted("the job that this one is a step of could not be read", { cause });
  }
  return (of) => cancelled(of, services.clock.now(), stepReasons.featureOver);
};
