import { graphStepOf, stepsOf } from "../../../../lambdas/consumers/types/feature/steps.ts";
import type { Job } from "../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import { cancel, changeJob, deleteJob } from "../../../../lambdas/core/operations/change-job.ts";
import { viewOf } from "../../../../lambdas/core/queries/view.ts";
import { noon } from "../../../support/builders.ts";
import { type Actions, featureWorld } from "../../../support/feature-world.ts";

const hour = 3_600_000;

const features = {
  hasty: {
    sequences: {
      zeta: [{ event: "charge", input: {}, delay: hour }],
      alpha: [{ event: "mail", input: {}, delay: 1000 }],
    },
  },
  onboard: {
    sequences: {
      zeta: [
        { event: "create", input: {} },
        { event: "charge", input: {}, delay: hour },
        { event: "mail", input: {} },
      ],
      alpha: [{ event: "mail", input: {}, delay: 1000 }],
    },
  },
};

function world(actions: Actions = {}) {
  const w = featureWorld(features, actions);
  const view = async (id: string) => viewOf(w, (await w.jobs.get(id)) as Job, w.clock.now());
  const statuses = async (id: string) =>
    Object.entries((await view(id)).steps ?? {}).map(([name, { status }]) => `${name} ${status}`);
  const step = (event: string) => w.jobs.all().find((job) => job.event === event) as Job;
  return { ...w, view, statuses, step };
}

describe("the graph of a feature", () => {
  it("has every step and its dependencies, in the catalog's order", async () => {
    const w = world();
    const id = await w.start();
    const graph = [
      { step: "zeta.create", sequence: "zeta", event: "create", depends_on: [], conditional: false },
      {
        step: "zeta.charge",
        sequence: "zeta",
        event: "charge",
        depends_on: ["zeta.create"],
        conditional: false,
        delay: hour,
      },
      { step: "zeta.mail", sequence: "zeta", event: "mail", depends_on: ["zeta.charge"], conditional: false },
      { step: "alpha.mail", sequence: "alpha", event: "mail", depends_on: [], conditional: false, delay: 1000 },
    ];
    expect((await w.view(id)).graph).toEqual(graph);
    await w.settle();
    expect((await w.view(id)).graph).toEqual(graph);
  });

  it("is absent for other types and for an event that the catalog has lost if the run keeps no definition", async () => {
    const w = world();
    const id = await w.start();
    await w.settle();
    expect(await w.view(w.step("create").id)).not.toHaveProperty("graph");
    const lost = { ...w, catalog: { ...w.catalog, lookup: () => undefined } };
    const { definition, ...job } = (await w.jobs.get(id)) as Job;
    expect(definition).toMatch(/^def_/);
    const view = await viewOf(lost, job, w.clock.now());
    expect([Object.keys(view.steps ?? {}).length > 0, "graph" in view]).toEqual([true, false]);
  });

  it("shows neither inputs nor conditions of a step", () => {
    const step = {
      event: "mail",
      step: "tell",
      input: { to: "ada" },
      depends_on: ["other.step"],
      if: { value: "$Input{a}", equals: "secret" },
      allow_fail: true,
    };
    const sequences = { other: [{ event: "create", step: "step" }], main: [step] };
    expect(stepsOf({ sequences }).map(graphStepOf).at(-1)).toEqual({
      step: "main.tell",
      sequence: "main",
      event: "mail",
      depends_on: ["other.step"],
      conditional: true,
      allow_fail: true,
    });
  });
});

describe("the shown steps of a feature", () => {
  it("are all there before the first has started", async () => {
    const w = world();
    expect(await w.statuses(await w.start())).toEqual([
      "zeta.create not_started",
      "zeta.charge not_started",
      "zeta.mail not_started",
      "alpha.mail not_started",
    ]);
  });

  it("are in the catalog's order while it goes on", async () => {
    const w = world();
    const id = await w.start();
    await w.settle();
    expect(await w.statuses(id)).toEqual([
      "zeta.create completed",
      "zeta.charge scheduled",
      "zeta.mail not_started",
      "alpha.mail completed",
    ]);
  });

  it("have their present states, and not those of the last decision", async () => {
    const seen: unknown[] = [];
    const w = world({
      // A step that looks at its feature while it runs.
      create: async ({ job }) => {
        const { steps } = await w.view(job.parent?.message.job_id ?? "");
        seen.push(steps?.["zeta.create"]);
      },
    });
    await w.start();
    await w.settle();
    expect(seen).toEqual([{ status: "running", job_id: w.step("create").id, created_at: noon, started_at: noon }]);
  });

  it("are shown as last known if their jobs are gone", async () => {
    const w = world();
    const id = await w.start();
    await w.settle();
    w.jobs.getMany = async () => [];
    expect(await w.statuses(id)).toContain("zeta.charge scheduled");
  });

  it("are cancelled with it, and say when", async () => {
    const w = world();
    const id = await w.start();
    await w.settle();
    await w.clock.advance(1000);
    await changeJob(w, id, cancel("by request"));
    expect((await w.view(id)).steps).toMatchObject({
      "zeta.create": { status: "completed" },
      "zeta.charge": { status: "cancelled", finished_at: w.clock.now() },
      "zeta.mail": { status: "not_started" },
    });
  });

  it("show what became of them after it was cancelled", async () => {
    const w = world();
    const id = await w.start();
    const [first] = w.queue.sent.splice(0);
    if (first) w.queue.sent.push(first);
    const { send } = w.queue;
    // Nobody wakes the feature, so that it does not see its steps end.
    w.queue.send = async (type, message, options) => {
      if (type !== "feature") await send(type, message, options);
    };
    await w.settle();
    await changeJob(w, id, cancel("by request"));
    expect(await w.statuses(id)).toEqual([
      "zeta.create completed",
      "zeta.charge not_started",
      "zeta.mail not_started",
      "alpha.mail completed",
    ]);
  });

  it("keep their last states if their jobs were deleted", async () => {
    const w = world();
    const id = await w.start();
    await w.settle();
    await changeJob(w, id, cancel("by request"));
    await deleteJob(w, w.step("charge").id);
    expect((await w.view(id)).steps).toMatchObject({ "zeta.charge": { status: "cancelled" } });
  });

  it("are cancelled when it fails", async () => {
    const w = world({
      mail: () => {
        throw new JobError("NOT_FOUND", "The API answered 404.");
      },
    });
    const id = (await w.run("hasty"))?.id ?? "";
    expect((await w.view(id)).steps?.["zeta.charge"]).toMatchObject({ status: "cancelled", finished_at: noon + 1000 });
  });
});

it("the job of a step names its feature, the feature's run and the step", async () => {
  const w = world();
  const id = await w.start();
  await w.settle();
  expect(await w.view(w.step("charge").id)).toMatchObject({ parent: { job_id: id, run: 1, step: "zeta.charge" } });
  expect(await w.view(id)).not.toHaveProperty("parent");
});
