import { heartbeatSeconds } from "../core/outbound/task.ts";
import type { TaskMessage } from "../core/outbound/task-message.ts";
import type { MessageQueue } from "../core/ports/ports.ts";
import { type Emitting, enqueue, type Happened } from "./happened.ts";

export interface Answering extends Emitting {
  /** What Step Functions is to be told. A queue, so that its troubles hold up nobody's events. */
  tasks: MessageQueue<TaskMessage>;
}

const about = (services: Answering, happened: readonly Happened[], kind: TaskMessage["kind"]) => {
  const delaySeconds = kind === "heartbeat" ? heartbeatSeconds : 0;
  const entries = happened.flatMap(({ place, id, tasks }) =>
    [...tasks.entries()]
      .filter(([, message]) => message.kind === kind)
      .map(([nth, message]) => {
        const { job_id } = message;
        const news = { place, name: `${id} ${kind} ${nth}`, body: message, about: { job_id, kind } };
        return { news, message, delaySeconds, group: job_id };
      }),
  );
  return enqueue(services, services.tasks, entries);
};

/** How jobs ended. Saying it twice does no harm. */
export const enqueueTaskOutcomes = (services: Answering, happened: readonly Happened[]) =>
  about(services, happened, "outcome");

/** That jobs go on, from now until they end. Each message starts a chain of heartbeats of its own. */
export const enqueueHeartbeats = (services: Answering, happened: readonly Happened[]) =>
  about(services, happened, "heartbeat");
