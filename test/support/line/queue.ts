import { redeliverySeconds } from "../../../lambdas/aws/sqs/redelivery.ts";
import type { Random } from "../../simulation/random.ts";
import type { Timeline } from "./timeline.ts";

/** How late messages are, in milliseconds: always as much, or anything between two. */
export type Lag = number | readonly [from: number, to: number];

export interface Received<Message> {
  message: Message;
  /** When it was to become visible, and when a consumer got it, epoch milliseconds. */
  visible: number;
  receives: number;
}

/** Handles one message: resolves when it may be deleted, rejects when it has to come again, and never settles once it was killed. */
export type Handle<Message> = (received: Received<Message>) => Promise<void>;

/** Begins an invocation. `over` is called when it was killed. */
export type Invoke<Message> = (over: () => void) => { handle: Handle<Message>; end: () => void };

export interface QueueSettings {
  /** Changes from the next message on. */
  lag: Lag;
  /** How likely a message comes twice, from 0 to 1. */
  duplicates: number;
  /** Invocations at a time, and messages of one. */
  concurrency: number;
  batch: number;
  /** After this many milliseconds the messages of an invocation that was killed come again. */
  visibilityMs: number;
}

export interface Queue<Message> {
  settings: QueueSettings;
  /** Sends a message that becomes visible after so many whole seconds, and its lag. */
  send(message: Message, delaySeconds: number): void;
  /** Messages that wait for their time or for a consumer. */
  waiting(): number;
  /** Loses all messages that nobody has received. */
  drop(): void;
}

/** What a queue takes at least, in milliseconds. */
const leastLag = [20, 80] as const;
/** Until Lambda looks for messages again, in milliseconds. */
const pollMs = 10;

/** A queue of SQS with a Lambda that reads it, in virtual time. */
export function queue<Message>(
  { time, random }: { time: Timeline; random: Random },
  settings: QueueSettings,
  invoke: Invoke<Message>,
): Queue<Message> {
  let ready: Received<Message>[] = [];
  let busy = 0;
  let isPolling = false;
  let waiting = 0;
  let dropped = 0;

  const lagNow = () => {
    const { lag } = settings;
    const [from, to] = typeof lag === "number" ? [lag, lag] : lag;
    return random.int(...leastLag) + from + random.next() * (to - from);
  };

  function arrive(received: Received<Message>, ms: number) {
    waiting++;
    const since = dropped;
    time.after(ms, () => {
      if (since !== dropped) return;
      ready.push(received);
      wake(pollMs);
    });
  }

  function wake(ms: number) {
    if (isPolling || ready.length === 0 || busy >= settings.concurrency) return;
    isPolling = true;
    time.after(ms, () => {
      isPolling = false;
      while (ready.length > 0 && busy < settings.concurrency) take();
    });
  }

  function take() {
    const batch = ready.slice(0, settings.batch);
    ready = ready.slice(settings.batch);
    waiting -= batch.length;
    busy++;
    let left = batch.length;
    let isDead = false;
    const over = () => {
      busy--;
      wake(1);
    };
    const { handle, end } = invoke(() => {
      if (isDead || left === 0) return;
      isDead = true;
      over();
      for (const one of batch) again(one, settings.visibilityMs);
    });
    const done = () => {
      if (isDead || --left > 0) return;
      end();
      over();
    };
    for (const one of batch) {
      handle(one).then(done, () => {
        again(one, redeliverySeconds(one.receives) * 1000);
        done();
      });
    }
  }

  const again = (one: Received<Message>, ms: number) => arrive({ ...one, receives: one.receives + 1 }, ms);

  return {
    settings,
    send(message, delaySeconds) {
      const ms = delaySeconds * 1000;
      const copies = random.chance(settings.duplicates) ? 2 : 1;
      for (let copy = 0; copy < copies; copy++)
        arrive({ message, visible: time.now() + ms, receives: 1 }, ms + lagNow());
    },
    waiting: () => waiting,
    drop() {
      [ready, waiting] = [[], 0];
      dropped++;
    },
  };
}
