import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import { registry } from "../../../../../lambdas/consumers/types/registry.ts";
import { makeCatalog } from "../../../../../lambdas/core/catalog/catalog.ts";
import type { Product } from "../../../../../lambdas/core/catalog/job-type.ts";
import type { Job } from "../../../../../lambdas/core/job/job.ts";
import { JobError, MissingInCatalog } from "../../../../../lambdas/core/job/job-error.ts";
import { cancel, changeJob, retry } from "../../../../../lambdas/core/operations/change-job.ts";
import { explainJob } from "../../../../../lambdas/core/queries/explain-job.ts";
import { viewOf } from "../../../../../lambdas/core/queries/view.ts";
import { featureWorld, stepsOf } from "../../../../support/feature-world.ts";

/** `charge` follows `create` after 45 s. */
const before = {
  sequences: {
    main: [{ event: "create" }, { event: "charge", delay: 45_000, input: { body: "$Sequence{main}{create}" } }],
  },
  output: { of: "before", created: "$Sequence{main}{create}{body}{id}" },
};
/** Another step comes first, `create` has another name, and the output is another one. */
const after = {
  sequences: { main: [{ event: "mail" }, { event: "create", step: "made" }, { event: "charge" }] },
  output: { of: "after" },
};

/** A run of which the first step is executed when another catalog is deployed. */
function deployedDuring(deploy: (world: ReturnType<typeof featureWorld>) => unknown) {
  const world: ReturnType<typeof featureWorld> = featureWorld(
    { onboard: before },
    { create: () => void deploy(world) },
  );
  return world;
}

describe("a feature whose definition changes while it runs", () => {
  it("goes on as it began: what ran is not run again under another name, nor before what it depends on", async () => {
    const world = deployedDuring(({ deploy }) => deploy({ onboard: after }));
    const job = await world.run();
    expect(world.ran.map(({ event }) => event)).toEqual(["create", "charge"]);
    expect(job).toMatchObject({ status: "completed", result: { inline: { of: "before", created: "create-1" } } });
  });

  it("shows the steps of the definition that it keeps, and that the catalog says something else now", async () => {
    const world = deployedDuring(({ deploy }) => deploy({ onboard: after }));
    const job = await world.run();
    if (!job) throw new Error("there is no job");
    const view = await viewOf(world.services, job, world.clock.now());
    expect(Object.keys(view.steps ?? {})).toEqual(["main.create", "main.charge"]);
    expect(view.graph?.map(({ step, depends_on }) => [step, depends_on])).toEqual([
      ["main.create", []],
      ["main.charge", ["main.create"]],
    ]);
    expect(view.definition).toEqual({ id: job.definition, current: false, behind: 1 });
  });

  it("says how many definitions its event has had since, and none once it is back", async () => {
    const world = featureWorld({ onboard: before });
    const id = await world.start();
    await world.settle();
    const shown = async () =>
      (await viewOf(world.services, (await world.jobs.get(id)) as never, world.clock.now())).definition;
    expect(await shown()).toMatchObject({ current: true, behind: 0 });
    for (const [i, behind] of [1, 2].entries()) {
      world.deploy({ onboard: { ...after, output: { version: String(i) } } });
      await world.clock.advance(1000);
      expect(await shown()).toMatchObject({ current: false, behind });
      await world.run();
      expect(await shown()).toMatchObject({ current: false, behind });
    }
    world.deploy({ onboard: before });
    expect(await shown()).toMatchObject({ current: true, behind: 0 });
  });

  it("goes on although the catalog has lost it", async () => {
    const world = deployedDuring(({ deploy }) => deploy({}));
    expect(await world.run()).toMatchObject({ status: "completed", result: { inline: { of: "before" } } });
  });

  it("begins each run of a series by the catalog, also one that version 0.3.0 has planned with all that the run before had", async () => {
    const world = featureWorld({ onboard: before });
    const id = await world.start("onboard", {}, { repeat: { every: 600_000, limit: 3 } });
    const read = async () => {
      const job = await world.jobs.get(id);
      if (!job) throw new Error("there is no job");
      return job;
    };
    await world.pass(1000);
    const { definition } = await read();
    await world.pass(300_000);
    const next = await read();
    expect(next).toMatchObject({ run: 2, status: "scheduled" });
    expect(next).not.toHaveProperty("definition");
    if (definition === undefined) throw new Error("the first run has kept no definition");
    const left = { definition, undoes: true as const, timer_at: 5, bundle: "b" };
    await world.jobs.replace({ ...next, ...left, version: next.version + 1 });
    world.deploy({ onboard: after });
    world.ran.length = 0;
    await world.pass(600_000);
    expect(world.ran.map(({ event }) => event)).toEqual(["mail", "create", "charge"]);
    expect(await read()).toMatchObject({ run: 3, status: "scheduled" });
    const { runs } = await world.jobs.runs(id, { limit: 5, order: "desc" });
    expect(runs.map(({ status, result }) => [status, result])).toEqual([
      ["completed", { inline: { of: "after" } }],
      ["completed", { inline: { of: "before", created: "create-1" } }],
    ]);
  });

  it("keeps the constants that it began with, and follows the variables", async () => {
    const onboard = {
      sequences: before.sequences,
      output: { fee: "$Constant{fee}", host: "$Variable{host}" },
    };
    const values = (fee: number, host: string) => ({ constants: { fee }, variables: { dev: { host } } });
    const world: ReturnType<typeof featureWorld> = featureWorld(
      { onboard },
      { create: () => void world.deploy({ onboard }, values(2, "second")) },
      values(1, "first"),
    );
    expect(await world.run()).toMatchObject({ result: { inline: { fee: 1, host: "second" } } });
  });

  describe("and fails", () => {
    /** A run that fails after another catalog was deployed. */
    async function failed() {
      let tries = 0;
      const world: ReturnType<typeof featureWorld> = featureWorld(
        { onboard: before },
        {
          charge: () => {
            if (tries++ > 0) return { body: {} };
            world.deploy({ onboard: after });
            throw new JobError("NOT_FOUND", "The API answered 404.");
          },
        },
      );
      const job = await world.run();
      if (job?.status !== "failed") throw new Error("it has not failed");
      return { ...world, job };
    }

    it("goes on by what it keeps when it is retried", async () => {
      const { job, settle, jobs, ran, services } = await failed();
      await changeJob(services, job.id, retry(0));
      await settle();
      expect(ran.map(({ event }) => event)).toEqual(["create", "charge", "charge"]);
      expect(await jobs.get(job.id)).toMatchObject({
        definition: job.definition,
        result: { inline: { of: "before" } },
      });
    });

    it("goes on by the present catalog if the retry says so", async () => {
      const { job, settle, jobs, ran, services } = await failed();
      await changeJob(services, job.id, retry(0, { definition: "current" }));
      await settle();
      expect(ran.map(({ event }) => event)).toEqual(["create", "charge", "mail", "create", "charge"]);
      const now = await jobs.get(job.id);
      expect(now).toMatchObject({ status: "completed", result: { inline: { of: "after" } } });
      expect(now?.definition).not.toBe(job.definition);
    });
  });

  it.each([
    { of: "", step: {}, items: 1 },
    { of: " of a list", step: { for_each: { items: "$Input{lines}" } }, items: 2 },
    { of: " of a list of several pages", step: { for_each: { items: "$Input{lines}" } }, items: 201 },
  ])(
    "lets the features$of in it that have failed go on by the present catalog too, if the retry says so",
    async ({ step, items }) => {
      let isDown = true;
      const paying = (...events: string[]): Record<string, FeatureTarget> => ({
        onboard: { sequences: { main: [{ event: "pay", ...step }] } },
        pay: { sequences: { main: events.map((event) => ({ event })) } },
      });
      const charge = () => {
        if (isDown) throw new JobError("VALIDATION_ERROR", "down");
        return {};
      };
      const world = featureWorld(paying("create", "charge"), { charge });
      const id = await world.start("onboard", { lines: Array.from({ length: items }, (_, line) => line) });
      await world.pass(600_000);
      expect(await world.jobs.get(id)).toMatchObject({ status: "failed" });
      isDown = false;
      world.deploy(paying("create", "mail"));
      world.ran.length = 0;
      await changeJob(world.services, id, retry(0, { definition: "current" }));
      await world.pass(600_000);
      expect(await world.jobs.get(id)).toMatchObject({ status: "completed" });
      const ran = (event: string) => world.ran.filter((one) => one.event === event);
      expect([ran("charge"), ran("mail").length]).toEqual([[], items]);
    },
  );

  it("waits with a step that comes later now, although its job is open", async () => {
    const late = { event: "create", allow_fail: true };
    const world = featureWorld({ onboard: { sequences: { main: [{ ...late, delay: 3_600_000 }] } } });
    const id = await world.start();
    await world.pass(1000);
    const parked = await world.jobs.get(id);
    // Its deciders have died too often, so that nothing says what has become of the step.
    const error = { code: "CRASHED" as const, message: "It died.", retryable: false };
    const failed = { status: "failed" as const, error, finished_at: world.clock.now() };
    if (parked) await world.jobs.replace({ ...parked, ...failed, version: parked.version + 1 });
    world.deploy({ onboard: { sequences: { main: [{ event: "mail" }, late, { event: "charge" }] } } });
    await changeJob(world.services, id, retry(0, { definition: "current" }));
    await world.pass(7_200_000);
    expect(world.ran.map(({ event }) => event)).toEqual(["mail", "create", "charge"]);
    expect(await world.jobs.get(id)).toMatchObject({ status: "completed" });
  });

  it.each<[string, string, (product: Product) => Product]>([
    [
      "event",
      "The catalog has no event charge.",
      ({ jobs: { charge: _charge, ...jobs }, ...product }) => ({ ...product, jobs }),
    ],
    ["env", "The catalog no longer has env dev of shop.", (product) => ({ ...product, envs: ["prd"] })],
  ])("waits with a step whose %s the catalog has lost, until a deployment has it again", async (_what, says, lose) => {
    const world = deployedDuring(({ services }) => {
      const [product] = services.catalog.products;
      if (product) Object.assign(services, { catalog: makeCatalog([lose(product)], registry) });
    });
    const waiting = await world.run();
    expect(waiting).toMatchObject({ status: "running" });
    expect(stepsOf(waiting)["main.charge"]).toMatchObject({
      status: "not_started",
      error: { code: "CONFIGURATION_ERROR", message: expect.stringContaining(says) },
    });
    world.deploy({ onboard: after });
    await world.settle();
    expect(world.ran.map(({ event }) => event)).toEqual(["create", "charge"]);
    expect(await world.jobs.get(waiting?.id ?? "")).toMatchObject({ status: "completed" });
  });

  it.each<[string, (product: Product) => Product[]]>([
    ["event", ({ jobs: { charge: _charge, ...jobs }, ...product }) => [{ ...product, jobs }]],
    [
      "event, which is of another type now",
      (product) => [{ ...product, jobs: { ...product.jobs, charge: { type: "feature", feature: "onboard" } } }],
    ],
    ["env", (product) => [{ ...product, envs: ["prd"] }]],
    ["product", () => []],
  ])("waits with a step whose job is made, and whose %s the catalog has lost", async (_what, lose) => {
    const world = featureWorld({ onboard: before });
    const id = await world.start();
    await world.pass(10_000);
    const { catalog } = world.services;
    const charge = () => world.jobs.all().find(({ event }) => event === "charge");
    expect(charge()).toMatchObject({ status: "scheduled" });
    Object.assign(world.services, { catalog: makeCatalog(lose(catalog.products[0] as Product), registry) });
    await world.pass(3_600_000);
    expect(charge()).toMatchObject({ status: "scheduled", attempt: 1, attempts: [] });
    const run = await world.jobs.get(id);
    expect(run).toMatchObject({ status: "running" });
    const said = async (job = run) => (await explainJob(world.services, job as Job, world.clock.now())).says;
    expect(await said()).toContainEqual(expect.stringMatching(/^main.charge waits: The catalog no longer has /));
    expect(await said(charge())).toContainEqual(expect.stringMatching(/^The catalog no longer has .* goes on once/));
    expect(world.log.lines.map(({ measured }) => measured)).toContainEqual({
      values: { runs_parked: 1 },
      of: { type: "action", product: "shop" },
    });
    Object.assign(world.services, { catalog });
    await world.pass(300_000);
    expect(await world.jobs.get(id)).toMatchObject({ status: "completed" });
    expect(world.ran.map(({ event }) => event)).toEqual(["create", "charge"]);
  });

  it("says of a feature that has begun, as of its run, that its product is gone", async () => {
    const inner: FeatureTarget = { sequences: { main: [{ step: "rest", wait: { for: "1d" } }] } };
    const world = featureWorld({ onboard: { sequences: { main: [{ event: "inner" }] } }, inner });
    await world.start();
    await world.pass(10_000);
    Object.assign(world.services, { catalog: makeCatalog([], registry) });
    const features = world.jobs.all();
    expect(features).toHaveLength(2);
    for (const job of features) {
      const { says } = await explainJob(world.services, job, world.clock.now());
      expect(says).toContain("The catalog no longer has product shop. It goes on once a deployment has it again.");
    }
  });

  it("waits with a step of which the catalog has lost what it sends", async () => {
    let isGone = true;
    const charge = () => {
      if (isGone) throw new MissingInCatalog("App api no longer has a credential that is sent to it.");
    };
    const world = featureWorld({ onboard: before }, { charge });
    const id = await world.start();
    await world.pass(3_600_000);
    expect(await world.jobs.get(id)).toMatchObject({ status: "running" });
    isGone = false;
    await world.pass(300_000);
    expect(await world.jobs.get(id)).toMatchObject({ status: "completed" });
  });

  it("waits for its product, also where it is about to end", async () => {
    const failing = {
      sequences: {
        main: [
          { event: "create", undo: { event: "mail" } },
          { event: "charge", delay: 45_000 },
        ],
      },
    };
    const world = featureWorld({ onboard: failing });
    const id = await world.start();
    await world.pass(10_000);
    const { catalog } = world.services;
    Object.assign(world.services, { catalog: makeCatalog([], registry) });
    await changeJob(world.services, id, cancel("not wanted"));
    await world.pass(3_600_000);
    const ending = await world.jobs.get(id);
    expect(ending).toMatchObject({ status: "running", ending: { cause: "cancelled" } });
    const { says } = await explainJob(world.services, ending as Job, world.clock.now());
    expect(says).toContain("The catalog no longer has product shop. It goes on once a deployment has it again.");
    Object.assign(world.services, { catalog });
    await world.pass(600_000);
    expect(await world.jobs.get(id)).toMatchObject({ status: "cancelled", rolled_back: { steps: 1, failed: 0 } });
    expect(world.ran.map(({ event }) => event)).toEqual(["create", "mail"]);
  });

  describe("and loses a variable", () => {
    const named = { body: { from: "$Variable{sender}" } };
    const variables = { dev: { sender: "shop@example.com" } };
    const first = { event: "create" };
    const slow = { event: "mail", delay: 45_000 };
    /** The run of a feature, some seconds after whose beginning the variable is gone for two hours. */
    async function lostFor(
      feature: FeatureTarget,
      during: (world: ReturnType<typeof featureWorld>, id: string) => unknown = () => {},
    ) {
      const world = featureWorld({ onboard: feature }, {}, { variables } as Partial<Product>);
      const id = await world.start();
      await world.pass(10_000);
      world.deploy({ onboard: before }, {});
      await during(world, id);
      await world.pass(7_200_000);
      const meanwhile = await world.jobs.get(id);
      const { says } = await explainJob(world.services, meanwhile as Job, world.clock.now());
      const ran = world.ran.length;
      expect(meanwhile).toMatchObject({ status: "running" });
      expect(world.log.lines.some(({ measured }) => measured?.values.runs_parked)).toBe(true);
      world.deploy({ onboard: feature }, { variables } as Partial<Product>);
      await world.pass(600_000);
      return { ...world, says, before: ran, job: await world.jobs.get(id) };
    }

    it("waits with a step that refers to it, and runs the others", async () => {
      const { says, ran, before, job } = await lostFor({
        sequences: {
          main: [first, slow, { event: "charge", input: named }],
          beside: [first, slow, { ...first, step: "last" }],
        },
      });
      expect(says).toContain(
        "main.charge cannot begin: At /body/from: The catalog no longer has a variable that is referred to here. The step starts once a deployment has it.",
      );
      expect(before).toBe(5);
      expect(job).toMatchObject({ status: "completed" });
      expect(ran.at(-1)).toEqual({ event: "charge", input: { body: { from: "shop@example.com" } } });
      expect(ran).toHaveLength(6);
    });

    it.each<[string, FeatureTarget["sequences"][string][number]]>([
      ["a condition", { event: "charge", if: { value: "$Variable{sender}", equals: "shop@example.com" } }],
      ["items", { event: "charge", for_each: { items: [1, 2], as: "one" }, input: named } as never],
      [
        "a wait",
        {
          step: "wait",
          wait: { signal: "paid", key: "$Variable{sender}", timeout: "5m", otherwise: "continue" },
        } as never,
      ],
    ])("waits with the step of which %s refers to it", async (_what, step) => {
      const { before, job } = await lostFor({ signals: { paid: {} }, sequences: { main: [first, slow, step] } });
      expect(before).toBe(2);
      expect(job).toMatchObject({ status: "completed" });
    });

    it("waits with its output", async () => {
      const output = { from: "$Variable{sender}" };
      const { says, job } = await lostFor({ sequences: { main: [first, slow] }, output });
      expect(says).toEqual([
        "Its result refers to the variable sender, which the catalog no longer has. It completes once a deployment has it again.",
      ]);
      expect(job).toMatchObject({ status: "completed", result: { inline: { from: "shop@example.com" } } });
    });

    it.each([
      ["an undo", { ...first, undo: { event: "charge", input: named } }],
      [
        "undos of items",
        { ...first, for_each: { items: [1, 2], as: "one" }, undo: { event: "charge", input: named, each: true } },
      ],
    ])("waits with %s", async (_what, step) => {
      const { ran, job } = await lostFor(
        { sequences: { main: [step as never, { ...slow, delay: 3_600_000 }] } },
        ({ services }, id) => changeJob(services, id, cancel("not wanted")),
      );
      expect(job).toMatchObject({ status: "cancelled", rolled_back: { steps: 1, failed: 0 } });
      expect(ran.at(-1)).toEqual({ event: "charge", input: { body: { from: "shop@example.com" } } });
    });
  });

  it("fails that has not begun, and whose product the catalog has lost", async () => {
    const world = featureWorld({ onboard: before });
    const id = await world.start();
    Object.assign(world.services, { catalog: makeCatalog([], registry) });
    await world.pass(10_000);
    expect(await world.jobs.get(id)).toMatchObject({ status: "failed", error: { code: "CONFIGURATION_ERROR" } });
  });

  it("leaves new runs the new definition", async () => {
    const world = deployedDuring(({ deploy }) => deploy({ onboard: after }));
    const first = await world.run();
    const second = await world.run();
    expect(second).toMatchObject({ status: "completed", result: { inline: { of: "after" } } });
    expect(second?.definition).not.toBe(first?.definition);
    expect(world.ran.map(({ event }) => event)).toEqual(["create", "charge", "mail", "create", "charge"]);
  });
});

it("each run of a recurring feature keeps the definition with which that run begins", async () => {
  const world: ReturnType<typeof featureWorld> = featureWorld(
    { onboard: before },
    { charge: () => void world.deploy({ onboard: after }) },
  );
  const id = await world.start("onboard", {}, { repeat: { every: 300_000, limit: 2 } });
  await world.settle();
  const { runs } = await world.jobs.runs(id, { limit: 10, order: "asc" });
  const last = await world.jobs.get(id);
  expect(world.ran.map(({ event }) => event)).toEqual(["create", "charge", "mail", "create", "charge"]);
  expect([runs[0]?.result, last?.result]).toEqual([
    { inline: { of: "before", created: "create-1" } },
    { inline: { of: "after" } },
  ]);
});

it("a run whose decider crashed before it started anything follows the definition that it kept", async () => {
  const world = featureWorld({ onboard: before });
  const id = await world.start();
  const [message] = world.queue.sent.splice(0);
  const { services } = world;
  // The first decision dies after its definition is kept: no step can be made.
  const failing = { ...services, jobs: { ...services.jobs, create: () => new Promise<never>(() => {}) } };
  const { runJob } = await import("../../../../../lambdas/consumers/engine/run-job.ts");
  const { decisionPolicy } = await import("../../../../../lambdas/consumers/types/feature/decisions.ts");
  const { execute } = await import("../../../../../lambdas/consumers/types/feature/execute.ts");
  if (message) void runJob(failing, execute, message.message, { policy: decisionPolicy }).catch(() => {});
  await new Promise(setImmediate);
  const kept = (await services.jobs.get(id))?.definition;
  expect(kept).toMatch(/^def_[0-9a-f]{32}$/);
  world.deploy({ onboard: after });
  await services.clock.advance(3_600_000);
  if (message) services.queue.sent.push(message);
  await world.settle();
  expect(await services.jobs.get(id)).toMatchObject({ definition: kept, result: { inline: { of: "before" } } });
});
