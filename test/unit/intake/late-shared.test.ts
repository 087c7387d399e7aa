import { runJob } from "../../../lambdas/consumers/engine/run-job.ts";
import { firstCursor } from "../../../lambdas/core/job/import-cursor.ts";
import { jobMessageOf } from "../../../lambdas/core/job/job.ts";
import { scheduleJobs } from "../../../lambdas/core/operations/schedule-requests.ts";
import { parseRequest } from "../../../lambdas/core/requests/request.ts";
import { runImport } from "../../../lambdas/intake/import/run-import.ts";
import { takeMessages } from "../../../lambdas/intake/take-messages.ts";
import { noon } from "../../support/builders.ts";
import { sharingCatalog } from "../../support/catalog/sharing.ts";
import { etagOf } from "../../support/fakes/blob-store.ts";
import { intakeServices } from "../../support/intake/services.ts";

const debounce = { delay: 4000, max_wait: 60_000 };
const order = (n: number, more: object = {}) => ({
  product_tag: "shared",
  env: "prd",
  event: "index",
  input: { body: { user: "a", n } },
  debounce,
  ...more,
});

function world() {
  const services = { ...intakeServices(), catalog: sharingCatalog };
  const ran: unknown[] = [];
  /** Runs whatever is due by now, as its consumers would. */
  async function runDue() {
    for (const job of services.jobs.all()) {
      if (job.status === "completed" || job.due_at > services.clock.now()) continue;
      const execute = async ({ input }: { input: unknown }) => {
        ran.push((input as { body: { n: number } }).body.n);
        return {};
      };
      await runJob(services, execute, jobMessageOf(job), { random: () => 0.5 });
    }
  }
  /** Passes time in steps, in which what comes due runs. */
  async function pass(ms: number, step = 100) {
    for (let passed = 0; passed < ms; passed += step) {
      await services.clock.advance(step);
      await runDue();
    }
  }
  return { ...services, ran, runDue, pass };
}

describe("debounced requests that are read late", () => {
  it.each([0, 3000, 4000, 60_000])("run once, with the last of them, if each is %i ms late", async (late) => {
    const w = world();
    await w.clock.advance(late);
    for (let n = 0; n < 40; n++) {
      const sentAt = noon + n * 100;
      expect(await takeMessages(w, [{ id: `m-${n}`, body: JSON.stringify(order(n)), sentAt }])).toEqual([]);
      await w.pass(100);
    }
    await w.pass(10_000);
    expect(w.ran).toEqual([39]);
    expect(w.jobs.all()).toHaveLength(1);
  });

  it("start a delay after the last one was handled, within the longest wait", async () => {
    const w = world();
    await w.clock.advance(100_000);
    for (let n = 0; n < 3; n++) {
      await takeMessages(w, [{ id: `m-${n}`, body: JSON.stringify(order(n)), sentAt: noon + n }]);
      expect(w.jobs.all()).toMatchObject([{ due_at: w.clock.now() + 4000, debounce: { until: noon + 160_000 } }]);
      await w.clock.advance(2000);
    }
    await w.clock.advance(0);
    const last = { ...order(3), debounce: { delay: 60_000, max_wait: 60_000 } };
    await takeMessages(w, [{ id: "m-3", body: JSON.stringify(last), sentAt: noon + 3 }]);
    expect(w.jobs.all()).toMatchObject([{ due_at: noon + 160_000, debounce: { requests: 4 } }]);
  });

  it("run with the one that was handled last", async () => {
    const w = world();
    await w.clock.advance(30_000);
    const sent = [5, 1, 4, 2, 3];
    for (const n of sent)
      await takeMessages(w, [{ id: `m-${n}`, body: JSON.stringify(order(n)), sentAt: noon + n * 100 }]);
    await w.pass(5000);
    expect(w.ran).toEqual([3]);
  });

  it("expire at the time that they ask for", async () => {
    const w = world();
    await w.clock.advance(30_000);
    const body = JSON.stringify(order(1, { expires_at: noon + 32_000 }));
    await takeMessages(w, [{ id: "m", body, sentAt: noon }]);
    await w.pass(10_000);
    expect(w.ran).toEqual([]);
    expect(w.jobs.all()).toMatchObject([{ status: "cancelled" }]);
  });

  it("run once as lines of a slow import", async () => {
    const w = world();
    const lines = Array.from({ length: 250 }, (_, n) => `${JSON.stringify(order(n))}\n`).join("");
    const body = Buffer.from(lines);
    const key = "imports/orders.ndjson";
    await w.blobs.put(key, body, "application/x-ndjson");
    await w.clock.advance(300_000);
    slowly(w);
    const done = runImport(
      w,
      firstCursor({ key, etag: etagOf(body), size: body.byteLength, put_at: noon }),
      noon + 900_000,
    );
    const ended = done.then(() => "ended");
    while ((await Promise.race([ended, w.pass(1000, 500)])) !== "ended");
    await w.pass(10_000);
    expect(w.jobs.all().length).toBeLessThan(7);
    expect(w.ran.at(-1)).toBe(249);
  });

  it("run once as a batch that is handled slowly", async () => {
    const w = world();
    const batch = Array.from({ length: 40 }, (_, n) => parseRequest(order(n), sharingCatalog, w.clock.now()));
    slowly(w);
    const ended = scheduleJobs(w, batch).then(() => "ended");
    while ((await Promise.race([ended, w.pass(1000)])) !== "ended");
    await w.pass(10_000);
    expect(w.ran).toEqual([39]);
  });
});

/** Each read of a key takes 200 ms. */
function slowly({ sharedKeys, clock }: ReturnType<typeof world>) {
  const { get } = sharedKeys;
  sharedKeys.get = async (key) => {
    await clock.sleep(200);
    return get(key);
  };
}
