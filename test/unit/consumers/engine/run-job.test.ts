import { runJob } from "../../../../lambdas/consumers/engine/run-job.ts";
import type { Job } from "../../../../lambdas/core/job/job.ts";
import { cancelled } from "../../../../lambdas/core/job/transitions.ts";
import type { Execute, Execution } from "../../../../lambdas/core/operations/execution.ts";
import { aMessage, noon } from "../../../support/builders.ts";
import { fakeJobQueue } from "../../../support/fakes/job-queue.ts";
import { job, ok, world } from "./world.ts";

describe("a message whose time has come", () => {
  it("runs the job with its input and keeps the result", async () => {
    const due = job();
    const { run, stored, queue } = world(due);
    let seen: Execution | undefined;
    await run(async (execution) => {
      seen = execution;
      return { order: 7 };
    });
    expect(seen).toMatchObject({
      input: { body: { amount: 5 } },
      event: { type: "action" },
      idempotencyKey: `${due.id}-1`,
    });
    expect(await stored()).toMatchObject({ status: "completed", result: { inline: { order: 7 } }, finished_at: noon });
    expect(queue.sent).toEqual([]);
  });

  it("keeps a large result as a blob, and no result as null", async () => {
    const { run, stored, blobs } = world(job());
    await run(async () => "x".repeat(10_000));
    const result = (await stored())?.result as { blob: string; bytes: number };
    expect(result.bytes).toBe(10_002);
    expect(blobs.blobs.has(result.blob)).toBe(true);
    const other = world(job());
    await other.run(async () => undefined);
    expect((await other.stored())?.result).toEqual({ inline: null });
  });
});

describe("a message that comes early", () => {
  it("is sent again for the rest of its time, and nothing runs", async () => {
    const { run, queue, stored } = world(job({ due_at: noon + 75_400, status: "scheduled" }));
    await run(ok);
    expect(queue.sent).toMatchObject([{ type: "action", delaySeconds: 75, group: "my-product:prd" }]);
    expect(await stored()).toMatchObject({ status: "scheduled", claims: 0 });
  });

  it("waits in process for the last moment and starts on the millisecond", async () => {
    const { run, clock, stored } = world(job({ due_at: noon + 400, status: "scheduled" }));
    const running = run(ok);
    await clock.advance(399);
    expect((await stored())?.status).toBe("scheduled");
    await clock.advance(1);
    await running;
    expect((await stored())?.attempts).toMatchObject([{ started_at: noon + 400, due_at: noon + 400 }]);
  });

  it("waits again if it is woken early", async () => {
    const due = job({ due_at: noon + 400, status: "scheduled" });
    const w = world(due);
    const { sleep } = w.clock;
    let slept = 0;
    w.clock.sleep = (ms, signal) => (slept++ === 0 ? sleep(ms - 1, signal) : sleep(ms, signal));
    const running = runJob(w, ok, aMessage(due));
    await w.clock.advance(399);
    expect((await w.stored())?.status).toBe("scheduled");
    await w.clock.advance(1);
    await running;
    expect((await w.stored())?.attempts).toMatchObject([{ started_at: noon + 400 }]);
  });

  it("is dropped when its job is gone or was cancelled meanwhile", async () => {
    const early = job({ due_at: noon + 75_400, status: "scheduled" });
    const { run, queue } = world(cancelled(early, noon, "by request"));
    await run(ok);
    await run(ok, aMessage(job({ due_at: noon + 75_400 })));
    expect(queue.sent).toEqual([]);
  });
});

describe("a stale message is dropped:", () => {
  it.each([
    ["of a job that was deleted", job(), job()],
    ["of a cancelled job", cancelled(job(), noon, "by request")],
    ["of a job another consumer runs", job({ status: "running", lease_until: noon + 1, claim_id: "other", claims: 1 })],
    ["of a job that has been rescheduled", job({ due_at: noon - 5 }), job({ due_at: noon - 6 })],
  ])("%s", async (_what, stored, named = stored) => {
    const services = world(stored);
    let runs = 0;
    await services.run(
      async () => runs++,
      aMessage(stored, { due_at: named.due_at, job_id: named === stored ? stored.id : named.id }),
    );
    expect(runs).toBe(0);
    expect(await services.stored(stored.id)).toEqual(stored);
  });

  it("a duplicate of a message whose job has completed", async () => {
    const { run, stored } = world(job());
    await run(ok);
    const done = await stored();
    await run(async () => "again");
    expect(await stored()).toEqual(done);
  });
});

describe("a message in the queue of another type", () => {
  const options = { type: "function", random: () => 0.5 } as const;
  const neverRuns: Execute = async () => {
    throw new Error("it ran");
  };

  it("is sent on to its type's queue, and its job is not claimed", async () => {
    const due = job();
    const w = world(due);
    await runJob(w, neverRuns, aMessage(due), options);
    expect(w.queue.sent).toEqual([
      { type: "action", message: aMessage(due, { forwarded: true }), delaySeconds: 0, group: "my-product:prd" },
    ]);
    expect(await w.stored()).toEqual(due);
    const [sentOn] = w.queue.sent;
    await runJob(w, ok, sentOn?.message ?? aMessage(), { ...options, type: "action" });
    expect(await w.stored()).toMatchObject({ status: "completed" });
  });

  it.each([
    ["due", {}],
    ["early", { due_at: noon + 75_400, status: "scheduled" }],
  ] as const)("is left to the reconciler if the consumer does not reach the queue: %s", async (_when, state) => {
    const waiting = job(state);
    const w = world(waiting);
    const queue = fakeJobQueue(["function", "feature"]);
    await runJob({ ...w, queue }, neverRuns, aMessage(waiting), options);
    expect(queue.sent).toEqual([]);
    expect(await w.stored()).toEqual(waiting);
    expect(w.log.lines).toContainEqual(expect.objectContaining({ level: "error" }));
    expect(w.log.lines.flatMap(({ measured }) => measured ?? [])).toEqual([{ values: { messages_failed: 1 } }]);
  });

  it("is sent on once, and then left to the reconciler", async () => {
    const due = job();
    const w = world(due);
    await runJob(w, neverRuns, aMessage(due, { forwarded: true }), options);
    expect(w.queue.sent).toEqual([]);
    expect(await w.stored()).toEqual(due);
    expect(w.log.lines).toContainEqual(expect.objectContaining({ level: "error" }));
    expect(w.log.lines.flatMap(({ measured }) => measured ?? [])).toEqual([{ values: { messages_failed: 1 } }]);
  });

  it("is sent on if it wakes a feature, though a decision is under way", async () => {
    const feature = job({ type: "feature", status: "running", claim_id: "theirs", lease_until: noon + 9000 });
    const w = world(feature);
    await runJob(w, neverRuns, aMessage(feature), options);
    expect(w.queue.sent).toMatchObject([{ type: "feature", message: { job_id: feature.id, forwarded: true } }]);
  });

  it("is dropped if it is stale", async () => {
    const w = world(cancelled(job(), noon, "by request"));
    await runJob(w, neverRuns, aMessage((await w.stored()) as Job), options);
    expect(w.queue.sent).toEqual([]);
  });

  it("comes again where SQS does not take it", async () => {
    const w = world(job());
    w.queue.send = async () => {
      throw new Error("throttled");
    };
    await expect(runJob(w, neverRuns, aMessage((await w.stored()) as Job), options)).rejects.toThrow("throttled");
  });

  it("is sent to its type's queue for the rest of its time if it is early", async () => {
    const early = job({ due_at: noon + 75_400, status: "scheduled" });
    const w = world(early);
    await runJob(w, neverRuns, aMessage(early), options);
    expect(w.queue.sent).toMatchObject([{ type: "action", delaySeconds: 75 }]);
  });
});

describe("a job ends without running if", () => {
  const never: Execute = async () => {
    throw new Error("it ran");
  };

  it("its expires_at has passed", async () => {
    const { run, stored } = world(job({ expires_at: noon }));
    await run(never);
    expect(await stored()).toMatchObject({ status: "cancelled", reason: "expired" });
  });

  it("its expires_at has passed while it waited for a retry", async () => {
    const tried = { attempt: 1, due_at: noon - 9000, started_at: noon - 9000, ended_at: noon - 8000 };
    const again = job({ expires_at: noon - 1, attempt: 2, attempts: [{ ...tried, outcome: "failed" }] });
    const { run, stored } = world(again);
    await run(never);
    expect(await stored()).toMatchObject({ status: "cancelled", reason: "expired" });
  });

  it("its expires_at has passed, and runs until then", async () => {
    const { run, stored } = world(job({ expires_at: noon + 1 }));
    await run(ok);
    expect(await stored()).toMatchObject({ status: "completed" });
  });

  it("its attempt crashed three times", async () => {
    const crashing = job({
      status: "running",
      claims: 3,
      begun_claims: ["dead too", "dead"],
      lease_until: noon - 1,
      claim_id: "dead",
      started_at: noon - 9,
    });
    const { run, stored } = world(crashing);
    await run(never);
    expect(await stored()).toMatchObject({ status: "failed", error: { code: "CRASHED" }, attempts: [{ crashes: 3 }] });
  });

  it("its attempt crashed three times, and runs after the second crash", async () => {
    const dead = { claims: 2, begun_claims: ["dead"], claim_id: "dead", lease_until: noon - 1 };
    const { run, stored } = world(job({ status: "running", ...dead }));
    await run(ok);
    expect(await stored()).toMatchObject({ status: "completed", attempts: [{ crashes: 2 }] });
  });

  it.each([
    ["is no longer in the catalog", "gone"],
    ["is of another type by now", "store_document"],
  ])("its event %s", async (_, event) => {
    const { run, stored } = world(job({ event }));
    await run(never);
    expect(await stored()).toMatchObject({ status: "failed", error: { code: "CONFIGURATION_ERROR" } });
  });
});
