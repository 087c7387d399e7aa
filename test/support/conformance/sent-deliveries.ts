import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type SentMessage, sentIdOf } from "../../../lambdas/core/catalog/sent-delivery.ts";
import { firstDeliveryId } from "../../../lambdas/core/job/hook-delivery.ts";
import type { SentDeliveries } from "../../../lambdas/core/ports/sent-deliveries.ts";
import { noon } from "../builders.ts";

export const aSentMessage = (more: Partial<SentMessage> = {}): SentMessage => ({
  ...{ product: "shop", env: "prd", webhook: "orders", id: "evt_1", type: "job.completed", time: noon },
  data: { job_id: "job_1", note: "\u{1F600}" },
  ...more,
});

/** What every list of sent deliveries does, in memory and on DynamoDB alike. */
export function describeSentDeliveries(
  name: string,
  make: () => Promise<{ sent: SentDeliveries; stop?: () => Promise<void> }>,
): void {
  describe(`${name} as SentDeliveries`, () => {
    let made: Awaited<ReturnType<typeof make>>;
    let endpoints = 0;
    beforeAll(async () => {
      made = await make();
    });
    afterAll(() => made.stop?.());
    const fresh = (more: Partial<SentMessage> = {}) => aSentMessage({ webhook: `hook-${++endpoints}`, ...more });
    const whole = (message: SentMessage) => {
      const { product, env, webhook } = message;
      return { product, env, webhook, id: sentIdOf(message), message };
    };

    test("adds attempts to one record, with the last answer that came", async () => {
      const message = fresh({ trace: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" } });
      const first = { at: noon, attempt: 1, ms: 12, status: 500, code: "HTTP_500" };
      const answer = { status: 500, body: "<h1>\u{1F600}</h1>", cut: true as const };
      await made.sent.note(
        { ...message, attempt: 1, due_at: 0 } as SentMessage,
        { outcome: "retrying", next_at: noon + 5000, attempt: first, answer },
        noon,
      );
      const id = sentIdOf(message);
      expect(await made.sent.get(message, id)).toEqual({
        ...whole(message),
        ...{ outcome: "retrying", next_at: noon + 5000, attempts: [first], answer },
      });
      const second = { at: noon + 5000, attempt: 2, ms: 3, code: "TIMEOUT" };
      await made.sent.note(message, { outcome: "failed", attempt: second }, noon + 5000);
      expect(await made.sent.get(message, id)).toEqual({
        ...whole(message),
        ...{ outcome: "failed", attempts: [first, second], answer },
      });
      const third = { at: noon + 9000, attempt: 1, ms: 3, status: 204 };
      await made.sent.note(
        message,
        { outcome: "delivered", attempt: third, answer: { status: 204, body: "" } },
        noon + 9000,
      );
      expect(await made.sent.get(message, id)).toEqual({
        ...whole(message),
        ...{ outcome: "delivered", attempts: [first, second, third], answer: { status: 204, body: "" } },
      });
    });

    test("keeps one that was dropped, and endpoints, envs and products apart", async () => {
      const message = fresh();
      await made.sent.note(message, { outcome: "dropped" }, noon);
      expect(await made.sent.get(message, sentIdOf(message))).toEqual({
        ...whole(message),
        ...{ outcome: "dropped", attempts: [] },
      });
      for (const other of [
        { ...message, webhook: "other" },
        { ...message, env: "dev" },
        { ...message, product: "mill" },
      ]) {
        expect(await made.sent.get(other, sentIdOf(message))).toBeUndefined();
        expect(await made.sent.page(other, { before: firstDeliveryId(noon + 1), limit: 5 })).toEqual({
          deliveries: [],
        });
      }
    });

    test("lists those of the latest events first, before an id or a time", async () => {
      const { webhook } = fresh();
      const all: string[] = [];
      for (let n = 0; n < 5; n++) {
        const message = aSentMessage({ webhook, id: `evt_${n}`, time: noon - 5 + n });
        await made.sent.note(message, { outcome: "dropped" }, noon);
        all.unshift(sentIdOf(message));
      }
      const page = async (before: string, limit: number) => {
        const { deliveries, next } = await made.sent.page(aSentMessage({ webhook }), { before, limit });
        return [deliveries.map(({ id }) => id), next] as const;
      };
      expect(await page(firstDeliveryId(noon), 2)).toEqual([all.slice(0, 2), all[1]]);
      expect(await page(all[1] ?? "", 2)).toEqual([all.slice(2, 4), all[3]]);
      expect(await page(all[3] ?? "", 2)).toEqual([all.slice(4), undefined]);
      expect(await page(firstDeliveryId(noon - 3), 9)).toEqual([all.slice(3), undefined]);
    });
  });
}
