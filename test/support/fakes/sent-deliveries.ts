import { type SentDelivery, sentIdOf, sentMessageOf } from "../../../lambdas/core/catalog/sent-delivery.ts";
import type { EndpointName } from "../../../lambdas/core/catalog/webhook.ts";
import type { SentDeliveries } from "../../../lambdas/core/ports/sent-deliveries.ts";

const isOf =
  ({ product, env, webhook }: EndpointName) =>
  (other: EndpointName) =>
    other.product === product && other.env === env && other.webhook === webhook;

/** What was sent to endpoints, in memory. */
export function fakeSentDeliveries(): SentDeliveries & { all(): SentDelivery[] } {
  const kept: SentDelivery[] = [];
  return {
    all: () => structuredClone(kept),

    async note(message, { outcome, next_at, attempt, answer }) {
      const id = sentIdOf(message);
      const at = kept.findIndex((one) => isOf(message)(one) && one.id === id);
      const { product, env, webhook } = message;
      const before: SentDelivery = kept[at] ?? {
        ...{ product, env, webhook, id, message: sentMessageOf(message), outcome, attempts: [] },
      };
      const { next_at: _, ...rest } = before;
      const after: SentDelivery = structuredClone({
        ...{ ...rest, outcome, attempts: [...before.attempts, ...(attempt ? [attempt] : [])] },
        ...{ ...(next_at !== undefined && { next_at }), ...(answer && { answer }) },
      });
      if (at < 0) kept.push(after);
      else kept[at] = after;
    },

    get: async (name, id) => structuredClone(kept.find((one) => isOf(name)(one) && one.id === id)),

    async page(name, { before, limit }) {
      const own = kept
        .filter((one) => isOf(name)(one) && one.id < before)
        .sort((one, other) => (one.id < other.id ? 1 : -1));
      const deliveries = structuredClone(own.slice(0, limit));
      // As DynamoDB has it: a page that is full may be the last.
      const next = deliveries.length === limit ? deliveries.at(-1)?.id : undefined;
      return { deliveries, ...(next !== undefined && { next }) };
    },
  };
}
