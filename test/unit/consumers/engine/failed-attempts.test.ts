import type { Job } from "../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import { cancelled } from "../../../../lambdas/core/job/transitions.ts";
import type { Execute } from "../../../../lambdas/core/operations/execution.ts";
import { aMessage, askedFor, noon } from "../../../support/builders.ts";
import { job, ok, world } from "./world.ts";

describe("a failed attempt", () => {
  const busy: Execute = async () => {
    throw new JobError("SERVICE_UNAVAILABLE", "The shop is closed.");
  };

  it("is recorded, and then the next one is dispatched after the backoff", async () => {
    const { run, stored, queue } = world(job());
    await run(busy);
    expect(await stored()).toMatchObject({ status: "scheduled", attempt: 2, due_at: noon + 500 });
    expect(queue.sent).toMatchObject([{ delaySeconds: 0, message: { attempt: 2, due_at: noon + 500 } }]);
  });

  it("is put off through the Scheduler when the provider asks for more than 15 minutes", async () => {
    const { run, stored, scheduler, queue } = world(job());
    await run(async () => {
      throw new JobError("RATE_LIMITED", "Slow down.", { retryAfterMs: 3_600_000 });
    });
    expect([...scheduler.schedules.values()]).toMatchObject([
      { at: askedFor((await stored()) as Job), message: { attempt: 1 } },
    ]);
    expect(queue.sent).toEqual([]);
  });

  it("ends the job when it is permanent or the last one", async () => {
    const permanent = world(job());
    await permanent.run(async () => {
      throw new JobError("NOT_FOUND", "No such order.");
    });
    expect(await permanent.stored()).toMatchObject({ status: "failed", error: { code: "NOT_FOUND" } });
    const spent = world(job({ retries: 0 }));
    await spent.run(busy);
    expect(await spent.stored()).toMatchObject({ status: "failed", attempt: 1 });
    expect([...permanent.queue.sent, ...spent.queue.sent]).toEqual([]);
  });

  it("hands its progress to the next one", async () => {
    const { run, stored, clock } = world(job());
    await run(async () => {
      throw new JobError("SERVICE_UNAVAILABLE", "Half.", { progress: { sent: ["email"] } });
    });
    await clock.advance(500);
    let progress: unknown;
    await run(
      async (execution) => {
        progress = execution.progress;
      },
      aMessage(await stored()),
    );
    expect(progress).toEqual({ sent: ["email"] });
  });

  it("is retried after a bug in an executor, whose text is shown nowhere", async () => {
    const { run, stored, log } = world(job());
    await run(async () => {
      throw new TypeError("cannot read s3cret of undefined");
    });
    expect(await stored()).toMatchObject({ status: "scheduled", error: { code: "PROVIDER_ERROR", retryable: true } });
    expect(JSON.stringify([await stored(), log.lines])).not.toContain("s3cret");
    expect(log.lines).toContainEqual(expect.objectContaining({ level: "error", message: "executor threw" }));
  });
});

describe("the timeout of an attempt", () => {
  it("ends an attempt whose executor does not listen, and aborts its signal", async () => {
    const { run, clock, stored } = world(job({ timeout_ms: 1000 }));
    let signal: AbortSignal | undefined;
    const running = run((execution) => {
      signal = execution.signal;
      return new Promise(() => {});
    });
    await clock.advance(1000);
    await running;
    expect(signal?.aborted).toBe(true);
    expect(await stored()).toMatchObject({ attempt: 2, error: { code: "TIMEOUT", retryable: true } });
  });

  it("keeps an attempt from starting whose input comes too late", async () => {
    const { run, clock, blobs, stored } = world(job({ timeout_ms: 1000, input: { blob: "inputs/1", bytes: 5000 } }));
    const slow = Promise.withResolvers<Uint8Array>();
    blobs.get = () => slow.promise;
    let executions = 0;
    const running = run(async () => executions++);
    await clock.advance(1000);
    await running;
    slow.resolve(Buffer.from("{}"));
    await clock.advance(1);
    expect(executions).toBe(0);
    expect(await stored()).toMatchObject({ attempt: 2, error: { code: "TIMEOUT" } });
  });

  it("leaves no timer behind when the attempt ends earlier", async () => {
    const { run, clock } = world(job());
    await run(ok);
    expect(clock.sleepers()).toBe(0);
  });
});

describe("a consumer that has lost its lease", () => {
  it("changes no job", async () => {
    const due = job();
    const { run, stored, jobs } = world(due);
    await run(async () => {
      const running = (await jobs.get(due.id)) as Job;
      await jobs.replace(cancelled(running, noon, "by request"));
      return "too late";
    });
    expect(await stored()).toMatchObject({ status: "cancelled", reason: "by request" });
    expect(await stored()).not.toHaveProperty("result");
  });

  it("does not replace the large result that another consumer has kept", async () => {
    const due = job({ lease_until: 0 });
    const { run, stored, jobs, blobs } = world(due);
    await run(async () => {
      // Its lease has ended, another consumer takes the attempt over and is done first.
      const taken = await jobs.get(due.id);
      await jobs.replace({ ...(taken as Job), lease_until: noon - 1, version: (taken?.version ?? 0) + 1 });
      await run(async () => "w".repeat(5000));
      return "l".repeat(5000);
    });
    const result = (await stored())?.result as { blob: string } | undefined;
    const kept = await blobs.get(result?.blob ?? "");
    expect(Buffer.from(kept ?? []).toString()).toMatch(/^"www/);
  });

  it("dispatches nothing after a failed attempt", async () => {
    const due = job();
    const { run, jobs, queue } = world(due);
    await run(async () => {
      await jobs.replace(cancelled((await jobs.get(due.id)) as Job, noon, "by request"));
      throw new JobError("TIMEOUT", "slow");
    });
    expect(queue.sent).toEqual([]);
  });
});
