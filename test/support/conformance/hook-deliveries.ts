import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  firstDeliveryId,
  type HookDelivery,
  type HookName,
  keptBodyBytes,
  newDeliveryId,
} from "../../../lambdas/core/job/hook-delivery.ts";
import type { HookDeliveries } from "../../../lambdas/core/ports/hook-deliveries.ts";
import { noon } from "../builders.ts";

export const aDelivery = (more: Partial<HookDelivery> = {}): HookDelivery => ({
  ...{ id: newDeliveryId(more.at ?? noon), at: noon, product: "shop", env: "prd", hook: "stripe" },
  ...{ outcome: "accepted", delivery_id: "evt_1", job_id: "job_1", bytes: 2, request_id: "req-1" },
  ...more,
});

/** What every list of deliveries does, in memory and on DynamoDB alike. */
export function describeHookDeliveries(
  name: string,
  make: () => Promise<{ deliveries: HookDeliveries; stop?: () => Promise<void> }>,
): void {
  describe(`${name} as HookDeliveries`, () => {
    let made: Awaited<ReturnType<typeof make>>;
    let hooks = 0;
    beforeAll(async () => {
      made = await make();
    });
    afterAll(() => made.stop?.());
    const fresh = (): HookName => ({ product: "shop", env: "prd", hook: `hook-${++hooks}` });
    const add = async (hook: HookName, at: number) => {
      const delivery = aDelivery({ ...hook, at, id: newDeliveryId(at) });
      await made.deliveries.put(delivery);
      return { ...delivery, hasBody: false };
    };

    test("gives back what was put, byte for byte", async () => {
      const hook = fresh();
      const refused = aDelivery({
        ...{ ...hook, outcome: "refused", code: "INVALID_REQUEST", hides: true, event: "take" },
        faults: [{ pointer: "/body/ü\u0000", detail: "must be a \u{1F600}" }],
      });
      const body = randomBytes(keptBodyBytes);
      const sent = { body, headers: { "content-type": "text/plain; charset=\u00fc" } };
      await made.deliveries.put(refused, sent);
      const got = await made.deliveries.get(hook, refused.id);
      expect(got?.delivery).toEqual(refused);
      expect(got?.sent?.headers).toEqual(sent.headers);
      expect(got?.sent?.body.equals(body)).toBe(true);
      expect((await made.deliveries.page(hook, { before: firstDeliveryId(noon + 1), limit: 5 })).deliveries).toEqual([
        { ...refused, hasBody: true },
      ]);
    });

    test("keeps hooks, envs and products apart, and one without a body has none", async () => {
      const hook = fresh();
      const { id } = await add(hook, noon);
      expect(await made.deliveries.get(hook, id)).toEqual({ delivery: expect.objectContaining({ id }) });
      for (const other of [
        { ...hook, hook: "other" },
        { ...hook, env: "dev" },
        { ...hook, product: "mill" },
      ]) {
        expect(await made.deliveries.get(other, id)).toBeUndefined();
        const page = await made.deliveries.page(other, { before: firstDeliveryId(noon + 1), limit: 5 });
        expect(page).toEqual({ deliveries: [] });
      }
    });

    test("lists the latest first, before an id or a time", async () => {
      const hook = fresh();
      const all = [];
      for (let n = 0; n < 5; n++) all.unshift(await add(hook, noon - 5 + n));
      const page = (before: string, limit: number) => made.deliveries.page(hook, { before, limit });
      const first = await page(firstDeliveryId(noon), 2);
      expect(first).toEqual({ deliveries: all.slice(0, 2), next: all[1]?.id });
      const second = await page(first.next ?? "", 2);
      expect(second.deliveries).toEqual(all.slice(2, 4));
      expect(await page(second.next ?? "", 2)).toEqual({ deliveries: all.slice(4) });
      expect((await page(firstDeliveryId(noon - 3), 9)).deliveries).toEqual(all.slice(3));
    });
  });
}
