import { runJob } from "../../../../lambdas/consumers/engine/run-job.ts";
import type { Job } from "../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import type { Execute } from "../../../../lambdas/core/operations/execution.ts";
import type { JobStore } from "../../../../lambdas/core/ports/job-store.ts";
import { aMessage, noon } from "../../../support/builders.ts";
import { throttled } from "../../../support/fakes/failures.ts";
import { job, ok, world } from "./world.ts";

const minute = 60_000;

/** Counts the calls of an executor. */
function counted(execute: Execute = ok) {
  const counted = Object.assign(
    (async (execution) => {
      counted.calls++;
      return execute(execution);
    }) satisfies Execute as Execute & { calls: number },
    { calls: 0 },
  );
  return counted;
}

type World = ReturnType<typeof world>;

/** The first `times` answers of a method are lost, after it has taken effect. */
function losing<Name extends "claim" | "replace" | "get">({ jobs }: World, name: Name, times: number) {
  const method = jobs[name] as (...args: unknown[]) => Promise<unknown>;
  let left = times;
  jobs[name] = (async (...args: unknown[]) => {
    const answer = await method(...args);
    if (left-- > 0) throw throttled();
    return answer;
  }) as JobStore[Name] & World["jobs"][Name];
}

/** Delivers the job's message each minute until the job has ended. */
async function deliver({ run, stored, clock }: World, execute: Execute) {
  for (let i = 0; i < 60 && (await stored())?.finished_at === undefined; i++) {
    const now = (await stored()) as Job;
    const delivered = run(execute, aMessage(now)).catch(() => {});
    await clock.advance(minute);
    await delivered;
  }
  return stored();
}

describe("a claim whose answer is lost", () => {
  it.each([1, 3, 20])("%i times in a row runs the job once, without a crash", async (times) => {
    const w = world(job({ retries: 20 }));
    losing(w, "claim", times);
    const execute = counted();
    expect(await deliver(w, execute)).toMatchObject({ status: "completed", attempts: [{ attempt: 1 }] });
    expect((await w.stored())?.attempts[0]).not.toHaveProperty("crashes");
    expect(execute.calls).toBe(1);
  });

  it("is found, and its job runs without another message", async () => {
    const w = world(job());
    losing(w, "claim", 1);
    await w.run(ok);
    expect(await w.stored()).toMatchObject({ status: "completed", attempts: [{ attempt: 1 }] });
  });

  it("that cannot be found is no crash, however often", async () => {
    const w = world(job({ retries: 0 }));
    const { claim, get } = w.jobs;
    const execute = counted();
    for (let i = 0; i < 7; i++) {
      losing(w, "claim", 1);
      w.jobs.get = () => Promise.reject(throttled());
      const lost = expect(w.run(execute)).rejects.toThrow("throttled");
      await w.clock.advance(minute);
      await lost;
      Object.assign(w.jobs, { claim, get });
      expect(await w.stored()).toMatchObject({ status: "running", claims: i + 1 });
      await w.clock.advance(2 * minute);
    }
    expect(execute.calls).toBe(0);
    await w.run(execute);
    expect(await w.stored()).toMatchObject({ status: "completed" });
    expect(execute.calls).toBe(1);
  });

  it("that another consumer has taken over is left alone", async () => {
    const w = world(job());
    const { claim } = w.jobs;
    w.jobs.claim = async (message, request) => {
      await claim(message, request);
      await w.jobs.replace({ ...((await w.stored()) as Job), claim_id: "another", version: 3 });
      throw throttled();
    };
    const execute = counted();
    await expect(w.run(execute)).rejects.toThrow("throttled");
    expect(execute.calls).toBe(0);
    expect(await w.stored()).toMatchObject({ status: "running", claim_id: "another" });
  });
});

describe("an attempt that crashes", () => {
  /** A process that dies takes the attempt with it: nothing is ever written of it. */
  async function crash(w: World, execute: Execute) {
    const { replace } = w.jobs;
    let isDead = false;
    w.jobs.replace = (...args) => (isDead ? new Promise(() => {}) : replace(...args));
    void w.run(async (execution) => {
      isDead = true;
      return execute(execution);
    });
    await w.clock.advance(1);
    w.jobs.replace = replace;
    await w.clock.advance(10 * minute);
  }

  it("three times fails the job for good", async () => {
    const w = world(job({ retries: 5 }));
    const execute = counted();
    for (let i = 0; i < 3; i++) await crash(w, execute);
    await w.run(execute);
    expect(execute.calls).toBe(3);
    expect(await w.stored()).toMatchObject({
      status: "failed",
      error: { code: "CRASHED" },
      attempts: [{ crashes: 3 }],
    });
  });

  it("counts only if it had started", async () => {
    const w = world(job({ retries: 5 }));
    const execute = counted();
    const { claim, get } = w.jobs;
    await crash(w, execute);
    for (let i = 0; i < 5; i++) {
      losing(w, "claim", 1);
      w.jobs.get = () => Promise.reject(throttled());
      const lost = expect(w.run(execute)).rejects.toThrow("throttled");
      await w.clock.advance(10 * minute);
      await lost;
      Object.assign(w.jobs, { claim, get });
    }
    await crash(w, execute);
    await w.run(execute);
    expect(execute.calls).toBe(3);
    expect(await w.stored()).toMatchObject({ status: "completed", attempts: [{ crashes: 2 }] });
    expect(await w.stored()).not.toHaveProperty("begun_claims");
  });

  it("is not started if its start cannot be noted", async () => {
    const w = world(job({ status: "running", claims: 1, claim_id: "dead", lease_until: noon - 1 }));
    const { replace } = w.jobs;
    w.jobs.replace = async (next, id) => {
      if (next.begun_claims) throw throttled();
      return replace(next, id);
    };
    const execute = counted();
    const failed = expect(w.run(execute)).rejects.toThrow("throttled");
    await w.clock.advance(minute);
    await failed;
    expect(execute.calls).toBe(0);
    expect(await w.stored()).toMatchObject({ status: "running", lease_until: 0, claims: 1 });
    expect(await w.stored()).not.toHaveProperty("begun_claims");
  });
});

describe("an outcome that AWS does not take at once", () => {
  it("is written later, without another run of the job", async () => {
    const w = world(job({ retries: 0 }));
    const { replace } = w.jobs;
    let refused = 0;
    w.jobs.replace = async (...args) => {
      if (refused++ < 12) throw throttled();
      return replace(...args);
    };
    const execute = counted();
    const running = w.run(execute);
    await w.clock.advance(30_000);
    await running;
    expect(await w.stored()).toMatchObject({ status: "completed", attempts: [{ attempt: 1 }] });
    expect(execute.calls).toBe(1);
  });

  it("is recognised if only the answer was lost", async () => {
    const w = world(job({ retries: 3 }));
    losing(w, "replace", 1);
    const failing = counted(() => Promise.reject(new JobError("TIMEOUT", "late")));
    const running = w.run(failing);
    await w.clock.advance(5000);
    await running;
    expect(await w.stored()).toMatchObject({ status: "scheduled", attempt: 2 });
    expect(w.queue.sent).toMatchObject([{ message: { attempt: 2 } }]);
  });

  it("has its lease extended while the result cannot be stored", async () => {
    const w = world(job({ timeout_ms: 1000, retries: 0 }));
    const { put } = w.blobs;
    w.blobs.put = () => Promise.reject(throttled());
    const execute = counted(async () => "x".repeat(5000));
    const running = w.run(execute);
    await w.clock.advance(40_000);
    // The lease was a second and twenty.
    await w.run(execute);
    expect(execute.calls).toBe(1);
    w.blobs.put = put;
    await w.clock.advance(10_000);
    await running;
    expect(await w.stored()).toMatchObject({ status: "completed", result: { bytes: 5002 } });
  });

  it("is written without its result if that can never be stored", async () => {
    const w = world(job({ retries: 3 }));
    w.blobs.put = () => Promise.reject(throttled());
    const execute = counted(async () => "x".repeat(5000));
    const running = w.run(execute);
    await w.clock.advance(5 * minute);
    await running;
    expect(await w.stored()).toMatchObject({ status: "completed", result: { inline: { result_lost: true } } });
    expect(execute.calls).toBe(1);
  });

  it("fails for good if its progress cannot be stored", async () => {
    const w = world(job({ retries: 3 }));
    w.blobs.put = () => Promise.reject(throttled());
    const progress = { reached: "x".repeat(5000) };
    const running = w.run(() => Promise.reject(new JobError("TIMEOUT", "late", { progress })));
    await w.clock.advance(5 * minute);
    await running;
    expect(await w.stored()).toMatchObject({ status: "failed", error: { code: "TIMEOUT", retryable: false } });
    expect((await w.stored())?.error?.message).toContain("could not be stored");
  });

  it("is given up with its lease, whose end counts as a crash", async () => {
    const w = world(job());
    w.jobs.replace = () => Promise.reject(throttled());
    const failed = expect(w.run(ok)).rejects.toThrow("throttled");
    await w.clock.advance(5 * minute);
    await failed;
    expect(await w.stored()).toMatchObject({ status: "running", claims: 1 });
  });
});

describe("with 60 % of all calls of the store failing, before or after their effect", () => {
  it("all jobs complete, and at most one of a thousand runs twice", async () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed / 2_147_483_648;
    };
    const jobs = Array.from({ length: 1000 }, () => job({ retries: 0, timeout_ms: 30_000 }));
    const w = world(...jobs);
    const flaky = Object.fromEntries(
      (["get", "claim", "replace"] as const).map((name) => {
        const method = w.jobs[name] as (...args: unknown[]) => Promise<unknown>;
        const call = async (...args: unknown[]) => {
          const drawn = random();
          if (drawn < 0.3) throw throttled();
          const answer = await method(...args);
          if (drawn < 0.6) throw throttled();
          return answer;
        };
        return [name, call];
      }),
    ) as Partial<JobStore>;
    const services = { ...w, jobs: { ...w.jobs, ...flaky } };
    const runs = new Map<string, number>();
    const execute: Execute = async (execution) => {
      runs.set(execution.job.id, (runs.get(execution.job.id) ?? 0) + 1);
    };
    for (let round = 0; round < 12; round++) {
      const open = jobs.map(({ id }) => w.jobs.peek(id) as Job).filter(({ finished_at }) => finished_at === undefined);
      const all = Promise.all(open.map((one) => runJob(services, execute, aMessage(one)).catch(() => {})));
      await w.clock.advance(2 * minute);
      await all;
    }
    expect(jobs.map(({ id }) => w.jobs.peek(id)?.status).filter((status) => status !== "completed")).toEqual([]);
    expect([...runs.values()].filter((times) => times > 1).length).toBeLessThanOrEqual(1);
    expect(runs.size).toBe(1000);
  });
});
