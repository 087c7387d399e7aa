import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import type { Job } from "../../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../../lambdas/core/job/job-error.ts";
import { cancel, changeJob, deleteJob, retry } from "../../../../../lambdas/core/operations/change-job.ts";
import { noon } from "../../../../support/builders.ts";
import { type Actions, featureWorld } from "../../../../support/feature-world.ts";

const hour = 3_600_000;
const minute = 60_000;

const charging: FeatureTarget = {
  sequences: {
    main: [{ event: "charge", input: {} }],
    side: [{ event: "mail", input: {}, delay: hour, allow_fail: true }],
  },
};

/** Charges at the second try, so that the feature fails and is retried. */
const atSecond: Actions = {
  charge: ({ job }) => {
    if (job.attempt === 1) throw new JobError("NOT_FOUND", "The API answered 404.");
    return {};
  },
};

async function failed(target = charging, actions = atSecond) {
  const w = featureWorld({ onboard: target }, actions);
  const id = (await w.run())?.id ?? "";
  expect(await w.jobs.get(id)).toMatchObject({ status: "failed" });
  const step = (event: string) => w.jobs.all().find((job) => job.event === event) as Job;
  const retryIt = async () => {
    await changeJob(w, id, retry(0));
    await w.settle();
  };
  /** Lets the time of what the Scheduler has come. */
  async function goOn(ms: number) {
    await w.clock.advance(ms);
    for (const { type, message } of w.scheduler.schedules.values()) {
      await w.queue.send(type, message, { delaySeconds: 0, group: "shop:dev" });
    }
    w.scheduler.schedules.clear();
    await w.settle();
  }
  return { ...w, id, step, retry: retryIt, goOn, feature: () => w.jobs.get(id) };
}

describe("retrying a feature", () => {
  it("lets a step that had not started wait for the rest of its delay", async () => {
    const { retry, step, clock, ran } = await failed();
    await clock.advance(10 * minute);
    await retry();
    expect(step("mail")).toMatchObject({ status: "scheduled", due_at: noon + hour });
    expect(ran.map(({ event }) => event)).toEqual(["charge", "charge"]);
  });

  it("starts a step whose delay is over at once", async () => {
    const { retry, step, clock } = await failed();
    await clock.advance(2 * hour);
    await retry();
    expect(step("mail")).toMatchObject({ status: "completed", due_at: noon + 2 * hour });
  });

  it("runs a step with allow_fail that was only cancelled with the feature", async () => {
    const { retry, goOn, ran, feature } = await failed();
    await retry();
    await goOn(hour);
    expect(ran.map(({ event }) => event)).toEqual(["charge", "charge", "mail"]);
    expect(await feature()).toMatchObject({ status: "completed", attempt: 2 });
  });

  it("runs a step with allow_fail whose cancelled job was deleted", async () => {
    const w = await failed();
    await deleteJob(w, w.step("mail").id);
    await w.retry();
    await w.goOn(hour);
    expect(w.ran.map(({ event }) => event)).toEqual(["charge", "charge", "mail"]);
    expect(await w.feature()).toMatchObject({ status: "completed" });
  });

  it("does not run a step with allow_fail that failed or that a caller cancelled", async () => {
    const target: FeatureTarget = {
      sequences: {
        main: [{ event: "charge", input: {}, delay: 5 * minute }],
        side: [{ event: "mail", input: {}, delay: hour, allow_fail: true }],
        other: [{ event: "create", input: {}, retries: 0, allow_fail: true }],
      },
    };
    const w = featureWorld(
      { onboard: target },
      { ...atSecond, create: () => atSecond.charge?.({ job: { attempt: 1 } } as never) },
    );
    const id = await w.start();
    const { send } = w.queue;
    w.queue.send = async (type, message, options) => {
      // As soon as the feature has decided, before the charge fails.
      const mail = w.jobs.all().find(({ event }) => event === "mail");
      w.queue.send = send;
      await send(type, message, options);
      if (mail) await changeJob(w, mail.id, cancel("not wanted"));
    };
    await w.settle();
    const mail = w.jobs.all().find(({ event }) => event === "mail") as Job;
    if (mail.status !== "cancelled") await changeJob(w, mail.id, cancel("not wanted"));
    expect(await w.jobs.get(id)).toMatchObject({ status: "failed" });
    await changeJob(w, id, retry(0));
    await w.settle();
    expect(w.ran.filter(({ event }) => event !== "charge").map(({ event }) => event)).toEqual(["create"]);
  });
});
