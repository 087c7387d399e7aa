import type { Log, MessageQueue } from "../core/ports.ts";
import { heartbeatSeconds } from "../core/task.ts";
import type { TaskMessage } from "../core/task-message.ts";
import { enqueue, type Happened } from "./happened.ts";

export interface Answering {
  /** What Step Functions is to be told. A queue, so that its troubles hold up nobody's events. */
  tasks: MessageQueue<TaskMessage>;
  log: Log;
}

const about = ({ tasks: queue, log }: Answering, happened: readonly Happened[], kind: TaskMessage["kind"]) => {
  const delaySeconds = kind === "heartbeat" ? heartbeatSeconds : 0;
  const entries = happened.flatMap(({ place, tasks }) =>
    tasks
      .filter((message) => message.kind === kind)
      .map((message) => ({ place, message, delaySeconds, group: message.job_id })),
  );
  return enqueue({ queue, log }, entries);
};

/** How jobs ended. Saying it twice does no harm. */
export const tellTasks = (services: Answering, happened: readonly Happened[]) => about(services, happened, "outcome");

/** That jobs go on, from now until they end. Each message starts a chain of heartbeats of its own. */
export const startHeartbeats = (services: Answering, happened: readonly Happened[]) =>
  about(services, happened, "heartbeat");
