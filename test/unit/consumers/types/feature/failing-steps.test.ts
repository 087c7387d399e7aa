import { JobError } from "../../../../../lambdas/core/job/job-error.ts";
import { changeJob, deleteJob, retry } from "../../../../../lambdas/core/operations/change-job.ts";
import { noon } from "../../../../support/builders.ts";
import { stepsOf, featureWorld as world } from "../../../../support/feature-world.ts";

describe("a step that fails", () => {
  const broken = () => {
    throw new JobError("NOT_FOUND", "The API answered 404.", { providerCode: "no_such_card" });
  };

  it("fails the feature, whose open steps are cancelled", async () => {
    const { run, jobs, scheduler } = world(
      {
        onboard: {
          sequences: {
            main: [
              { event: "charge", input: {} },
              { event: "mail", input: {} },
            ],
            side: [{ event: "create", input: {}, delay: 3_600_000 }],
          },
        },
      },
      { charge: broken },
    );
    const job = await run();
    expect(job).toMatchObject({
      status: "failed",
      error: {
        code: "NOT_FOUND",
        message: "Step main.charge failed: The API answered 404.",
        provider_code: "no_such_card",
      },
    });
    const inline = stepsOf(job);
    expect(inline).toMatchObject({
      "main.charge": { status: "failed", error: { provider_code: "no_such_card" } },
      "side.create": { status: "cancelled" },
    });
    expect(inline).not.toHaveProperty("main.mail");
    expect(await jobs.get(inline["side.create"]?.job_id ?? "")).toMatchObject({
      status: "cancelled",
      reason: "its feature failed",
    });
    expect(scheduler.schedules.size).toBe(0);
  });

  it("leaves its feature running with allow_fail; references to its result get none", async () => {
    const { run, ran } = world(
      {
        onboard: {
          sequences: {
            main: [
              { event: "charge", input: {}, allow_fail: true },
              { event: "mail", input: { body: { charge: "$Sequence{main}{charge}{body}{id}", name: "x" } } },
            ],
          },
        },
      },
      { charge: broken },
    );
    expect(await run()).toMatchObject({ status: "completed" });
    expect(ran.at(-1)).toEqual({ event: "mail", input: { body: { name: "x" } } });
  });

  it("is retried by its own count first", async () => {
    let tries = 0;
    const { run } = world(
      {
        onboard: {
          sequences: { main: [{ event: "charge", input: {}, retries: 2, retry_config: { initial_delay: 1 } }] },
        },
      },
      {
        charge: () => {
          if (++tries < 3) throw new JobError("SERVICE_UNAVAILABLE", "busy");
          return { ok: true };
        },
      },
    );
    expect(await run()).toMatchObject({ status: "completed" });
    expect(tries).toBe(3);
  });

  it("says which field of the piped input its event refuses, and no value", async () => {
    const { run } = world({
      onboard: { sequences: { main: [{ event: "create", input: { body: "$Input{secret}" } }] } },
    });
    const job = await run("onboard", { secret: "s3cret" });
    expect(job).toMatchObject({
      status: "failed",
      error: { code: "VALIDATION_ERROR", message: expect.stringContaining("/input/body ") },
    });
    expect(stepsOf(job)["main.create"]).toMatchObject({ status: "failed", finished_at: noon });
    expect(JSON.stringify([job?.error, job?.progress])).not.toContain("s3cret");
  });

  it("on the spot cancels what the same decision has started", async () => {
    const later = { event: "create", input: {}, delay: 3_600_000 };
    const refused = { event: "charge", input: { body: "$Input{n}" }, depends_on: [] };
    const w = world({ onboard: { sequences: { main: [later, refused] } } });
    expect(await w.run("onboard", { n: "x" })).toMatchObject({ status: "failed" });
    expect(w.jobs.all().map(({ event, status }) => `${event} ${status}`)).toEqual([
      "onboard failed",
      "create cancelled",
    ]);
  });

  it("fails at once if an operator gets a wrong value", async () => {
    const { run, ran } = world({
      onboard: { sequences: { main: [{ event: "create", input: { body: { n: "$Add($Input{n})" } } }] } },
    });
    expect(await run("onboard", { n: "x" })).toMatchObject({ status: "failed", error: { code: "VALIDATION_ERROR" } });
    expect(ran).toEqual([]);
  });
});

describe("a retried feature", () => {
  it("tries its failed steps again and keeps what has completed", async () => {
    let broken = true;
    const w = world(
      {
        onboard: {
          sequences: {
            main: [
              { event: "create", input: {} },
              { event: "charge", input: {} },
              { event: "mail", input: {} },
            ],
          },
        },
      },
      {
        charge: () => {
          if (broken) throw new JobError("NOT_FOUND", "no account");
          return { ok: true };
        },
      },
    );
    const id = await w.start();
    await w.settle();
    expect(await w.jobs.get(id)).toMatchObject({ status: "failed" });
    broken = false;
    await changeJob(w, id, retry(0));
    await w.settle();
    expect(await w.jobs.get(id)).toMatchObject({ status: "completed", attempt: 2 });
    expect(w.ran.map(({ event }) => event)).toEqual(["create", "charge", "charge", "mail"]);
  });

  it.each([
    ["", false],
    [", its job deleted too", true],
  ])("leaves a failed step with allow_fail unchanged%s", async (_, deleted) => {
    let broken = true;
    const w = world(
      {
        onboard: {
          sequences: {
            main: [
              { event: "create", input: {}, allow_fail: true },
              { event: "charge", input: {} },
            ],
          },
        },
      },
      {
        create: () => {
          throw new JobError("NOT_FOUND", "nobody");
        },
        charge: () => {
          if (broken) throw new JobError("NOT_FOUND", "no account");
          return { ok: true };
        },
      },
    );
    const id = await w.start();
    await w.settle();
    broken = false;
    if (deleted) await deleteJob(w, stepsOf(await w.jobs.get(id))["main.create"]?.job_id ?? "");
    await changeJob(w, id, retry(0));
    await w.settle();
    expect(await w.jobs.get(id)).toMatchObject({ status: "completed", attempt: 2 });
    expect(w.ran.map(({ event }) => event)).toEqual(["create", "charge", "charge"]);
  });
});
