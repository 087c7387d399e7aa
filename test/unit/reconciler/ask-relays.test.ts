import { shardOf } from "../../../lambdas/core/job/job-id.ts";
import { relayKept, sentAheadMs } from "../../../lambdas/core/operations/relay.ts";
import { keptShards } from "../../../lambdas/core/ports/unscheduled.ts";
import { newMemory } from "../../../lambdas/reconciler/memory.ts";
import { graceMs, reconcile } from "../../../lambdas/reconciler/reconcile.ts";
import { reconcileEverySeconds } from "../../../lambdas/topology.ts";
import { aJob, aMessage, noon } from "../../support/builders.ts";
import { throttled } from "../../support/fakes/failures.ts";
import { fakeServices } from "../../support/fakes/services.ts";

const round = reconcileEverySeconds * 1000;
const ids = Array.from({ length: 200 }, (_, n) => `job_${n.toString(16).padStart(32, "0")}`);
const idIn = (shard: number) => ids.find((id) => shardOf(id, keptShards) === shard) as string;

/** The kept messages of some shards, all due at a time. */
async function world(shards: number[], due_at = noon + 60_000) {
  const services = fakeServices();
  for (const shard of shards) {
    const message = aMessage(aJob({ id: idIn(shard), due_at }));
    await services.unscheduled.hold({ type: "action", group: "shop:prd", message });
  }
  const memory = newMemory();
  return { ...services, reconcile: () => reconcile(services, graceMs, memory) };
}

describe("a round of the reconciler", () => {
  it("asks for a relay of each shard with messages that are due soon", async () => {
    const w = await world([2, 5]);
    await w.unscheduled.hold({
      type: "action",
      group: "shop:prd",
      message: aMessage(aJob({ id: idIn(7), due_at: noon + sentAheadMs + 1 })),
    });
    expect(await w.reconcile()).toEqual({ looked: 0, dispatched: 0, failed: 0 });
    expect(w.relays.sent.map(({ message }) => message.shard)).toEqual([2, 5]);
    for (const { message } of w.relays.sent) {
      expect(message.until).toBeLessThan(noon + round);
      expect(message.until).toBeGreaterThan(noon + 0.8 * round);
      await relayKept(w, message);
    }
    expect(w.queue.sent).toHaveLength(2);
  });

  it("asks again in the next round, and not while a relay works", async () => {
    const w = await world([3]);
    await w.reconcile();
    await w.clock.advance(10_000);
    await w.reconcile();
    expect(w.relays.sent).toHaveLength(1);
    await w.clock.advance(round - 10_000);
    await w.reconcile();
    expect(w.relays.sent).toHaveLength(2);
  });

  it("asks for other shards if one cannot be read", async () => {
    const w = await world([1, 4]);
    const { page } = w.unscheduled;
    w.unscheduled.page = async (query, after) => {
      if (query.shard === 1) throw throttled();
      return page(query, after);
    };
    expect(await w.reconcile()).toMatchObject({ failed: 1 });
    expect(w.relays.sent.map(({ message }) => message.shard)).toEqual([4]);
  });

  it("asks again at once after a refusal by the queue", async () => {
    const w = await world([1, 4]);
    w.relays.refuses = ({ shard }) => shard === 4;
    expect(await w.reconcile()).toMatchObject({ failed: 1 });
    w.relays.refuses = () => false;
    await w.reconcile();
    expect(w.relays.sent.map(({ message }) => message.shard)).toEqual([1, 1, 4]);
  });
});
