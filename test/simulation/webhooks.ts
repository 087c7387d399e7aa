import type { ProductEndpoint } from "../../lambdas/core/catalog/webhook.ts";
import { jobEvents } from "../../lambdas/core/job/job-event.ts";
import type { Delivery } from "../../lambdas/core/outbound/webhook.ts";
import type { MessageQueue } from "../../lambdas/core/ports/job-queue.ts";
import type { Refused } from "../../lambdas/core/ports/refused.ts";
import { transitionEvent } from "../../lambdas/topology.ts";
import { Injected, type World } from "./adversary.ts";
import { isUnreadable, nameOfDelivery, neverTaken, type WatchedLetters } from "./dead-letters.ts";
import type { Ledger } from "./ledger.ts";

/** Subscribes to every event. */
export const endpoint: ProductEndpoint = {
  product: "sim",
  env: "e",
  webhook: "all",
  url: "https://sim.example/hook",
  secret: { $secret: "sim/hook" },
  events: [...jobEvents],
};

export interface WatchedWebhooks extends Pick<MessageQueue<Delivery>, "sendMany"> {
  /** Whether every event was queued that should be, or is kept if the queue permanently refuses it. */
  checkComplete(letters: WatchedLetters): void;
}

/** The queue of deliveries to endpoints. */
export function watchedWebhooks({ hardship, observer, poison }: World, { dueEvents }: Ledger): WatchedWebhooks {
  const taken = new Set<string>();
  return {
    async sendMany(entries) {
      const refused: Refused[] = [];
      for (const [index, { message }] of entries.entries()) {
        const name = nameOfDelivery(message);
        if (poison.sent(name)) refused.push({ index, cause: neverTaken() });
        else if (poison.random.chance(hardship.refuse)) refused.push({ index, cause: new Injected("SQS refused") });
        else taken.add(name);
      }
      return refused;
    },

    checkComplete(letters) {
      for (const [id, wanted] of dueEvents)
        for (const one of wanted) {
          const name = `delivery ${id} ${transitionEvent(one.transition)}`;
          if (taken.has(name) || letters.has(name) || isUnreadable(poison, id, one)) continue;
          observer.violated(8, `no webhook was sent "${one.transition}" of ${id.slice(-6)}`);
        }
    },
  };
}
