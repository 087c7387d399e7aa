import type { ProductEndpoint } from "../../lambdas/core/catalog/webhook.ts";
import { jobEvents } from "../../lambdas/core/job/job-event.ts";
import type { Delivery } from "../../lambdas/core/outbound/webhook.ts";
import type { MessageQueue, Refused } from "../../lambdas/core/ports/ports.ts";
import { Injected, type World } from "./adversary.ts";
import { isUnreadable, nameOfDelivery, neverTaken, type WatchedLetters } from "./dead-letters.ts";
import type { Ledger } from "./ledger.ts";

/** It wants to know everything. */
export const endpoint: ProductEndpoint = {
  product: "sim",
  env: "e",
  webhook: "all",
  url: "https://sim.example/hook",
  secret: { $secret: "sim/hook" },
  events: [...jobEvents],
};

export interface WatchedWebhooks extends Pick<MessageQueue<Delivery>, "sendMany"> {
  /** Whether everything was handed over that is to be, or is kept where the queue refuses it for good. */
  checkComplete(letters: WatchedLetters): void;
}

/** The queue of what endpoints are to be told. */
export function watchedWebhooks({ hardship, observer, poison }: World, { toTell }: Ledger): WatchedWebhooks {
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
      for (const [id, wanted] of toTell)
        for (const one of wanted) {
          const name = `delivery ${id} job.${one.transition}`;
          if (taken.has(name) || letters.has(name) || isUnreadable(poison, id, one)) continue;
          observer.violated(8, `no webhook was told "${one.transition}" of ${id.slice(-6)}`);
        }
    },
  };
}
