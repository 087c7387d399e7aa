import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import { changeJob, deleteJob, retry } from "../../../../../lambdas/core/operations/change-job.ts";
import { reconcile } from "../../../../../lambdas/reconciler/reconcile.ts";
import { stepsOf, featureWorld as world } from "../../../../support/feature-world.ts";
import { onboard } from "./onboard.ts";

describe("a feature that is requested again under its key after its deletion", () => {
  it("runs its steps anew, whatever is left of the earlier ones", async () => {
    const w = world({ onboard });
    const again = { idempotency_key: "customer-1" };
    const first = await w.start("onboard", { email: "a@shop.dev" }, again);
    await w.settle();
    await deleteJob(w, first);
    await w.clock.advance(1);
    const second = await w.start("onboard", { email: "b@shop.dev" }, again);
    await w.settle();
    expect(second).toBe(first);
    expect(w.ran.map(({ input }) => input)).toContainEqual({ body: { email: "b@shop.dev" } });
    expect(await w.jobs.get(second)).toMatchObject({ status: "completed" });
  });
});

describe("a step whose job is deleted while its feature runs", () => {
  const hour = 3_600_000;
  const mailing = (input: Record<string, unknown>): FeatureTarget => ({
    sequences: {
      main: [
        { event: "create", input: {} },
        { event: "charge", input: {}, delay: hour },
        { event: "mail", input },
      ],
    },
    output: { done: true },
  });

  /** A feature whose first step has completed and whose second one is due. */
  async function waiting(input: Record<string, unknown>) {
    const w = world({ onboard: mailing(input) });
    const id = await w.start();
    await w.settle();
    const idOf = async (step: string) => stepsOf(await w.jobs.get(id))[step]?.job_id ?? "";
    await w.clock.advance(hour);
    const goOn = async () => {
      for (const { type, message } of w.scheduler.schedules.values())
        await w.queue.send(type, message, { delaySeconds: 0, group: "g" });
      await w.settle();
      return w.jobs.get(id);
    };
    return { ...w, id, create: await idOf("main.create"), charge: await idOf("main.charge"), goOn };
  }

  it("is not run again", async () => {
    const w = await waiting({});
    await deleteJob(w, w.create);
    expect(await w.goOn()).toMatchObject({ status: "completed" });
    expect(w.ran.map(({ event }) => event)).toEqual(["create", "charge", "mail"]);
  });

  it("fails what needs its deleted result", async () => {
    const w = await waiting({ body: { text: "$Sequence{main}{create}{body}{id}" } });
    await deleteJob(w, w.create);
    expect(await w.goOn()).toMatchObject({
      status: "failed",
      error: { code: "NOT_FOUND", message: expect.stringMatching(/^Step main.mail failed: .*main.create.* deleted/) },
    });
    expect(w.ran.map(({ event }) => event)).toEqual(["create", "charge"]);
  });

  it("fails a feature that has not seen its end", async () => {
    const w = await waiting({});
    const { send } = w.queue;
    w.queue.send = async (type, ...message) => {
      if (type === "feature") throw new Error("the wake-up is lost");
      await send(type, ...message);
    };
    await w.goOn().catch(() => {});
    w.queue.send = send;
    await deleteJob(w, w.charge);
    await w.clock.advance(300_000);
    await reconcile(w);
    await w.settle();
    expect(await w.jobs.get(w.id)).toMatchObject({
      status: "failed",
      error: { code: "NOT_FOUND", message: expect.stringMatching(/^Step main.charge failed: .*deleted/) },
    });
    expect(w.ran.map(({ event }) => event)).toEqual(["create", "charge"]);
    await changeJob(w, w.id, retry(0));
    await w.settle();
    await w.goOn();
    expect(w.ran.map(({ event }) => event)).toEqual(["create", "charge", "charge", "mail"]);
  });

  it("does not make a step that came after it and has run one that has not", async () => {
    const main = [
      { event: "create", input: {}, allow_fail: true },
      { event: "mail", input: { body: { text: "$Length($Sequence{main}{create}{body})" } }, allow_fail: true },
    ];
    const w = world({ onboard: { sequences: { main } } }, { create: () => ({ body: "made" }) });
    const { replace } = w.jobs;
    const mail = () => w.jobs.all().find(({ event }) => event === "mail");
    // The decision that starts the second step dies before it has recorded that, and so has not recorded the end of the first either.
    w.jobs.replace = async (job, ...rest) => {
      if (job.type === "feature" && mail()) throw new Error("the process has died");
      return replace.call(w.jobs, job, ...rest);
    };
    const id = await w.start();
    await w.settle().catch(() => {});
    for (let tries = 0; tries < 20 && mail()?.status !== "completed"; tries++) await w.settle().catch(() => {});
    expect(mail()?.status).toBe("completed");
    w.jobs.replace = replace;
    await deleteJob(w, stepsOf(await w.jobs.get(id))["main.create"]?.job_id ?? "");
    for (let rounds = 0; rounds < 5; rounds++) {
      await w.clock.advance(300_000);
      await reconcile(w);
      await w.settle();
    }
    expect(await w.jobs.get(id)).toMatchObject({ status: "completed" });
    expect(stepsOf(await w.jobs.get(id))).toMatchObject({
      "main.create": { status: "failed", error: { code: "NOT_FOUND" } },
      "main.mail": { status: "completed" },
    });
    expect(w.ran.map(({ event }) => event)).toEqual(["create", "mail"]);
  });
});
