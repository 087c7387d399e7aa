import { traceOf } from "../core/errors.ts";
import type { Log, MessageQueue, SendOptions } from "../core/ports.ts";
import type { TaskMessage } from "../core/task-message.ts";
import type { Transition } from "./events.ts";

/** What a write of a job means to others. */
export interface Happened {
  /** Of the write in its batch. */
  place: number;
  transitions: Transition[];
  tasks: TaskMessage[];
}

/** The first place that somebody could not be told of, where there is none. */
export const nowhere = Number.POSITIVE_INFINITY;

/** Puts what is to be said into the queue of who says it; answers the first place of what the queue did not take. */
export async function enqueue<Message>(
  { queue, log }: { queue: MessageQueue<Message>; log: Log },
  entries: readonly ({ place: number; message: Message } & SendOptions)[],
): Promise<number> {
  if (entries.length === 0) return nowhere;
  const refused = await queue.sendMany(entries.map(({ place: _, ...entry }) => entry));
  if (refused.length > 0) {
    const [first] = refused;
    log.error("messages were not taken; they will be sent again", { count: refused.length, ...traceOf(first?.cause) });
  }
  return Math.min(...refused.map(({ index }) => entries[index]?.place ?? 0));
}
