import { PermanentError, traceOf } from "../core/errors.ts";
import type { Recent } from "../core/operations/recent.ts";
import { type SetAsideServices, setAside } from "../core/outbound/set-aside.ts";
import type { TaskMessage } from "../core/outbound/task-message.ts";
import type { Delivery } from "../core/outbound/webhook.ts";
import type { DeadLetter } from "../core/ports/outbound-ports.ts";
import type { Log, MessageQueue, SendOptions } from "../core/ports/ports.ts";
import type { Transition } from "./events.ts";

/** What a write of a job means to others. */
export interface Happened {
  /** Of the write in its batch. */
  place: number;
  /** The same whenever the stream delivers the write, and no other write's. */
  id: string;
  transitions: Transition[];
  deliveries: Delivery[];
  tasks: TaskMessage[];
}

/** The first place that somebody could not be told of, where there is none. */
export const nowhere = Number.POSITIVE_INFINITY;

export interface Emitting extends SetAsideServices {
  /**
   * What somebody was told lately. Where a write fails for now, it and everything behind it are delivered again and again:
   * as far as this process remembers, nobody is told all of it each time.
   */
  told: Recent;
}

/** One thing that somebody is to be told. */
export interface News {
  /** Of the write that it is of. */
  place: number;
  /** Among everything that anybody is told. */
  name: string;
  /** What is kept of it where it is refused for good. */
  body: unknown;
  about: Record<string, unknown>;
}

/** What somebody did not take, by its place in what it was told. */
export interface Untaken {
  index: number;
  code: string;
  /** It never will. */
  permanent?: boolean;
}

/**
 * Remembers what was taken and sets aside what is refused for good; answers the first place of what is to be told again.
 * `by` is who refuses.
 */
export async function settle(
  services: Emitting,
  news: readonly News[],
  untaken: readonly Untaken[],
  by: string,
): Promise<number> {
  const refused = untaken.filter(({ permanent }) => permanent);
  const unkept = await setAside(
    services,
    refused.map(({ index, code }) => letterOf(news[index] as News, code, by)),
  );
  const again = untaken.filter((one) => !one.permanent || unkept.has(refused.indexOf(one)));
  const places = new Map(again.map(({ index }) => [index, news[index]?.place ?? 0]));
  for (const [index, { name }] of news.entries()) if (!places.has(index)) services.told.add(name);
  return Math.min(...places.values());
}

const letterOf = ({ body, about }: News, code: string, by: string): DeadLetter => ({
  body,
  code,
  detail: `${by} will never take it: ${code}`,
  about,
});

/** Puts what is to be said into the queue of who says it; answers the first place of what is to be put there again. */
export async function enqueue<Message>(
  services: Emitting & { log: Log },
  queue: MessageQueue<Message>,
  entries: readonly ({ news: News; message: Message } & SendOptions)[],
): Promise<number> {
  const fresh = entries.filter(({ news }) => !services.told.has(news.name));
  if (fresh.length === 0) return nowhere;
  const refused = await queue.sendMany(fresh.map(({ news: _, ...entry }) => entry));
  const untaken = refused.map(({ index, cause }) => ({
    index,
    code: cause instanceof PermanentError ? cause.code : "",
    permanent: cause instanceof PermanentError,
  }));
  const [first, ...others] = refused.filter(({ cause }) => !(cause instanceof PermanentError));
  if (first) {
    const count = others.length + 1;
    services.log.error("messages were not taken; they will be sent again", { count, ...traceOf(first.cause) });
  }
  return settle(
    services,
    fresh.map(({ news }) => news),
    untaken,
    "SQS",
  );
}
