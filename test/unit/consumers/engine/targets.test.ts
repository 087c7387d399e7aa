import { runJob } from "../../../../lambdas/consumers/engine/run-job.ts";
import { makeTargetHealth } from "../../../../lambdas/consumers/engine/targets/health.ts";
import { registry } from "../../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../../lambdas/core/catalog/job-type.ts";
import type { Job } from "../../../../lambdas/core/job/job.ts";
import { JobError, type JobErrorCode } from "../../../../lambdas/core/job/job-error.ts";
import type { Execution } from "../../../../lambdas/core/operations/execution.ts";
import { aJob, aMessage } from "../../../support/builders.ts";
import { fakeServices } from "../../../support/fakes/services.ts";

const app = {
  envs: { dev: { base_url: "https://a.example" } },
  actions: {
    send: { method: "POST", path: "/m" },
    look: { method: "GET", path: "/m" },
    ping: { method: "GET", path: "/p" },
  },
};

const failing =
  (code: JobErrorCode, options: ConstructorParameters<typeof JobError>[2] = {}) =>
  () => {
    throw new JobError(code, "it failed.", options);
  };
const down = failing("SERVICE_UNAVAILABLE", { nothingDone: true });
const hanging = ({ signal }: Execution) =>
  new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

type Behaviour = (execution: Execution) => unknown;

/** Jobs of a group of `a` and `b`, each with what calling it does. */
function world({
  group = { fallback: ["a", "b"] } as unknown,
  action = "send",
  connect = (_host: string, _port: number, _signal: AbortSignal): Promise<void> => Promise.resolve(),
  ...behaviours
}: { group?: unknown; action?: string; connect?: Parameters<typeof makeTargetHealth>[0] } & Partial<
  Record<"a" | "b", Behaviour>
>) {
  const product = {
    tag: "shop",
    envs: ["dev"],
    jobs: { notify: { type: "action", app: "any", action } },
    apps: { a: app, b: app, any: group },
  } as Product;
  const services = fakeServices({ catalog: makeCatalog([product], registry) });
  const calls: string[] = [];
  const executions: Execution[] = [];
  const execute = async (execution: Execution) => {
    const name = String(execution.event.app);
    const isCheck = execution.event.action !== action;
    calls.push(isCheck ? `check ${name}` : name);
    executions.push(execution);
    return behaviours[name as "a" | "b"]?.(execution) ?? { by: name };
  };
  const health = makeTargetHealth(connect);
  let count = 0;
  /** Runs an attempt of a new job, or of one that waits again. */
  async function run(overrides: Partial<Job> = {}) {
    const id = overrides.id ?? `job_0198c2f4-7a6e-7b3c-9d1e-${String(count++).padStart(12, "0")}`;
    const due_at = services.clock.now();
    const job = aJob({ product: "shop", env: "dev", event: "notify", due_at, ...overrides, id });
    if (!(await services.jobs.get(id))) await services.jobs.create(job);
    calls.length = 0;
    await runJob(services, execute, aMessage(job), { random: () => 0.5, health });
    return (await services.jobs.get(id)) as Job;
  }
  const measured = () => services.log.lines.filter(({ message }) => message === "target called");
  return { ...services, calls, executions, run, measured };
}

describe("a fallback", () => {
  test("whose first target works calls no other, and says which it was", async () => {
    const { run, calls } = world({});
    const { status, result, attempts } = await run();
    expect([status, result, calls]).toEqual(["completed", { inline: { by: "a" } }, ["a"]]);
    expect(attempts).toMatchObject([{ outcome: "completed", target: { name: "a" } }]);
    expect(attempts[0]?.target).toEqual({ name: "a" });
  });

  test("whose first target is unavailable goes to the next within the attempt", async () => {
    const { run, calls, measured } = world({ a: down });
    const { status, attempts } = await run();
    expect([status, calls]).toEqual(["completed", ["a", "b"]]);
    expect(attempts).toHaveLength(1);
    expect(attempts[0]?.target).toEqual({ name: "b", tried: [{ name: "a", code: "SERVICE_UNAVAILABLE" }] });
    expect(measured().map((line) => line.measured)).toEqual([
      { values: { target_calls: 1, target_failures: 1 }, of: { target: "apps.a", product: "shop" } },
      { values: { target_calls: 1, target_failures: 0 }, of: { target: "apps.b", product: "shop" } },
    ]);
  });

  test("gives every target the same idempotency key, its entry, and the progress so far", async () => {
    const { run, executions } = world({
      a: failing("SERVICE_UNAVAILABLE", { nothingDone: true, progress: { sent: ["x"] } }),
    });
    await run();
    const [first, second] = executions;
    expect(second?.idempotencyKey).toBe(first?.idempotencyKey);
    expect([first?.progress, second?.progress]).toEqual([undefined, { sent: ["x"] }]);
    expect([first?.event.app, second?.event.app]).toEqual(["a", "b"]);
    expect(first?.target).toEqual(app);
  });

  test("fails with the last target's error, and says how many were tried", async () => {
    const { run } = world({
      a: down,
      b: failing("CONNECTION_ERROR", { nothingDone: true, providerCode: "ECONNREFUSED" }),
    });
    const { status, attempts, attempt } = await run();
    expect([status, attempt]).toEqual(["scheduled", 2]);
    expect(attempts[0]).toMatchObject({
      error: {
        code: "CONNECTION_ERROR",
        provider_code: "ECONNREFUSED",
        message: "it failed. 2 targets were tried: a: SERVICE_UNAVAILABLE, b: CONNECTION_ERROR.",
      },
      target: { name: "b", tried: [{ name: "a", code: "SERVICE_UNAVAILABLE" }] },
    });
  });

  test("is retried if any of its targets may be back", async () => {
    const { run } = world({ a: down, b: failing("UNAUTHORIZED", { nothingDone: true }) });
    const { status, attempts } = await run();
    expect(status).toBe("scheduled");
    expect(attempts[0]?.error).toMatchObject({ code: "UNAUTHORIZED", retryable: true });
  });

  test.each<[JobErrorCode, object]>([
    ["VALIDATION_ERROR", {}],
    ["TIMEOUT", {}],
    ["CONNECTION_ERROR", { providerCode: "ECONNRESET" }],
    ["SERVICE_UNAVAILABLE", {}],
    ["RATE_LIMITED", { retryAfterMs: 1000 }],
    ["UNAUTHORIZED", {}],
    ["PROVIDER_ERROR", {}],
  ])("does not repeat what may have been done: %s %o", async (code, options) => {
    const { run, calls } = world({ a: failing(code, options) });
    const { attempts } = await run({ retry_policy: { ...aJob().retry_policy, non_retryable_errors: [code] } });
    expect(calls).toEqual(["a"]);
    expect(attempts[0]).toMatchObject({ error: { code, message: "it failed." }, target: { name: "a" } });
  });

  test("stops at an unexpected error", async () => {
    const { run, calls } = world({
      a: () => {
        throw new TypeError("x is undefined");
      },
    });
    expect((await run()).attempts[0]).toMatchObject({ error: { code: "PROVIDER_ERROR" }, target: { name: "a" } });
    expect(calls).toEqual(["a"]);
  });

  test("repeats a harmless action", async () => {
    const { run, calls } = world({ action: "look", a: failing("TIMEOUT") });
    expect((await run()).status).toBe("completed");
    expect(calls).toEqual(["a", "b"]);
  });

  test("goes on after the codes that the group names", async () => {
    const { run, calls } = world({
      group: { fallback: ["a", "b"], on: ["PROVIDER_ERROR"] },
      a: failing("PROVIDER_ERROR"),
    });
    expect((await run()).status).toBe("completed");
    expect(calls).toEqual(["a", "b"]);
  });
});

describe("the Retry-After", () => {
  const limited = (retryAfterMs: number) => failing("RATE_LIMITED", { retryAfterMs, nothingDone: true });

  test("of one target does not put the job off while another works", async () => {
    const { run, calls } = world({ a: limited(600_000) });
    expect((await run()).status).toBe("completed");
    expect(calls).toEqual(["a", "b"]);
  });

  test("of all targets puts the job off until the first one is back", async () => {
    const { run, clock } = world({ a: limited(600_000), b: limited(20_000) });
    const { due_at, attempts, snoozes } = await run();
    expect([due_at, attempts, snoozes?.count]).toEqual([clock.now() + 20_000, [], 1]);
  });

  test("of the last target does not put the job off if another is back sooner", async () => {
    const { run, clock } = world({ a: down, b: limited(600_000) });
    const { due_at, attempt } = await run();
    expect(attempt).toBe(2);
    expect(due_at - clock.now()).toBeLessThan(60_000);
  });
});

describe("a slow target of a fallback", () => {
  test("is left at the group's limit if its work may be repeated", async () => {
    const { run, calls, clock } = world({
      group: { fallback: ["a", "b"], timeout_ms: 2000 },
      action: "look",
      a: hanging,
    });
    const ran = run();
    await clock.advance(2000);
    expect((await ran).attempts[0]?.target).toEqual({ name: "b", tried: [{ name: "a", code: "TIMEOUT" }] });
    expect(calls).toEqual(["a", "b"]);
  });

  test("is left at the attempt's timeout, and the next attempt begins with another", async () => {
    const { run, calls, clock } = world({ a: hanging });
    const ran = run({ timeout_ms: 5000 });
    await clock.advance(5000);
    const job = await ran;
    expect(job.attempts[0]).toMatchObject({ error: { code: "TIMEOUT" }, target: { name: "a" } });
    await clock.advance(job.due_at - clock.now());
    const { attempts } = await run(job);
    expect(calls).toEqual(["b"]);
    expect(attempts[1]?.target).toEqual({ name: "b", left_out: ["a"] });
  });

  test("has the rest of the attempt if it is the last one", async () => {
    const { run, clock } = world({ group: { fallback: ["a", "b"], timeout_ms: 2000 }, a: down, b: hanging });
    const ran = run({ timeout_ms: 5000 });
    await clock.advance(4999);
    await clock.advance(1);
    expect((await ran).attempts[0]?.error?.message).toBe("The attempt took longer than its timeout of 5000 ms.");
  });
});

describe("the progress of a target whose time is over", () => {
  /** Reaches two recipients at once, and says so once it is stopped. */
  const says = ({ signal }: Execution) =>
    new Promise<never>((_, reject) => {
      const error = () => new JobError("PROVIDER_ERROR", "stopped", { progress: { sent: ["x", "y"] } });
      signal.addEventListener("abort", () => setImmediate(() => reject(error())));
    });
  const group = (on?: JobErrorCode[]) => ({ fallback: ["a", "b"], timeout_ms: 2000, ...(on && { on }) });
  const later = async (clock: { advance: (ms: number) => Promise<void> }, ms: number) => {
    await clock.advance(ms);
    await new Promise(setImmediate);
  };

  test("is known to the next target", async () => {
    const { run, executions, clock } = world({ group: group(["TIMEOUT"]), a: says });
    const ran = run();
    await later(clock, 2000);
    expect((await ran).attempts[0]?.target).toEqual({ name: "b", tried: [{ name: "a", code: "TIMEOUT" }] });
    expect(executions.map(({ progress }) => progress)).toEqual([undefined, { sent: ["x", "y"] }]);
  });

  test("is known to the next attempt, if no other target may be tried", async () => {
    const { run, clock } = world({ group: group(), a: says });
    const ran = run();
    await later(clock, 2000);
    const { progress, attempts } = await ran;
    expect([attempts[0]?.error?.code, progress]).toEqual(["TIMEOUT", { inline: { sent: ["x", "y"] } }]);
  });

  test("is known to the next attempt, if the target was the last one", async () => {
    const a = failing("RATE_LIMITED", { nothingDone: true, progress: { sent: ["x"] } });
    const { run, clock } = world({ a, b: hanging });
    const ran = run({ timeout_ms: 5000 });
    await clock.advance(5000);
    const { progress, attempts } = await ran;
    expect([attempts[0]?.error?.code, progress]).toEqual(["TIMEOUT", { inline: { sent: ["x"] } }]);
  });

  test("is waited for half a second at most", async () => {
    const { run, clock } = world({ group: group(["TIMEOUT"]), a: () => new Promise(() => {}) });
    const ran = run();
    await clock.advance(2000);
    await clock.advance(500);
    expect((await ran).attempts[0]?.target?.name).toBe("b");
  });

  test("every target knows how long it has", async () => {
    const { run, executions, clock } = world({ group: group(), a: down });
    const begun = clock.now();
    await run({ timeout_ms: 5000 });
    expect(executions.map(({ deadline }) => deadline - begun)).toEqual([2000, 5000]);
  });
});

describe("a target that has failed", () => {
  test("is left out for a minute by its process", async () => {
    let isDown = true;
    const { run, calls, clock } = world({ a: () => (isDown ? down() : { by: "a" }) });
    await run();
    isDown = false;
    await clock.advance(59_999);
    expect((await run()).attempts[0]?.target).toEqual({ name: "b", left_out: ["a"] });
    expect(calls).toEqual(["b"]);
    await clock.advance(1);
    await run();
    expect(calls).toEqual(["a"]);
  });

  test("is used last if all others fail", async () => {
    let bIsDown = false;
    const { run, calls } = world({ a: down, b: () => (bIsDown ? down() : {}) });
    await run();
    bIsDown = true;
    const { attempts } = await run();
    expect(calls).toEqual(["b", "a"]);
    expect(attempts[0]?.target).toEqual({ name: "a", tried: [{ name: "b", code: "SERVICE_UNAVAILABLE" }] });
  });

  test("is not left out for refusing an input", async () => {
    const { run, calls } = world({ a: failing("VALIDATION_ERROR") });
    await run();
    await run();
    expect(calls).toEqual(["a"]);
  });
});

describe("a healthcheck", () => {
  const tcp = { fallback: [{ use: "a", healthcheck: { tcp: "a.example:443", every: "10s" } }, "b"] };

  test("that fails leaves the target out, and is asked once per period", async () => {
    let asked = 0;
    const connect = async (host: string, port: number) => {
      asked++;
      expect([host, port]).toEqual(["a.example", 443]);
      throw new Error("refused");
    };
    const { run, calls, clock } = world({ group: tcp, connect });
    expect((await run()).attempts[0]?.target).toEqual({ name: "b", left_out: ["a"] });
    await clock.advance(9_999);
    await run();
    expect([calls, asked]).toEqual([["b"], 1]);
    await clock.advance(1);
    await run();
    expect(asked).toBe(2);
  });

  test("that passes brings a target back before its minute is over", async () => {
    let isDown = true;
    const { run, calls, clock } = world({ group: tcp, a: () => (isDown ? down() : {}) });
    await run();
    isDown = false;
    await clock.advance(10_000);
    await run();
    expect(calls).toEqual(["a"]);
  });

  test("that hangs holds the job up for a second only", async () => {
    const connect = () => new Promise<void>(() => {});
    const { run, calls, clock } = world({ group: tcp, connect });
    const ran = run();
    await clock.advance(1000);
    expect((await ran).status).toBe("completed");
    expect(calls).toEqual(["b"]);
  });

  test("without a place for the env checks nothing", async () => {
    const connect = () => Promise.reject(new Error("must not be asked"));
    const group = { fallback: [{ use: "a", healthcheck: { tcp: { prd: "a.example:443" } } }, "b"] };
    const { run, calls } = world({ group, connect });
    await run();
    expect(calls).toEqual(["a"]);
  });

  test("may be an action, which is run without an input", async () => {
    const group = { fallback: [{ use: "a", healthcheck: { action: "ping" } }, "b"] };
    const { run, calls, executions } = world({
      group,
      a: ({ event }) => (event.action === "ping" ? down() : {}),
    });
    await run();
    expect(calls).toEqual(["check a", "b"]);
    expect(executions[0]).toMatchObject({
      input: {},
      event: { type: "action", app: "a", action: "ping" },
      target: app,
    });
  });
});

test("a quota begins with the target that the job's id chooses", async () => {
  const group = {
    quota: [
      { use: "a", weight: 1 },
      { use: "b", weight: 1 },
    ],
  };
  const { run, calls } = world({ group });
  const first = new Set<string>();
  for (let i = 0; i < 20; i++) {
    await run();
    first.add(calls.join());
  }
  expect(first).toEqual(new Set(["a", "b"]));
});

test("a job whose event names a single target has no record of targets", async () => {
  const { run, measured } = world({ group: app });
  expect(Object.keys((await run()).attempts[0] ?? {})).not.toContain("target");
  expect(measured()).toEqual([]);
});
