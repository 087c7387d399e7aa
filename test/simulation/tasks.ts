import type { TaskMessage } from "../../lambdas/core/outbound/task-message.ts";
import type { MessageQueue } from "../../lambdas/core/ports/job-queue.ts";
import type { Refused } from "../../lambdas/core/ports/refused.ts";
import { Injected, type World } from "./adversary.ts";
import { nameOfTask, neverTaken, type WatchedLetters } from "./dead-letters.ts";

export interface WatchedTasks extends MessageQueue<TaskMessage> {
  /** Whether the queue received the outcome for this task, or its permanent refusal was kept. */
  isAnswered(token: string): boolean;
}

/** The queue of answers to Step Functions' tasks, as far as it is ours: what is in it is not lost. */
export function watchedTasks({ random, hardship, observer, poison }: World, letters: WatchedLetters): WatchedTasks {
  const answered = new Set<string>();
  /** What was permanently refused, by token. */
  const refusedAs = new Map<string, string>();
  const take = (message: TaskMessage) => {
    observer.cover(`task: ${message.kind}`);
    if (message.kind === "outcome") for (const token of message.tokens) answered.add(token);
  };
  return {
    isAnswered: (token) => answered.has(token) || letters.has(refusedAs.get(token) ?? ""),
    send: async (message) => take(message),
    async sendMany(entries) {
      const refused: Refused[] = [];
      for (const [index, { message }] of entries.entries()) {
        const name = nameOfTask(message);
        if (poison.sent(name)) {
          if (message.kind === "outcome") for (const token of message.tokens) refusedAs.set(token, name);
          refused.push({ index, cause: neverTaken() });
        } else if (random.chance(hardship.refuse)) refused.push({ index, cause: new Injected("SQS refused an entry") });
        else take(message);
      }
      return refused;
    },
  };
}
