import type { RelayMessage } from "../../lambdas/core/job/relay-message.ts";
import { relayKept } from "../../lambdas/core/operations/relay.ts";
import type { MessageQueue } from "../../lambdas/core/ports/job-queue.ts";
import type { fakeUnscheduled } from "../support/fakes/unscheduled.ts";
import type { World } from "./adversary.ts";
import { type Invoke, mostCalls } from "./invocations.ts";

export interface Relaying {
  relays: MessageQueue<RelayMessage>;
  /** Messages that are still to be delivered. */
  inFlight(): number;
}

/** As on AWS, where it is six times the function's timeout: by then the message asks for nothing any more. */
const visibilityMs = 360_000;
const maxReceives = 5;

/** The queue of the relay, and the Lambda that reads it. */
export function relaying(
  { time, random, hardship, observer }: World,
  { unscheduled }: { unscheduled: ReturnType<typeof fakeUnscheduled> },
  invoke: () => Invoke,
): Relaying {
  let messages = 0;

  function deliver(message: RelayMessage, receives: number) {
    let isOver = false;
    const again = () => {
      isOver = true;
      if (receives < maxReceives) return deliver(message, receives + 1);
      observer.cover("dead letter of the relay");
      messages--;
    };
    const cancel = time.after(visibilityMs, again);
    handle(message).then(
      () => {
        cancel();
        messages--;
      },
      () => {
        if (isOver) return;
        cancel();
        time.after(5000, again);
      },
    );
  }

  async function handle(message: RelayMessage): Promise<void> {
    const { services, end } = invoke()("relay", `relay of shard ${message.shard}`);
    observer.cover("relay");
    const kept = unscheduled.kept.size;
    try {
      await relayKept(services, message);
    } finally {
      end(mostCalls.relay + 3 * kept);
    }
  }

  async function send(message: RelayMessage): Promise<void> {
    const copies = random.chance(hardship.duplicate) ? 2 : 1;
    if (copies > 1) observer.cover("duplicate message of the relay");
    for (let copy = 0; copy < copies; copy++) {
      messages++;
      time.after(random.int(0, hardship.queueLag), () => deliver(message, 1));
    }
  }

  return {
    relays: {
      send,
      async sendMany(entries) {
        for (const { message } of entries) await send(message);
        return [];
      },
    },
    inFlight: () => messages,
  };
}
