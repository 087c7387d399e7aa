import type { World } from "./adversary.ts";
import type { Invocation } from "./invocation.ts";

/**
 * Lambdas that are frozen after they have answered, and continue with what they were doing when the next event comes. A
 * decision that is out of time may do so while another one is made. https://docs.aws.amazon.com/lambda/latest/dg/lambda-
 * runtime-environment.html
 */
export function lambdaFreezer({ time, late, hardship, observer }: World) {
  const frozen = new Map<string, (() => void)[]>();

  return {
    /** A decision is out of time: from now on it must not call a port. */
    freeze(invocation: Invocation) {
      if (invocation.purpose !== "decider" || !late.chance(hardship.freeze)) return;
      const { job_id = "", what } = invocation;
      observer.cover("decision: is suspended, and continues");
      observer.note(() => `${what} is suspended`);
      invocation.isOver = true;
      invocation.frozen = new Promise((resolve) => {
        const goOn = () => {
          observer.note(() => `${what} continues`);
          resolve();
        };
        frozen.set(job_id, [...(frozen.get(job_id) ?? []), goOn]);
        time.after(late.int(1000, 200_000), goOn);
      });
    },

    /** Another decision begins, in the same Lambda or in another one. */
    thaw(job_id: string) {
      const waiting = frozen.get(job_id) ?? [];
      frozen.delete(job_id);
      for (const goOn of waiting) time.after(late.int(0, 40), goOn);
    },
  };
}
