import { turnOf } from "../../../core/limits/gate.ts";
import { type Guard, NotStarted } from "../context.ts";

/**
 * Behind all that ends a job, for which no gate is asked. The lease of another consumer may have ended after the job was read, and that
 * one may have started it: what the gates answered, if they were asked, was for an earlier start.
 */
export const unasked: Guard = ({ message, job, pass }) => {
  if (job.gates === undefined || pass?.turn === turnOf({ ...job, claims: job.claims - 1 })) return undefined;
  // The message may be that of a job which had the same id, and no limits: it does not say that this one has any.
  const again = message.gated ? {} : { delaySeconds: 0 };
  return new NotStarted("the limits of the job have not been asked", again);
};
