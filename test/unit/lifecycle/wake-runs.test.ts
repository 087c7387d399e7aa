import type { JobChange } from "../../../lambdas/aws/lambda/stream-handler.ts";
import { jobEvents } from "../../../lambdas/core/job/job-event.ts";
import { recent } from "../../../lambdas/core/kernel/recent.ts";
import { handleChanges } from "../../../lambdas/lifecycle/handle.ts";
import { aJob, aMessage, noon } from "../../support/builders.ts";
import { denied, throttled } from "../../support/fakes/failures.ts";
import { lifecycle, lifeOf, published, written } from "../../support/lifecycle.ts";

const address = { product: "shop", env: "dev", signal: "paid", to: { key: "A-1" } };
const sent = written({ signal: { address } });

/** Services of a lifecycle, and runs that wait at the address. */
async function waiting(runs: number, until = noon + 60_000) {
  const services = lifecycle(jobEvents);
  const messages = Array.from({ length: runs }, () => aMessage(aJob({ type: "feature" })));
  for (const message of messages) await services.signals.listen(address, { message, step: "main.money", until });
  const woken = () => services.queue.sent.map(({ type, message }) => `${type} ${message.job_id}`).sort();
  return { services, woken, all: messages.map(({ job_id }) => `feature ${job_id}`).sort() };
}

describe("a message to runs in the stream", () => {
  it("wakes every run that waits, although its sender has died", async () => {
    const { services, woken, all } = await waiting(120);
    expect(await handleChanges(services, [sent])).toBeUndefined();
    expect(woken()).toEqual(all);
  });

  it("wakes the last of very many, behind those whose waits are over", async () => {
    const { services, woken } = await waiting(10_000, noon);
    const message = aMessage(aJob({ type: "feature", id: "job_late" }));
    await services.signals.listen(address, { message, step: "main.money", until: noon + 60_000 });
    await handleChanges(services, [sent]);
    expect(woken()).toEqual(["feature job_late"]);
  });

  it("finds no run that was cancelled while it waited", async () => {
    const { services } = await waiting(1);
    const wait = { step: "main.money", since: noon, until: noon + 60_000 };
    const signals = [{ signal: "paid", key: "A-1" }, { signal: "refused" }];
    const run = aJob({
      type: "feature",
      product: "shop",
      env: "dev",
      status: "running",
      waits: [{ ...wait, signals }],
    });
    const other = { ...address, to: { key: "A-2" } };
    for (const at of [address, other])
      await services.signals.listen(at, { message: aMessage(run), step: wait.step, until: wait.until });
    const { waits: _open, ...ended } = run;
    await handleChanges(services, [
      written({ before: run, after: { ...ended, status: "cancelled", finished_at: noon } }),
    ]);
    expect((await services.signals.waiters(address, 10)).map(({ message }) => message.job_id)).not.toContain(run.id);
    expect(await services.signals.waiters(other, 10)).toHaveLength(1);
  });

  it("wakes the run to which it was sent", async () => {
    const { services, woken } = await waiting(1);
    const wake = aMessage(aJob({ type: "feature" }));
    await handleChanges(services, [
      written({ signal: { address: { ...address, to: { job_id: wake.job_id } }, wake } }),
    ]);
    expect(woken()).toEqual([`feature ${wake.job_id}`]);
  });

  it("wakes once from one process, however often its batch comes again for another change", async () => {
    const { services, woken, all } = await waiting(2);
    const job = aJob();
    services.bus.refuses = ({ detail }) => detail.job_id === job.id;
    const changes = [...lifeOf(job), { ...sent, id: "1" }];
    for (let delivery = 0; delivery < 5; delivery++) expect(await handleChanges(services, changes)).toBe(0);
    expect(woken()).toEqual(all);
    // Another process has no memory of what the first one sent, and another message is one more.
    await handleChanges({ ...services, recentlySent: recent() }, [changes.at(-1) as JobChange, { ...sent, id: "2" }]);
    expect(woken()).toHaveLength(6);
  });

  it("wakes nobody whose wait is over", async () => {
    const { services, woken } = await waiting(2, noon);
    await handleChanges(services, [sent]);
    expect(woken()).toEqual([]);
  });

  it("is delivered again where AWS refuses the wake-ups, with what was written after it", async () => {
    const { services, woken } = await waiting(1);
    const refusing = {
      ...services,
      queue: { ...services.queue, sendMany: async () => [{ index: 0, cause: throttled() }] },
    };
    expect(await handleChanges(refusing, [...lifeOf(), sent, ...lifeOf()])).toBe(3);
    expect(published(services).length).toBeGreaterThan(0);
    expect(woken()).toEqual([]);
  });

  it("holds up nothing where its wake-ups can never be sent", async () => {
    const { services } = await waiting(1);
    const refusing = {
      ...services,
      queue: { ...services.queue, sendMany: async () => [{ index: 0, cause: denied() }] },
    };
    expect(await handleChanges(refusing, [sent])).toBeUndefined();
    expect(services.log.lines).toContainEqual(expect.objectContaining({ level: "error" }));
  });
});
