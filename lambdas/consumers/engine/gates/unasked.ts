import { attemptTurn } from "../../../core/limits/gate.ts";
import { eventOfJob, isInCatalog } from "../../../core/operations/kept-event.ts";
import { type Guard, NotStarted } from "../context.ts";

/**
 * Behind all that ends a job, for which no gate is asked. The lease of another consumer may have ended after the job was read, and that
 * one may have started it: what the gates answered, if they were asked, was for an earlier start.
 */
export const unasked: Guard = ({ services, message, job, pass }) => {
  if (job.gates === undefined || pass?.turn === attemptTurn({ ...job, claims: job.claims - 1 })) return undefined;
  // The message may be that of a job which had the same id, and no limits: it does not say that this one has any.
  const again = message.gated ? {} : { delaySeconds: 0 };
  return eventOfJob(services, job).then(
    // No limit was asked for a job whose event is gone, and the attempt says so.
    (found) =>
      isInCatalog(job, found) ? new NotStarted("the limits of the job have not been asked", again) : undefined,
    (cause: unknown) => new NotStarted("the event of the job could not be read", { cause }),
  );
};
