import { newJobId } from "../../../../lambdas/core/job/job-id.ts";
import { TransientError } from "../../../../lambdas/core/kernel/errors.ts";
import { relayKept, sentAheadMs } from "../../../../lambdas/core/operations/relay.ts";
import { type KeptMessage, keptShards } from "../../../../lambdas/core/ports/unscheduled.ts";
import { aJob, aMessage, noon } from "../../../support/builders.ts";
import { fakeServices } from "../../../support/fakes/services.ts";

const minute = 60_000;
const kept = (due_at: number, overrides: Partial<KeptMessage> = {}): KeptMessage => ({
  type: "action",
  group: "shop:prd",
  message: aMessage(aJob({ id: newJobId(), due_at })),
  ...overrides,
});
const never = Number.MAX_SAFE_INTEGER;
/** A job of shard 0: ids end with it. */
const ofShard0 = (n: number) => `job_${n.toString(16).padStart(30, "0")}08`;

async function world(...messages: KeptMessage[]) {
  const services = fakeServices();
  for (const one of messages) await services.unscheduled.hold(one);
  const relay = (shard = 0, until = never) => relayKept(services, { v: 1, shard, until });
  const relayAll = async () => {
    const shards = Array.from({ length: keptShards }, (_, shard) => relay(shard));
    const settled = await Promise.allSettled(shards);
    return settled.filter(({ status }) => status === "rejected").length;
  };
  return { ...services, relay, relayAll };
}

describe("a message that the Scheduler has refused", () => {
  it("is sent to SQS 20 minutes ahead, hidden for as long as possible", async () => {
    const soon = kept(noon + 61_500);
    const far = kept(noon + sentAheadMs, { type: "storage", group: "crm:dev" });
    const w = await world(soon, far, kept(noon + sentAheadMs + 1));
    expect(await w.relayAll()).toBe(0);
    // In the order of the shards, which follow from the ids.
    const sent = w.queue.sent.toSorted((a, b) => a.delaySeconds - b.delaySeconds);
    expect(sent).toMatchObject([
      { type: "action", delaySeconds: 61, group: "shop:prd", message: soon.message },
      { type: "storage", delaySeconds: 900, group: "crm:dev", message: far.message },
    ]);
    expect(w.unscheduled.kept.size).toBe(1);
  });

  it("is sent at once when the relay comes late", async () => {
    const w = await world(kept(noon - 5 * minute));
    await w.relayAll();
    expect(w.queue.sent).toMatchObject([{ delaySeconds: 0 }]);
  });

  it("stays kept if SQS refuses it, and others are sent", async () => {
    const messages = Array.from({ length: 5 }, (_, n) =>
      kept(noon + n * 1000, { message: aMessage(aJob({ id: ofShard0(n), due_at: noon + n * 1000 })) }),
    );
    const w = await world(...messages);
    const { sendMany } = w.queue;
    const isRefused = (message: unknown) => JSON.stringify(message) === JSON.stringify(messages[2]?.message);
    w.queue.sendMany = async (type, entries) => {
      const refused = entries.findIndex(({ message }) => isRefused(message));
      await sendMany(
        type,
        entries.filter((_, index) => index !== refused),
      );
      return refused < 0 ? [] : [{ index: refused, cause: new TransientError("InternalError", "not now") }];
    };
    await expect(w.relay()).rejects.toThrow(TransientError);
    expect(w.queue.sent).toHaveLength(4);
    expect([...w.unscheduled.kept.values()]).toEqual([messages[2]]);
    w.queue.sendMany = sendMany;
    await w.relay();
    expect(w.unscheduled.kept.size).toBe(0);
  });

  it("is sent again if it could not be deleted", async () => {
    const w = await world(kept(noon, { message: aMessage(aJob({ id: ofShard0(0), due_at: noon })) }));
    const { remove } = w.unscheduled;
    w.unscheduled.remove = () => Promise.reject(new TransientError("UNPROCESSED", "no capacity"));
    await expect(w.relay()).rejects.toThrow("no capacity");
    w.unscheduled.remove = remove;
    await w.relay();
    expect(w.queue.sent).toHaveLength(2);
  });
});

it("the relay sends a backlog page by page, and the rest the next time", async () => {
  const messages = Array.from({ length: 250 }, (_, n) =>
    kept(noon + n, { message: aMessage(aJob({ id: ofShard0(n), due_at: noon + n })) }),
  );
  const w = await world(...messages);
  const { page } = w.unscheduled;
  w.unscheduled.page = async (query, after) => {
    await w.clock.advance(1000);
    return page(query, after);
  };
  await w.relay(0, noon + 1500);
  expect(w.queue.sent).toHaveLength(200);
  await w.relay();
  expect(w.queue.sent.map(({ message }) => message.due_at - noon)).toEqual(messages.map((_, n) => n));
});

it("the relay ignores a message that comes after its time", async () => {
  const w = await world(kept(noon, { message: aMessage(aJob({ id: ofShard0(0), due_at: noon })) }));
  await w.relay(0, noon);
  expect(w.queue.sent).toEqual([]);
});
