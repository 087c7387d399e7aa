import { runJob } from "../../../../lambdas/consumers/engine/run-job.ts";
import { decisionPolicy } from "../../../../lambdas/consumers/types/feature/decisions.ts";
import type { Job } from "../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import { cancelled } from "../../../../lambdas/core/job/transitions.ts";
import type { Execute, Execution } from "../../../../lambdas/core/operations/execution.ts";
import { memoryOf } from "../../../../lambdas/core/operations/memory.ts";
import { aJob, aMessage, noon } from "../../../support/builders.ts";
import { catalog } from "../../../support/catalog/catalog.ts";
import { throttled } from "../../../support/fakes/failures.ts";
import { fakeServices } from "../../../support/fakes/services.ts";

const ok: Execute = async () => ({ ok: true });
const job = (overrides: Partial<Job> = {}) => aJob({ product: "my-product", event: "create_order", ...overrides });

function world(...jobs: Job[]) {
  const services = fakeServices({ jobs, catalog });
  const run = (execute: Execute, message = aMessage(jobs[0])) =>
    runJob(services, execute, message, { random: () => 0.5 });
  return { ...services, run, stored: async (id = jobs[0]?.id ?? "") => services.jobs.get(id) };
}

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

  it("keeps a large result as a blob, and an absent one as null", async () => {
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

describe("a batch whose inputs do not fit into the memory together", () => {
  const blob = JSON.stringify({ body: { text: "x".repeat(4_000_000) } });
  const large = () => job({ input: { blob: "inputs/1", bytes: blob.length } });

  it("runs some jobs, and sends the others back at once with no attempt spent", async () => {
    const jobs = Array.from({ length: 10 }, large);
    const { blobs, queue, stored, ...services } = world(...jobs);
    await blobs.put("inputs/1", Buffer.from(blob), "application/json");
    const memory = memoryOf(256);
    let running = 0;
    let most = 0;
    const execute: Execute = async ({ input }) => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      return Object.keys(input);
    };
    const all = { ...services, blobs, queue };
    await Promise.all(jobs.map((one) => runJob(all, execute, aMessage(one), { memory })));
    const after = await Promise.all(jobs.map(({ id }) => stored(id)));
    expect(after.filter((one) => one?.status === "completed")).toHaveLength(1);
    const back = after.filter((one) => one?.status === "queued");
    expect(back).toHaveLength(9);
    for (const one of back) expect(one).toMatchObject({ attempt: 1, claims: 0, attempts: [] });
    expect(queue.sent).toHaveLength(9);
    expect(queue.sent).toContainEqual({
      type: "action",
      message: aMessage(back[0]),
      delaySeconds: 0,
      group: "my-product:prd",
    });
    expect(most).toBe(1);

    for (let batch = queue.sent.splice(0); batch.length > 0; batch = queue.sent.splice(0)) {
      await Promise.all(batch.map(({ message }) => runJob(all, execute, message, { memory })));
    }
    const done = await Promise.all(jobs.map(({ id }) => stored(id)));
    expect(done.map((one) => [one?.status, one?.attempts.length])).toEqual(jobs.map(() => ["completed", 1]));
  });

  it("leaves a feature parked that was woken, and its message wakes it again", async () => {
    const memory = memoryOf(256);
    memory.admit(large());
    const feature = aJob({
      ...large(),
      type: "feature",
      status: "running",
      started_at: noon,
      parked_since: noon,
      lease_until: 0,
      wake_at: noon + 60_000,
      progress: { inline: {} },
    });
    const services = fakeServices({ jobs: [feature], catalog });
    await runJob(services, ok, aMessage(feature), { memory, policy: decisionPolicy });
    const after = await services.jobs.get(feature.id);
    expect(after).toMatchObject({ status: "running", parked_since: noon, wake_at: noon + 60_000, claims: 0 });
    expect(after).not.toHaveProperty("claim_id");
    expect(services.queue.sent).toMatchObject([{ type: "feature", message: aMessage(feature) }]);
  });
});

describe("a message that comes early", () => {
  it("is sent again for the rest of its time, in its tenant's group, and nothing runs", async () => {
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

  it("waits again where it is woken early: timers may be by a millisecond, and clocks are set", async () => {
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

describe("a message that means nothing any more is dropped", () => {
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

  it("is sent on to its own type's, and its job is not claimed", async () => {
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

  it("is sent on once: where it comes back, the job is the reconciler's", async () => {
    const due = job();
    const w = world(due);
    await runJob(w, neverRuns, aMessage(due, { forwarded: true }), options);
    expect(w.queue.sent).toEqual([]);
    expect(await w.stored()).toEqual(due);
    expect(w.log.lines).toContainEqual(expect.objectContaining({ level: "error" }));
    expect(w.log.lines.flatMap(({ measured }) => measured ?? [])).toEqual([{ values: { messages_failed: 1 } }]);
  });

  it("wakes the feature that it is of, though a decision is under way", async () => {
    const feature = job({ type: "feature", status: "running", claim_id: "theirs", lease_until: noon + 9000 });
    const w = world(feature);
    await runJob(w, neverRuns, aMessage(feature), options);
    expect(w.queue.sent).toMatchObject([{ type: "feature", message: { job_id: feature.id, forwarded: true } }]);
  });

  it("is dropped where it means nothing any more", async () => {
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

  it("and early is sent again to its own type's for the rest of its time", async () => {
    const early = job({ due_at: noon + 75_400, status: "scheduled" });
    const w = world(early);
    await runJob(w, neverRuns, aMessage(early), options);
    expect(w.queue.sent).toMatchObject([{ type: "action", delaySeconds: 75 }]);
  });
});

describe("a failed attempt", () => {
  const busy: Execute = async () => {
    throw new JobError("SERVICE_UNAVAILABLE", "The shop is closed.");
  };

  it("is recorded, then the next one is dispatched after the backoff", async () => {
    const { run, stored, queue } = world(job());
    await run(busy);
    expect(await stored()).toMatchObject({ status: "scheduled", attempt: 2, due_at: noon + 500 });
    expect(queue.sent).toMatchObject([{ delaySeconds: 0, message: { attempt: 2, due_at: noon + 500 } }]);
  });

  it("goes through the Scheduler when the provider asks for more than 15 minutes", async () => {
    const { run, scheduler, queue } = world(job());
    await run(async () => {
      throw new JobError("RATE_LIMITED", "Slow down.", { retryAfterMs: 3_600_000 });
    });
    expect([...scheduler.schedules.values()]).toMatchObject([{ at: noon / 1000 + 3600 - 75, message: { attempt: 2 } }]);
    expect(queue.sent).toEqual([]);
  });

  it("ends the job when it is permanent or the retries are used up", async () => {
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

  it("hands what it achieved to the next one", async () => {
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

  it("of a bug in an executor is retried, and tells callers and logs nothing of the error's text", async () => {
    const { run, stored, log } = world(job());
    await run(async () => {
      throw new TypeError("cannot read s3cret of undefined");
    });
    expect(await stored()).toMatchObject({ status: "scheduled", error: { code: "PROVIDER_ERROR", retryable: true } });
    expect(JSON.stringify([await stored(), log.lines])).not.toContain("s3cret");
    expect(log.lines).toContainEqual(expect.objectContaining({ level: "error", message: "executor threw" }));
  });
});

describe("a timeout", () => {
  it("ends the attempt even when the executor does not listen, and aborts its signal", async () => {
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

  it("never begins to execute once it is over, though its input has come by then", async () => {
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

  it("leaves no timer behind when the attempt ends before", async () => {
    const { run, clock } = world(job());
    await run(ok);
    expect(clock.sleepers()).toBe(0);
  });
});

describe("what ends a job without running it", () => {
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

  it("but one whose expires_at is still to come runs", async () => {
    const { run, stored } = world(job({ expires_at: noon + 1 }));
    await run(ok);
    expect(await stored()).toMatchObject({ status: "completed" });
  });

  it("its attempt crashed three times", async () => {
    const crashing = job({
      status: "running",
      claims: 3,
      lease_until: noon - 1,
      claim_id: "dead",
      started_at: noon - 9,
    });
    const { run, stored } = world(crashing);
    await run(never);
    expect(await stored()).toMatchObject({ status: "failed", error: { code: "CRASHED" }, attempts: [{ crashes: 3 }] });
  });

  it("a second crash still lets it run", async () => {
    const { run, stored } = world(job({ status: "running", claims: 2, lease_until: noon - 1, claim_id: "dead" }));
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

describe("fencing", () => {
  it("a consumer that lost its lease changes nothing", async () => {
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

  it("nor the large result that another consumer of the same attempt has kept", async () => {
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

  it("a failed attempt whose outcome was discarded dispatches nothing", async () => {
    const due = job();
    const { run, jobs, queue } = world(due);
    await run(async () => {
      await jobs.replace(cancelled((await jobs.get(due.id)) as Job, noon, "by request"));
      throw new JobError("TIMEOUT", "slow");
    });
    expect(queue.sent).toEqual([]);
  });
});

describe("a claim under which nothing has started is given back", () => {
  const parent = { message: aMessage(), step: "main.a" };
  type World = ReturnType<typeof world>;

  function slowClaims({ jobs, clock }: World) {
    const { claim } = jobs;
    jobs.claim = async (...what) => {
      const answer = await claim(...what);
      await clock.sleep(12_000);
      return answer;
    };
    return () => Object.assign(jobs, { claim });
  }

  function failedReads({ jobs }: World) {
    const { get } = jobs;
    jobs.get = async (id) => {
      if (id === parent.message.job_id) throw throttled();
      return get(id);
    };
    return () => {
      jobs.get = async (id) => (id === parent.message.job_id ? aJob({ id, type: "feature" }) : get(id));
    };
  }

  function lostInputs({ blobs }: World) {
    const { get } = blobs;
    blobs.get = async () => {
      throw throttled();
    };
    return () => Object.assign(blobs, { get });
  }

  it.each([
    ["its answer came too late", slowClaims, job()],
    ["the feature could not be read", failedReads, job({ parent })],
    ["the input could not be read", lostInputs, job({ input: { blob: "inputs/large", bytes: 5000 } })],
  ])("%s: however often, the job has not crashed", async (_why, breaks, due) => {
    const w = world(due);
    await w.blobs.put("inputs/large", Buffer.from("{}"), "application/json");
    breaks(w);
    for (let i = 0; i < 5; i++) {
      const failed = expect(w.run(ok)).rejects.toThrow();
      await w.clock.advance(12_000);
      await failed;
      expect(await w.stored()).toMatchObject({ status: "queued", claims: 0 });
      for (const field of ["claim_id", "lease_until", "started_at"]) expect(await w.stored()).not.toHaveProperty(field);
    }
  });

  it("and the next message runs the job, as if nothing had been", async () => {
    const w = world(job());
    const mend = slowClaims(w);
    const slow = expect(w.run(ok)).rejects.toThrow("too late");
    await w.clock.advance(12_000);
    await slow;
    mend();
    await w.run(ok);
    expect(await w.stored()).toMatchObject({ status: "completed", attempts: [{ attempt: 1 }] });
    expect((await w.stored())?.attempts[0]).not.toHaveProperty("crashes");
  });

  it("a crash before it still counts", async () => {
    const w = world(
      job({ status: "running", claims: 2, claim_id: "dead", lease_until: noon - 1, started_at: noon - 9 }),
    );
    slowClaims(w);
    const slow = expect(w.run(ok)).rejects.toThrow("too late");
    await w.clock.advance(12_000);
    await slow;
    expect(await w.stored()).toMatchObject({ status: "running", lease_until: 0, claims: 2 });
    expect(await w.stored()).not.toHaveProperty("claim_id");
  });

  it("a parked feature is parked again", async () => {
    const feature = job({ type: "feature", status: "running", lease_until: 0, parked_since: noon, wake_at: noon + 9 });
    const w = world(feature);
    slowClaims(w);
    const slow = expect(runJob(w, ok, aMessage(feature), { policy: decisionPolicy })).rejects.toThrow("too late");
    await w.clock.advance(12_000);
    await slow;
    expect(await w.stored()).toMatchObject({ status: "running", lease_until: 0, claims: 0, wake_at: noon + 9 });
    expect(await w.stored()).not.toHaveProperty("claim_id");
  });

  it("what was cancelled meanwhile stays cancelled", async () => {
    const due = job();
    const w = world(due);
    const { claim } = w.jobs;
    w.jobs.claim = async (...what) => {
      const answer = await claim(...what);
      await w.clock.sleep(12_000);
      await w.jobs.replace(cancelled((await w.stored()) as Job, noon, "by request"));
      return answer;
    };
    const slow = expect(w.run(ok)).rejects.toThrow("too late");
    await w.clock.advance(12_000);
    await slow;
    expect(await w.stored()).toMatchObject({ status: "cancelled", reason: "by request" });
  });
});
