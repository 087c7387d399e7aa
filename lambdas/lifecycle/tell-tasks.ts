import type { Log, MessageQueue } from "../core/ports.ts";
import type { Recent } from "../core/recent.ts";
import { heartbeatName, heartbeatSeconds } from "../core/task.ts";
import type { TaskMessage } from "../core/task-message.ts";
import { enqueue, type Happened } from "./happened.ts";

export interface Answering {
  /** What Step Functions is to be told. A queue, so that its troubles hold up nobody's events. */
  tasks: MessageQueue<TaskMessage>;
  /** What was handed over lately: a batch that is delivered again starts no second chain of heartbeats. */
  handedOver: Recent;
  log: Log;
}

const about = ({ tasks, handedOver, log }: Answering, happened: readonly Happened[], kind: TaskMessage["kind"]) => {
  const delaySeconds = kind === "heartbeat" ? heartbeatSeconds : 0;
  const entries = happened.flatMap(({ place, tasks }) =>
    tasks
      .filter((message) => message.kind === kind && !handedOver.has(nameOf(message)))
      .map((message) => ({ place, message, delaySeconds, group: message.job_id })),
  );
  return enqueue({ queue: remembering(tasks, handedOver), log }, entries);
};

/** The end of a job has no name: saying it twice does no harm. */
const nameOf = (message: TaskMessage): string => (message.kind === "heartbeat" && heartbeatName(message)) || "";

/** The queue, which remembers the heartbeats that it has taken. */
const remembering = (queue: MessageQueue<TaskMessage>, handedOver: Recent): MessageQueue<TaskMessage> => ({
  ...queue,
  async sendMany(entries) {
    const refused = await queue.sendMany(entries);
    const left = new Set(refused.map(({ index }) => index));
    for (const [index, { message }] of entries.entries()) {
      const name = nameOf(message);
      if (name !== "" && !left.has(index)) handedOver.add(name);
    }
    return refused;
  },
});

/** How jobs ended. Saying it twice does no harm. */
export const tellTasks = (services: Answering, happened: readonly Happened[]) => about(services, happened, "outcome");

/** That jobs go on, from now until they end. Each message starts a chain of heartbeats of its own. */
export const startHeartbeats = (services: Answering, happened: readonly Happened[]) =>
  about(services, happened, "heartbeat");
