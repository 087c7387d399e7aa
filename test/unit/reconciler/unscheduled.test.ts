import { TransientError } from "../../../lambdas/core/errors.ts";
import { newJobId } from "../../../lambdas/core/job/job-id.ts";
import type { Kept } from "../../../lambdas/core/ports/hot-minute-ports.ts";
import { reconcile } from "../../../lambdas/reconciler/reconcile.ts";
import { sendUnscheduled, sentAheadMs } from "../../../lambdas/reconciler/unscheduled.ts";
import { aJob, aMessage, noon } from "../../support/builders.ts";
import { fakeServices } from "../../support/fakes/services.ts";

const minute = 60_000;
const kept = (due_at: number, overrides: Partial<Kept> = {}): Kept => ({
  type: "action",
  group: "shop:prd",
  message: aMessage(aJob({ id: newJobId(), due_at })),
  ...overrides,
});

async function world(...messages: Kept[]) {
  const services = fakeServices();
  for (const one of messages) await services.unscheduled.hold(one);
  return { ...services, send: (end = Number.POSITIVE_INFINITY) => sendUnscheduled(services, end) };
}

describe("a message that the Scheduler did not take", () => {
  it("is sent 20 minutes ahead, hidden for as long as SQS can, and no longer kept", async () => {
    const soon = kept(noon + 61_500);
    const far = kept(noon + sentAheadMs, { type: "storage", group: "crm:dev" });
    const w = await world(soon, far, kept(noon + sentAheadMs + 1));
    expect(await w.send()).toEqual({ sent: 2, failed: 0 });
    // In the order of the shards, which follow from the ids.
    const sent = w.queue.sent.toSorted((a, b) => a.delaySeconds - b.delaySeconds);
    expect(sent).toMatchObject([
      { type: "action", delaySeconds: 61, group: "shop:prd", message: soon.message },
      { type: "storage", delaySeconds: 900, group: "crm:dev", message: far.message },
    ]);
    expect(w.unscheduled.kept.size).toBe(1);
  });

  it("is sent at once when the reconciler comes late", async () => {
    const w = await world(kept(noon - 5 * minute));
    await w.send();
    expect(w.queue.sent).toMatchObject([{ delaySeconds: 0 }]);
  });

  it("is sent by a round of the reconciler", async () => {
    const w = await world(kept(noon + minute));
    expect(await reconcile(w)).toEqual({ looked: 0, dispatched: 0, failed: 0 });
    expect(w.queue.sent).toHaveLength(1);
  });

  it("stays if SQS refuses it, and the others are sent", async () => {
    const messages = Array.from({ length: 5 }, (_, n) => kept(noon + n * 1000));
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
    expect(await w.send()).toEqual({ sent: 4, failed: 1 });
    expect([...w.unscheduled.kept.values()]).toEqual([messages[2]]);
  });

  it("is sent again, and not lost, if it could not be deleted", async () => {
    const w = await world(kept(noon));
    const { remove } = w.unscheduled;
    w.unscheduled.remove = () => Promise.reject(new TransientError("UNPROCESSED", "no capacity"));
    expect(await w.send()).toEqual({ sent: 1, failed: 1 });
    w.unscheduled.remove = remove;
    expect(await w.send()).toEqual({ sent: 1, failed: 0 });
    expect(w.queue.sent).toHaveLength(2);
  });
});

it("a backlog is sent page by page, and what is left at the end of the time comes next", async () => {
  const ids = (n: number) => `job_${n.toString(16).padStart(30, "0")}08`;
  const messages = Array.from({ length: 250 }, (_, n) =>
    kept(noon + n, { message: aMessage(aJob({ id: ids(n), due_at: noon + n })) }),
  );
  const w = await world(...messages);
  expect(await w.send(noon)).toEqual({ sent: 100, failed: 0 });
  expect(await w.send()).toEqual({ sent: 150, failed: 0 });
  expect(w.queue.sent.map(({ message }) => message.due_at - noon)).toEqual(messages.map((_, n) => n));
});
