import { isRecorded } from "../../../core/operations/parent-guard.ts";
import { type Guard, NotStarted } from "../context.ts";

/** How long it is waited before each further look, in milliseconds: a decision records what it has begun some milliseconds later. */
const pauses = [5, 15, 50, 150, 500, 1000];

/** Behind what cancels a step with its feature: what it waits for will not come then. */
export const recorded: Guard = async ({ services, job }) => {
  try {
    for (let look = 0; !(await isRecorded(services, job)); look++) {
      const ms = pauses[look];
      if (ms === undefined)
        return new NotStarted("the decision that has begun it has not recorded it yet", { delaySeconds: 2 });
      await services.clock.sleep(ms);
    }
    return undefined;
  } catch (cause) {
    return new NotStarted("the run that this job is a step of could not be read", { cause });
  }
};
