import { fairGroupOf, type Job, type JobMessage } from "../../../core/job/job.ts";
import { jobFields, messageFields } from "../../../core/operations/log-fields.ts";
import type { ConsumerServices } from "../../../core/operations/services.ts";
import type { Admit } from "../context.ts";

/** Behind the claim, which reads the job and so knows its type. */
export const misdirected: Admit = async ({ services, message, refused }) =>
  refused?.outcome === "misdirected" ? forward(services, message, refused.job) : undefined;

/**
 * Sends a message on to the queue of its job's type, if the consumer reaches that, but only once: between queues that are wired
 * wrongly it would go round for ever. The reconciler dispatches the job of a message that is dropped; a feature is reached by all,
 * because the end of a step is told once.
 */
export async function forward({ queue, log }: ConsumerServices, message: JobMessage, job: Job): Promise<"left"> {
  const fields = { ...jobFields(job), ...messageFields(message) };
  if (message.forwarded || !queue.reach.has(job.type)) {
    log.error(`message dropped: it came to another type's queue${message.forwarded ? " again" : ""}`, fields);
    log.measure("a message came to the wrong queue", { values: { messages_failed: 1 } });
    return "left";
  }
  log.warn("message sent on: it came to another type's queue", fields);
  await queue.send(job.type, { ...message, forwarded: true }, { delaySeconds: 0, group: fairGroupOf(job) });
  return "left";
}
