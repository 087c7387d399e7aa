import { NotStarted, type Running } from "../../../../lambdas/consumers/engine/context.ts";
import { recorded } from "../../../../lambdas/consumers/engine/guards/recorded.ts";
import type { Job } from "../../../../lambdas/core/job/job.ts";
import { stepJobId } from "../../../../lambdas/core/job/job-id.ts";
import { aJob, aMessage } from "../../../support/builders.ts";
import { fakeBlobStore } from "../../../support/fakes/blob-store.ts";
import { fakeClock } from "../../../support/fakes/clock.ts";
import { throttled } from "../../../support/fakes/failures.ts";

const code = { part: 1, attempt: 1, seen: 0, last_at: 0, started_at: 0, seed: "s", input: { v: null }, decisions: 1 };
const run = aJob({ type: "feature", status: "running" });
const step = (key: string, more: Partial<Job> = {}): Job =>
  aJob({ id: stepJobId(run, key), parent: { message: aMessage(run), step: key }, status: "running", ...more });
const nested = step("scope/pay");
const withOpen = (...open: Job[]): Job => ({
  ...run,
  progress: {
    inline: { code: { ...code, open: Object.fromEntries(open.map(({ id }, i) => [`k${i}`, { job_id: id }])) } },
  },
});

/** What the guard says of a job whose run is as each read finds it; the last one stays. */
function guarding(job: Job, ...found: (Job | undefined | Error)[]) {
  const clock = fakeClock();
  let reads = 0;
  const jobs = {
    get: async () => {
      const one = found[Math.min(reads++, found.length - 1)];
      if (one instanceof Error) throw one;
      return one;
    },
  };
  const verdict = recorded({ services: { jobs, blobs: fakeBlobStore(), clock }, job } as unknown as Running);
  return { clock, verdict, reads: () => reads };
}

describe("a step that was called within another one", () => {
  it("starts at once where its run has recorded it", async () => {
    const { verdict, reads } = guarding(nested, withOpen(step("other"), nested));
    expect(await verdict).toBeUndefined();
    expect(reads()).toBe(1);
  });

  it("waits for some milliseconds until its run has recorded it", async () => {
    const { clock, verdict, reads } = guarding(nested, withOpen(), withOpen(), withOpen(nested));
    await clock.advance(20);
    expect(await verdict).toBeUndefined();
    expect(reads()).toBe(3);
  });

  it("goes back to its queue where the decision that has begun it is lost", async () => {
    const { clock, verdict } = guarding(nested, withOpen(step("other")));
    await clock.advance(2000);
    expect(await verdict).toMatchObject({ delaySeconds: 2 });
    expect(clock.sleepers()).toBe(0);
  });

  it("comes again where its run cannot be read", async () => {
    const said = await guarding(nested, throttled()).verdict;
    expect(said).toBeInstanceOf(NotStarted);
    expect(said).toMatchObject({ delaySeconds: undefined });
  });

  it.each<[string, Job, Job | undefined]>([
    ["its run is gone", nested, undefined],
    ["its run is another one by now", nested, { ...withOpen(), created_at: run.created_at + 1 }],
    ["its run is at another attempt", nested, { ...withOpen(), attempt: 2 }],
    ["its run is of no code", nested, { ...run, progress: { inline: {} } }],
    ["a caller has retried it", step("scope/pay", { retried_after: 1 }), withOpen()],
    ["it has begun before", step("scope/pay", { progress: { inline: {} } }), withOpen()],
    ["it undoes its own steps", step("scope/pay", { ending: { cause: "cancelled" } as never }), withOpen()],
  ])("is not held where %s", async (_why, job, found) => {
    expect(await guarding(job, found).verdict).toBeUndefined();
  });
});

it.each([
  ["a step that the handler has called itself", step("pay")],
  ["an undo", step("undo:pay/back", { parent: { message: aMessage(run), step: "undo:pay/back", undo: true } })],
  [
    "one that its run abandons",
    step("scope/pay", { parent: { message: aMessage(run), step: "scope/pay", on_end: "abandon" } }),
  ],
  ["a job of nobody", aJob()],
])("%s reads no run", async (_what, job) => {
  const { verdict, reads } = guarding(job, withOpen());
  expect(await verdict).toBeUndefined();
  expect(reads()).toBe(0);
});
