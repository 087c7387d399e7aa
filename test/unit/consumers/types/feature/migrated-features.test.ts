import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import { JobError } from "../../../../../lambdas/core/job/job-error.ts";
import { afterClaim } from "../../../../../lambdas/core/job/transitions.ts";
import { RequestError } from "../../../../../lambdas/core/kernel/request-error.ts";
import { approvalLinks } from "../../../../../lambdas/core/operations/approval-links.ts";
import { cancel, changeJob, retry } from "../../../../../lambdas/core/operations/change-job.ts";
import { findApproval } from "../../../../../lambdas/core/operations/decide-approval.ts";
import { migrateJob } from "../../../../../lambdas/core/operations/migrate-job.ts";
import { viewOf } from "../../../../../lambdas/core/queries/view.ts";
import { aJob, noon } from "../../../../support/builders.ts";
import { type Actions, call, featureWorld, stepsOf } from "../../../../support/feature-world.ts";

const hour = 3_600_000;

/** `charge` follows `create` after an hour. */
const before: FeatureTarget = {
  sequences: { main: [{ event: "create" }, { event: "charge", delay: hour }] },
  output: { of: "before" },
};
/** With a third step, and another output. */
const longer: FeatureTarget = {
  sequences: { main: [{ event: "create" }, { event: "charge" }, { event: "mail" }] },
  output: { of: "longer" },
};

/** A run that is between two decisions, when another catalog is deployed: `create` has ended, and `charge` is due in an hour. */
async function parkedRun(deployed: FeatureTarget, actions: Actions = {}) {
  const world = featureWorld({ onboard: before }, actions);
  const id = (await world.run())?.id ?? "";
  world.deploy({ onboard: deployed });
  return { ...world, id, ...actionsOf(world, id) };
}

const actionsOf = (world: ReturnType<typeof featureWorld>, id: string) => ({
  /** Lets the time of what the Scheduler has come, and all that follows happen. */
  async goOn() {
    await world.settle();
    for (const { type, message } of world.scheduler.schedules.values())
      await world.queue.send(type, message, { delaySeconds: 0, group: "shop:dev" });
    world.scheduler.schedules.clear();
    await world.settle();
  },
  feature: async () => {
    const job = await world.jobs.get(id);
    if (!job) throw new Error("there is no job");
    return job;
  },
  migrate: async (dryRun = false) => {
    const job = await world.jobs.get(id);
    if (!job) throw new Error("there is no job");
    return migrateJob(world.services, job, { caller: { actor: "k:deployed" }, dryRun });
  },
});

const problemOf = (promise: Promise<unknown>): Promise<RequestError> =>
  promise.then(
    () => {
      throw new Error("it was not refused");
    },
    (error) => {
      if (error instanceof RequestError) return error;
      throw error;
    },
  );

describe("a run that is moved to the present definition", () => {
  it("goes on by it: what has begun is not run again, and what is new runs", async () => {
    const world = await parkedRun(longer);
    const { definition } = await world.feature();
    expect(await world.migrate()).toMatchObject({
      from: definition,
      steps: [
        { step: "main.create", action: "kept", status: "completed" },
        { step: "main.charge", action: "kept", status: "scheduled", changed: ["delay"] },
        { step: "main.mail", action: "new", status: "not_started" },
      ],
    });
    await world.goOn();
    expect(world.ran.map(({ event }) => event)).toEqual(["create", "charge", "mail"]);
    const job = await world.feature();
    expect(job).toMatchObject({ status: "completed", result: { inline: { of: "longer" } } });
    expect(job.definition).not.toBe(definition);
    expect((await viewOf(world.services, job, noon)).definition).toMatchObject({ current: true });
  });

  it("is woken at once, and starts what the present definition has ready", async () => {
    const beside: FeatureTarget = { sequences: { ...before.sequences, side: [{ event: "mail" }] } };
    const world = await parkedRun(beside);
    await world.migrate();
    const sent = world.queue.sent.filter(({ type }) => type === "feature");
    expect(sent).toMatchObject([{ message: { job_id: world.id }, delaySeconds: 0 }]);
    expect(await world.feature()).toMatchObject({ wake_at: world.clock.now() });
    await world.settle();
    expect(world.ran.map(({ event }) => event)).toEqual(["create", "mail"]);
  });

  it("is woken by the reconciler if SQS refuses the message", async () => {
    const world = await parkedRun(longer);
    Object.assign(world.queue, { send: () => Promise.reject(new Error("SQS is down")) });
    await world.migrate();
    expect(await world.feature()).toMatchObject({ wake_at: world.clock.now(), lease_until: 0 });
  });

  it("is changed by nothing in a dry run", async () => {
    const world = await parkedRun(longer);
    const job = await world.feature();
    const messages = world.queue.sent.length;
    const { to, steps } = await world.migrate(true);
    expect(steps).toHaveLength(3);
    expect(await world.feature()).toEqual(job);
    expect(world.queue.sent).toHaveLength(messages);
    expect(await world.definitions.get(to)).toBeUndefined();
  });

  it("answers the same when it is moved again", async () => {
    const world = await parkedRun(longer);
    await world.migrate();
    const job = await world.feature();
    const again = await world.migrate();
    expect(again.from).toBe(again.to);
    expect(await world.feature()).toEqual(job);
  });

  it("keeps showing a step that has ended and that it has no longer", async () => {
    const world = await parkedRun({ sequences: { main: [{ event: "charge" }, { event: "mail" }] } });
    expect((await world.migrate()).steps).toContainEqual({
      step: "main.create",
      action: "dropped",
      status: "completed",
    });
    await world.goOn();
    const job = await world.feature();
    expect(job.status).toBe("completed");
    expect(stepsOf(job)["main.create"]).toMatchObject({ status: "completed" });
    const { steps, graph } = await viewOf(world.services, job, noon);
    expect(Object.keys(steps ?? {})).toEqual(["main.charge", "main.mail", "main.create"]);
    expect(graph?.map(({ step }) => step)).toEqual(["main.charge", "main.mail"]);
    expect(world.ran.map(({ event }) => event)).toEqual(["create", "charge", "mail"]);
  });

  it("waits no more for what the steps waited for that it has no longer, nor is a decision taken for them", async () => {
    const waits: FeatureTarget = {
      signals: { paid: {} },
      sequences: {
        main: [{ event: "create" }, { step: "allowed", approve: { title: "May it?" } }],
        money: [{ step: "paid", wait: { signal: "paid", key: "A-1" } }],
      },
    };
    const world = featureWorld({ onboard: waits });
    const id = await world.start();
    await world.pass(hour);
    const { approvals, signals } = world.services;
    const [open] = await approvals.list("shop", "dev", 10);
    const address = { product: "shop", env: "dev", signal: "paid", to: { key: "A-1" } };
    expect(await signals.waiters(address, 10)).toHaveLength(1);
    world.deploy({ onboard: { sequences: { main: [{ event: "create" }, { step: "cool", wait: { for: "5d" } }] } } });
    await actionsOf(world, id).migrate();
    await world.pass(hour);
    expect(await approvals.list("shop", "dev", 10)).toEqual([]);
    expect(await signals.waiters(address, 10)).toEqual([]);
    expect(await findApproval(world.services, open?.id ?? "")).toMatchObject({ is: "over", why: "gone on" });
  });

  it("asks anew by an approval that comes back, and takes no decision for the one that was dropped", async () => {
    const asks: FeatureTarget = {
      sequences: {
        main: [
          { event: "create" },
          {
            step: "allowed",
            approve: { title: "May it?", ask: { event: "mail", input: { body: { at: "$Approval{url}" } } } },
          },
        ],
      },
    };
    const world = featureWorld({ onboard: asks });
    const link = () => ({ url: "https://api.example.com", secret: "the/key" });
    Object.assign(world.services, { linkTo: approvalLinks({ resolve: async () => "secret-key" } as never, link) });
    const id = await world.start();
    await world.pass(hour);
    const open = () => world.services.approvals.list("shop", "dev", 10);
    const [first] = await open();
    world.deploy({ onboard: { sequences: { main: [{ event: "create" }, { step: "cool", wait: { for: "5d" } }] } } });
    await actionsOf(world, id).migrate();
    await world.pass(hour);
    world.deploy({ onboard: asks });
    await actionsOf(world, id).migrate();
    await world.pass(hour);
    const [second] = await open();
    expect(second?.id).toBeDefined();
    expect(second?.id).not.toBe(first?.id);
    expect(world.ran.map(({ event }) => event)).toEqual(["create", "mail", "mail"]);
    expect(await findApproval(world.services, first?.id ?? "")).toMatchObject({ is: "over", why: "gone on" });
    expect(await findApproval(world.services, second?.id ?? "")).toMatchObject({ is: "open" });
  });

  it("runs a step that waited before and is a job now", async () => {
    const waits: FeatureTarget = {
      sequences: { main: [{ event: "create" }, { step: "charge", approve: { title: "May it?" } }] },
    };
    const world = featureWorld({ onboard: waits });
    const id = await world.start();
    await world.pass(hour);
    world.deploy({ onboard: { sequences: { main: [{ event: "create" }, { event: "charge" }] } } });
    const { migrate, feature } = actionsOf(world, id);
    expect((await migrate()).steps).toMatchObject([
      { step: "main.create", action: "kept" },
      { step: "main.charge", action: "runs", status: "waiting", changed: ["approve", "event"] },
    ]);
    await world.pass(hour);
    expect(world.ran.map(({ event }) => event)).toEqual(["create", "charge"]);
    expect(await feature()).toMatchObject({ status: "completed" });
    expect(await world.services.approvals.list("shop", "dev", 10)).toEqual([]);
  });

  it.each<[string, FeatureTarget, string]>([
    [
      "begin a step before what it depends on",
      { sequences: { main: [{ event: "create" }, { event: "mail" }, { event: "charge" }] } },
      "main.charge has begun, and would depend on main.mail",
    ],
    [
      "leave a step running that it does not have",
      { sequences: { main: [{ event: "create" }, { event: "mail" }] } },
      "main.charge has begun, and would not be part of the run",
    ],
    [
      "have an input that the feature refuses",
      { ...longer, input: { sku: { type: "string" } } },
      "Its input would be refused: /input/sku",
    ],
  ])("is not moved where it would %s", async (_what, deployed, why) => {
    const world = await parkedRun(deployed);
    const job = await world.feature();
    for (const dryRun of [true, false]) {
      const error = await problemOf(world.migrate(dryRun));
      expect(error.code).toBe("STATE_CONFLICT");
      expect(error.message).toContain(why);
      expect(error.faults).toEqual([{ pointer: "/to", detail: expect.stringContaining(why) }]);
    }
    expect(await world.feature()).toEqual(job);
  });

  it("is not moved during a decision, whose steps it might lose", async () => {
    const world = await parkedRun(longer);
    const claimed = afterClaim(await world.feature(), { claimId: "c", now: noon, leaseMarginMs: 1000 });
    await world.jobs.replace(claimed);
    expect((await problemOf(world.migrate())).message).toContain("a decision of it is under way. Try again.");
    expect(await world.feature()).toMatchObject({ version: claimed.version, definition: claimed.definition });
  });

  it("is planned again if a decision was made meanwhile, which has begun a step", async () => {
    const world = await parkedRun(longer);
    const { replace } = world.jobs;
    let times = 0;
    Object.assign(world.services, {
      jobs: {
        ...world.jobs,
        // The job has changed since it was read, and a decision begins the next time.
        replace: async (...given: Parameters<typeof replace>) => (times++ === 0 ? "lost" : replace(...given)),
      },
    });
    const { steps } = await migrateJob(world.services, await world.feature(), {
      caller: { actor: "k:deployed" },
      dryRun: false,
    });
    expect(times).toBe(2);
    expect(steps).toHaveLength(3);
    expect((await world.feature()).definition).toBeDefined();
  });

  it("fails with its step, which is not lost", async () => {
    const world = await parkedRun(longer, {
      charge: () => {
        throw new JobError("NOT_FOUND", "The API answered 404.");
      },
    });
    await world.migrate();
    await world.goOn();
    expect(await world.feature()).toMatchObject({
      status: "failed",
      error: { message: expect.stringContaining("main.charge") },
    });
  });
});

describe("a failed run that is moved to the present definition", () => {
  async function failedRun() {
    let tries = 0;
    const world = featureWorld(
      { onboard: before },
      {
        charge: () => {
          if (tries++ === 0) throw new JobError("NOT_FOUND", "The API answered 404.");
          return {};
        },
      },
    );
    const id = await world.start();
    const actions = actionsOf(world, id);
    await actions.goOn();
    if ((await actions.feature()).status !== "failed") throw new Error("it has not failed");
    return { ...world, id, ...actions };
  }

  it("stays failed, and goes on by it when it is retried", async () => {
    const world = await failedRun();
    world.deploy({ onboard: longer });
    expect((await world.migrate()).steps).toMatchObject([
      { step: "main.create", action: "kept" },
      { step: "main.charge", action: "runs_again", status: "failed" },
      { step: "main.mail", action: "new" },
    ]);
    expect(world.queue.sent).toEqual([]);
    expect(await world.feature()).toMatchObject({ status: "failed" });
    await changeJob(world.services, world.id, retry(0));
    await world.settle();
    expect(world.ran.map(({ event }) => event)).toEqual(["create", "charge", "charge", "mail"]);
    expect(await world.feature()).toMatchObject({ status: "completed", result: { inline: { of: "longer" } } });
  });

  it("is not moved if what has completed would depend on a step that has not run", async () => {
    const world = await failedRun();
    world.deploy({ onboard: { sequences: { main: [{ event: "mail" }, { event: "create" }, { event: "charge" }] } } });
    expect((await problemOf(world.migrate())).message).toContain(
      "main.create has begun, and would depend on main.mail",
    );
  });
});

describe("a run that was rolled back", () => {
  const undoing = { jobs: { remove: call("create") } };
  const create = { event: "create", undo: { event: "remove" } };
  const fails = () => {
    throw new JobError("NOT_FOUND", "The API answered 404.");
  };

  async function rolledBack(actions: Actions) {
    const world = featureWorld({ onboard: { sequences: { main: [create, { event: "charge" }] } } }, actions, undoing);
    const id = (await world.run())?.id ?? "";
    world.deploy({ onboard: { sequences: { main: [{ event: "mail" }, create] } } });
    return { ...world, id, ...actionsOf(world, id) };
  }

  it("begins from the start when it is retried, so that no step of it has begun", async () => {
    const world = await rolledBack({ charge: fails });
    expect(await world.feature()).toMatchObject({ status: "failed", rolled_back: { steps: 1, failed: 0 } });
    expect((await world.migrate()).steps).toMatchObject([
      { step: "main.mail", action: "new", status: "not_started" },
      { step: "main.create", action: "runs", status: "not_started" },
      { step: "main.charge", action: "dropped", status: "not_started" },
    ]);
    await changeJob(world.services, world.id, retry(0));
    await world.settle();
    expect(world.ran.map(({ event }) => event)).toEqual(["create", "charge", "remove", "mail", "create"]);
    expect(await world.feature()).toMatchObject({ status: "completed" });
  });

  it("is not moved if steps of it could not be undone, since it cannot be retried", async () => {
    const world = await rolledBack({ charge: fails, remove: fails });
    expect((await problemOf(world.migrate(true))).message).toContain("steps of it could not be undone");
  });
});

describe("what cannot be moved", () => {
  it.each<[string, (world: Awaited<ReturnType<typeof parkedRun>>) => Promise<unknown>, string]>([
    ["a run that is over", async (world) => changeJob(world.services, world.id, cancel("enough")), "its run is over"],
    [
      "a feature that the catalog has lost",
      async (world) => world.deploy({}),
      "the present catalog has no feature event onboard",
    ],
  ])("is %s", async (_what, happens, why) => {
    const world = await parkedRun(longer);
    await happens(world);
    const error = await problemOf(world.migrate());
    expect([error.code, error.message]).toEqual(["STATE_CONFLICT", expect.stringContaining(why)]);
  });

  it("is a run that has not begun, and a job that is no feature", async () => {
    const world = featureWorld({ onboard: before });
    const id = await world.start();
    const early = await problemOf(actionsOf(world, id).migrate());
    expect(early.message).toContain("its run has not begun, and begins by the present definition");
    const other = await problemOf(
      migrateJob(world.services, aJob({ product: "shop", event: "charge" }), {
        caller: { actor: "k:deployed" },
        dryRun: true,
      }),
    );
    expect(other.message).toContain("only the run of a feature");
  });
});
