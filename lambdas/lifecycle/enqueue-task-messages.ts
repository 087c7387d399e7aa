import { heartbeatSeconds } from "../core/outbound/task.ts";
import type { TaskMessage } from "../core/outbound/task-message.ts";
import type { MessageQueue } from "../core/ports/job-queue.ts";
import { type ChangeEffects, type EmitServices, enqueue } from "./emit.ts";

export interface TaskQueueServices extends EmitServices {
  /** Step Functions is called from a queue, so that its failures delay no events. */
  tasks: MessageQueue<TaskMessage>;
}

const enqueueKind = (services: TaskQueueServices, effects: readonly ChangeEffects[], kind: TaskMessage["kind"]) => {
  const delaySeconds = kind === "heartbeat" ? heartbeatSeconds : 0;
  const entries = effects.flatMap(({ batchIndex, id, tasks }) =>
    [...tasks.entries()]
      .filter(([, message]) => message.kind === kind)
      .map(([nth, message]) => {
        const { job_id } = message;
        const outgoing = { batchIndex, key: `${id} ${kind} ${nth}`, body: message, logFields: { job_id, kind } };
        return { outgoing, message, delaySeconds, group: job_id };
      }),
  );
  return enqueue(services, services.tasks, entries);
};

/** Queues the outcomes of jobs that have ended. Reporting an outcome twice does no harm. */
export const enqueueTaskOutcomes = (services: TaskQueueServices, effects: readonly ChangeEffects[]) =>
  enqueueKind(services, effects, "outcome");

/** Queues the first heartbeat of each task. Every message starts a chain of heartbeats that lasts until the job ends. */
export const enqueueHeartbeats = (services: TaskQueueServices, effects: readonly ChangeEffects[]) =>
  enqueueKind(services, effects, "heartbeat");
