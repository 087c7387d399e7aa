import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import { cancel, changeJob } from "../../../../../lambdas/core/operations/change-job.ts";
import { type Signalling, sendSignal } from "../../../../../lambdas/core/operations/send-signal.ts";
import { parseSignal } from "../../../../../lambdas/core/requests/signal-request.ts";
import { featureWorld, productWith, stepsOf } from "../../../../support/feature-world.ts";

const minute = 60_000;
const hour = 60 * minute;

type Steps = FeatureTarget["sequences"][string];
type Signals = NonNullable<FeatureTarget["signals"]>;

const review: Signals = { review: { schema: { approved: { type: "boolean" } } } };
const wait = { signal: "review", key: "$Input{order}", timeout: "3h", otherwise: "continue" } as const;
const told: Steps = [
  { step: "answer", wait },
  { event: "mail", input: { body: { got: "$Sequence{main}{answer}" } } },
];
const feature = (main: Steps = told, signals: Signals = review): FeatureTarget => ({ signals, sequences: { main } });

/** A run that waits for a review, in one of two envs. */
async function waiting() {
  const { api } = productWith({}).apps as { api: { envs: { dev: object } } };
  const envs = { api: { ...api, envs: { dev: api.envs.dev, prd: api.envs.dev } } };
  const world = featureWorld({ onboard: feature() }, {}, { envs: ["dev", "prd"], apps: envs } as never);
  const id = await world.start("onboard", { order: "A-1" });
  await world.pass(minute);
  const send = (fields: object = {}) => {
    const body = {
      product_tag: "shop",
      env: "dev",
      signal: "review",
      key: "A-1",
      payload: { approved: true },
      ...fields,
    };
    // A throw of the parser is an answer as well.
    return (async () => sendSignal(world.services as Signalling, parseSignal(body, world.services.catalog)))();
  };
  const answer = async () =>
    (stepsOf(await world.jobs.get(id)) as Record<string, Record<string, unknown>>)["main.answer"];
  const kept = async (key = "A-1") =>
    (
      await Promise.all(
        ["dev", "prd"].flatMap((env) =>
          [{ key }, { job_id: id }].map((to) =>
            world.signals.latest({ product: "shop", env, signal: "review", to }, 10),
          ),
        ),
      )
    ).flat();
  return { ...world, id, send, answer, kept };
}

describe("a message that no run can take", () => {
  it.each<[string, (id: string) => object, object]>([
    [
      "has an unknown signal",
      () => ({ signal: "revew" }),
      {
        code: "INVALID_REQUEST",
        message: 'The request is not valid: no feature waits for such a signal. Did you mean "review"?',
        faults: [{ pointer: "/signal", detail: 'no feature waits for such a signal. Did you mean "review"?' }],
      },
    ],
    [
      "has a payload against its schema",
      () => ({ payload: { approved: "yes" } }),
      {
        code: "INVALID_REQUEST",
        faults: [{ pointer: "/payload/approved", detail: "must be true or false, not a string" }],
      },
    ],
    [
      "has a key of 300 characters",
      () => ({ key: "x".repeat(300) }),
      { code: "INVALID_REQUEST", faults: [{ pointer: "/key", detail: "must have at most 256 characters" }] },
    ],
    [
      "names a run of another env",
      (job_id) => ({ env: "prd", key: undefined, job_id }),
      {
        code: "JOB_NOT_FOUND",
        message: "There is no job with this id. Finished jobs are deleted after the retention time.",
      },
    ],
    [
      "is for an env that there is not",
      () => ({ env: "stg" }),
      { code: "ENV_NOT_FOUND", message: "Product shop has no such env. It has dev, prd." },
    ],
  ])("%s: it says so, keeps nothing, and the run waits on", async (_what, fields, refusal) => {
    const { id, send, answer, kept, pass, jobs } = await waiting();
    await expect(send(fields(id))).rejects.toMatchObject(refusal);
    await pass(minute);
    expect(await kept()).toEqual([]);
    expect(await answer()).toMatchObject({ status: "waiting" });
    expect(await send({ id: "good" })).toMatchObject({ offered: [id] });
    await pass(minute);
    expect(await answer()).toMatchObject({ status: "completed", received: { id: "good" } });
    expect(await jobs.get(id)).toMatchObject({ status: "completed" });
  });

  it.each<[string, (world: Awaited<ReturnType<typeof waiting>>) => Promise<unknown>]>([
    ["completed", ({ send, pass }) => send().then(() => pass(minute))],
    ["cancelled", ({ services, id }) => changeJob(services, id, cancel("no need"))],
  ])("is to a run that has %s: it says so, and keeps nothing", async (status, end) => {
    const world = await waiting();
    await end(world);
    const before = await world.kept();
    await expect(world.send({ key: undefined, job_id: world.id })).rejects.toMatchObject({
      code: "STATE_CONFLICT",
      message: `The run is ${status}: it takes no signal any more.`,
      jobId: world.id,
      jobStatus: status,
    });
    expect(await world.kept()).toEqual(before);
  });

  it("has a key of another env, whose runs alone would take it", async () => {
    const { send, answer, pass, id } = await waiting();
    expect(await send({ env: "prd" })).toMatchObject({ offered: [] });
    await pass(minute);
    expect(await answer()).toMatchObject({ status: "waiting" });
    expect(await send()).toMatchObject({ offered: [id] });
  });
});

describe("a message and the time-out in one millisecond", () => {
  it.each([
    [-1, "received"],
    [0, "received"],
    [1, "received"],
    // The run decides two seconds after its time. What was accepted by then counts.
    [1999, "received"],
    [2000, "timed_out"],
  ])("%i ms after it: one of them ends the wait, and the run goes on once", async (ms, ended) => {
    const { answer, send, clock, pass, jobs, id, ran } = await waiting();
    const until = (await answer())?.until as number;
    await pass(until + ms - clock.now());
    const sent = await send({ id: "close" }).catch((error) => error);
    await pass(minute);
    expect(await answer()).toMatchObject({ status: "completed", [ended]: expect.anything() });
    expect(await jobs.get(id)).toMatchObject({ status: "completed" });
    expect(ran.filter(({ event }) => event === "mail")).toHaveLength(1);
    // The sender is told whether a run was waiting.
    expect(sent).toMatchObject({ offered: ended === "received" ? [id] : [] });
  });
});

describe("a deployment while a run waits", () => {
  it("that gives the signal another payload: the run takes what it began with, and new runs what is new", async () => {
    const { id, send, answer, deploy, pass, start, jobs } = await waiting();
    deploy({ onboard: feature(told, { review: { schema: { by: { type: "string" } } } }) });
    const other = await start("onboard", { order: "A-1" });
    await pass(minute);
    await expect(send()).rejects.toMatchObject({
      faults: [{ pointer: "/payload/by", detail: "is required" }, { pointer: "/payload/approved" }],
    });
    // By the id of its job, what counts is what the run began with.
    await expect(send({ key: undefined, job_id: id, payload: { by: "ada" } })).rejects.toMatchObject({
      faults: [{ pointer: "/payload/approved", detail: "is required" }, { pointer: "/payload/by" }],
    });
    expect(await send({ payload: { by: "ada" }, id: "new" })).toMatchObject({
      offered: expect.arrayContaining([other]),
    });
    await pass(minute);
    expect(await jobs.get(other)).toMatchObject({ status: "completed" });
    expect(await answer()).toMatchObject({ status: "waiting" });
    expect(await send({ key: undefined, job_id: id, id: "own" })).toMatchObject({ offered: [id] });
    await pass(minute);
    expect(await answer()).toMatchObject({ received: { id: "own" } });
  });

  it("and is rolled back: each run ends by what it began with, and none is left", async () => {
    const { id, deploy, pass, start, send, jobs, ran } = await waiting();
    const insured: Steps = [{ event: "create" }, ...told, { event: "charge" }];
    deploy({ onboard: feature(insured) });
    const between = await start("onboard", { order: "A-2" });
    await pass(minute);
    deploy({ onboard: feature() });
    const after = await start("onboard", { order: "A-3" });
    await pass(minute);
    for (const [i, key] of ["A-1", "A-2", "A-3"].entries()) {
      expect(await send({ key, id: `s-${i}` })).toMatchObject({ offered: [[id, between, after][i]] });
      await pass(minute);
    }
    for (const one of [id, between, after]) expect(await jobs.get(one)).toMatchObject({ status: "completed" });
    expect(ran.map(({ event }) => event)).toEqual(["create", "mail", "mail", "charge", "mail"]);
  });

  it("that changes how long it lasts leaves the run its time", async () => {
    const { answer, deploy, pass, jobs, id } = await waiting();
    deploy({ onboard: feature([{ step: "answer", wait: { ...wait, timeout: "1h" } }, { event: "charge" }]) });
    await pass(2 * hour);
    expect(await answer()).toMatchObject({ status: "waiting" });
    await pass(hour);
    expect(await answer()).toMatchObject({ timed_out: true });
    expect(await jobs.get(id)).toMatchObject({ status: "completed" });
  });
});
