import type { HookDelivery, HookName, KeptDelivery } from "../../../lambdas/core/job/hook-delivery.ts";
import type { HookDeliveries } from "../../../lambdas/core/ports/hook-deliveries.ts";

const isOf =
  ({ product, env, hook }: HookName) =>
  (other: HookDelivery) =>
    other.product === product && other.env === env && other.hook === hook;

/** Deliveries of hooks, in memory. */
export function fakeHookDeliveries(): HookDeliveries & { all(): KeptDelivery[] } {
  const kept: KeptDelivery[] = [];
  return {
    all: () => structuredClone(kept).map(({ delivery, sent }) => ({ delivery, ...(sent && { sent: copied(sent) }) })),

    async put(delivery, sent) {
      kept.push({ delivery: JSON.parse(JSON.stringify(delivery)), ...(sent && { sent: copied(sent) }) });
    },

    async get(name, id) {
      const found = kept.find(({ delivery }) => isOf(name)(delivery) && delivery.id === id);
      return found && { delivery: { ...found.delivery }, ...(found.sent && { sent: copied(found.sent) }) };
    },

    async page(name, { before, limit }) {
      const own = kept
        .filter(({ delivery }) => isOf(name)(delivery) && delivery.id < before)
        .sort((one, other) => (one.delivery.id < other.delivery.id ? 1 : -1));
      const deliveries = own
        .slice(0, limit)
        .map(({ delivery, sent }) => ({ ...delivery, hasBody: sent !== undefined }));
      // As DynamoDB has it: a page that is full may be the last.
      const next = deliveries.length === limit ? deliveries.at(-1)?.id : undefined;
      return { deliveries, ...(next !== undefined && { next }) };
    },
  };
}

const copied = ({ body, headers }: NonNullable<KeptDelivery["sent"]>) => ({
  body: Buffer.from(body),
  headers: { ...headers },
});
