import { PermanentError, TransientError, traceOf } from "../core/kernel/errors.ts";
import { inParallel } from "../core/kernel/in-parallel.ts";
import type { Recent } from "../core/kernel/recent.ts";
import { type DeadLetterServices, setAside } from "../core/outbound/set-aside.ts";
import type { TaskMessage } from "../core/outbound/task-message.ts";
import type { Delivery } from "../core/outbound/webhook.ts";
import type { DeadLetter } from "../core/ports/dead-letters.ts";
import type { MessageQueue, SendOptions } from "../core/ports/job-queue.ts";
import type { Log } from "../core/ports/log.ts";
import type { JobTransition } from "./events.ts";

/** What one change of a job has to cause outside the table. */
export interface ChangeEffects {
  /** The position of the change in its batch. */
  batchIndex: number;
  /** Identifies the change: the same each time the stream delivers it. */
  id: string;
  /** When the change was written, epoch milliseconds. */
  written_at: number;
  transitions: JobTransition[];
  deliveries: Delivery[];
  tasks: TaskMessage[];
}

/** In place of the first batch index that failed, when none did. */
export const nothingFailed = Number.POSITIVE_INFINITY;

const atOnce = 10;

/**
 * Does the work of each item, some at a time, and says what fails. Returns the first batch index that has to be redelivered: what AWS will
 * never take must not hold up all that is written behind it.
 */
export async function firstToRepeat<Item extends { batchIndex: number }>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
  failed: (item: Item, error: unknown) => void,
): Promise<number> {
  const indexes = await inParallel(atOnce, items, async (item) => {
    try {
      await work(item);
      return nothingFailed;
    } catch (error) {
      failed(item, error);
      return error instanceof TransientError ? item.batchIndex : nothingFailed;
    }
  });
  return Math.min(nothingFailed, ...indexes);
}

export interface EmitServices extends DeadLetterServices {
  /**
   * The keys of what this process sent recently. While a change keeps failing, Lambda redelivers it together with
   * everything behind it; without this memory, everything behind it would be sent each time.
   */
  recentlySent: Recent;
}

/** An event or a message that is to be sent. */
interface Outgoing {
  /** The position in the batch of the change that caused it. */
  batchIndex: number;
  /** Identifies it among everything that is sent. */
  key: string;
  /** What its dead letter keeps if it is refused permanently. */
  body: unknown;
  logFields: Record<string, unknown>;
}

/** One of several sends that failed. */
interface SendFailure {
  /** The position in what was to be sent. */
  index: number;
  code: string;
  /** No repetition would succeed. */
  permanent?: boolean;
}

/**
 * Remembers what was sent and sets aside what was refused permanently. Returns the first batch index that has to be
 * redelivered. `by` names the service that refused.
 */
export async function recordResults(
  services: EmitServices,
  outgoing: readonly Outgoing[],
  failures: readonly SendFailure[],
  by: string,
): Promise<number> {
  const refused = failures.filter(({ permanent }) => permanent);
  const notKept = await setAside(
    services,
    refused.map(({ index, code }) => undeliveredLetterOf(outgoing[index] as Outgoing, code, by)),
  );
  const again = failures.filter((one) => !one.permanent || notKept.has(refused.indexOf(one)));
  const batchIndexes = new Map(again.map(({ index }) => [index, outgoing[index]?.batchIndex ?? 0]));
  for (const [index, { key }] of outgoing.entries()) if (!batchIndexes.has(index)) services.recentlySent.add(key);
  return Math.min(...batchIndexes.values());
}

const undeliveredLetterOf = ({ body, logFields }: Outgoing, code: string, by: string): DeadLetter => ({
  body,
  code,
  detail: `${by} will never take it: ${code}`,
  logFields,
});

/** Sends messages to a queue. Returns the first batch index that has to be redelivered. */
export async function enqueue<Message>(
  services: EmitServices & { log: Log },
  queue: MessageQueue<Message>,
  entries: readonly ({ outgoing: Outgoing; message: Message } & SendOptions)[],
): Promise<number> {
  const fresh = entries.filter(({ outgoing }) => !services.recentlySent.has(outgoing.key));
  if (fresh.length === 0) return nothingFailed;
  const refused = await queue.sendMany(fresh.map(({ outgoing: _, ...entry }) => entry));
  const failures = refused.map(({ index, cause }) => ({
    index,
    code: cause instanceof PermanentError ? cause.code : "",
    permanent: cause instanceof PermanentError,
  }));
  const [first, ...others] = refused.filter(({ cause }) => !(cause instanceof PermanentError));
  if (first) {
    const count = others.length + 1;
    services.log.error("messages were not taken; they will be sent again", { count, ...traceOf(first.cause) });
  }
  return recordResults(
    services,
    fresh.map(({ outgoing }) => outgoing),
    failures,
    "SQS",
  );
}
