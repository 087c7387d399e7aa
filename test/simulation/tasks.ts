import type { MessageQueue, Refused } from "../../lambdas/core/ports.ts";
import type { TaskMessage } from "../../lambdas/core/task-message.ts";
import { Injected, type World } from "./adversary.ts";

export interface WatchedTasks extends MessageQueue<TaskMessage> {
  /** Whether the queue was given how the job of this task ended. */
  isAnswered(token: string): boolean;
}

/** The queue of what Step Functions is to be told, as far as it is ours: what is in it is not lost. */
export function watchedTasks({ random, hardship, observer }: World): WatchedTasks {
  const answered = new Set<string>();
  const take = (message: TaskMessage) => {
    observer.cover(`task: ${message.kind}`);
    if (message.kind === "outcome") for (const token of message.tokens) answered.add(token);
  };
  return {
    isAnswered: (token) => answered.has(token),
    send: async (message) => take(message),
    async sendMany(entries) {
      const refused: Refused[] = [];
      for (const [index, { message }] of entries.entries()) {
        if (random.chance(hardship.refuse)) refused.push({ index, cause: new Injected("SQS refused an entry") });
        else take(message);
      }
      return refused;
    },
  };
}
