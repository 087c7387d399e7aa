import { JobError } from "../../../lambdas/core/errors.ts";
import type { Job } from "../../../lambdas/core/job.ts";
import { attemptFailed, cancelled, claimed, completed, parked } from "../../../lambdas/core/transitions.ts";
import { transitionsOf } from "../../../lambdas/lifecycle/events.ts";
import { aJob, noon } from "../../support/builders.ts";

const claim = (job: Job, now: number) => claimed(job, { claimId: "c", leaseMarginMs: 15_000, now });
const done = { inline: { secret: "result" } };
const failure = (code: "TIMEOUT" | "NOT_FOUND") => ({ error: new JobError(code, "It failed."), random: 0.5 });
const between = (before: Job | undefined, after: Job | undefined, at = noon + 9000) =>
  transitionsOf({ ...(before && { before }), ...(after && { after }), at });
const names = (before: Job | undefined, after: Job | undefined) => between(before, after).map(({ name }) => name);

const job = aJob({ labels: ["vip"] });
const running = claim(job, noon + 40);
const about = {
  job_id: job.id,
  product_tag: "shop",
  env: "prd",
  event: "charge",
  type: "action",
  run: 1,
  attempt: 1,
  scheduled_at: noon,
  due_at: noon,
  labels: ["vip"],
};

describe("a one-time job", () => {
  it("is scheduled when it is stored", () => {
    expect(between(undefined, job)).toEqual([
      { name: "scheduled", time: job.created_at, detail: { ...about, status: "queued", version: 1 }, created: true },
    ]);
  });

  it("is started when it is claimed", () => {
    const detail = { ...about, status: "running", version: 2, started_at: noon + 40 };
    expect(between(job, running)).toEqual([{ name: "started", time: noon + 40, detail }]);
  });

  it("is completed with its times, and without its input and result", () => {
    const after = completed(running, noon + 90, done);
    const times = { started_at: noon + 40, finished_at: noon + 90 };
    expect(between(running, after)).toEqual([
      {
        name: "completed",
        time: noon + 90,
        detail: { ...about, ...times, status: "completed", version: 3 },
        ended: after.attempts[0],
      },
    ]);
  });

  it("is retried with the reason of the failure and the time of the next attempt, then fails", () => {
    const waiting = attemptFailed({ ...running, retries: 1 }, noon + 90, failure("TIMEOUT"));
    const [retrying] = between(running, waiting);
    expect(retrying).toMatchObject({
      name: "retrying",
      time: noon + 90,
      detail: { attempt: 2, status: "scheduled", due_at: noon + 590, error_code: "TIMEOUT" },
      ended: { attempt: 1, outcome: "failed" },
    });
    expect(retrying?.detail).not.toHaveProperty("finished_at");
    const again = claim(waiting, noon + 600);
    expect(between(again, attemptFailed(again, noon + 650, failure("NOT_FOUND")))).toMatchObject([
      {
        name: "failed",
        time: noon + 650,
        detail: {
          attempt: 2,
          status: "failed",
          error_code: "NOT_FOUND",
          started_at: noon + 600,
          finished_at: noon + 650,
        },
        ended: { attempt: 2, outcome: "failed" },
      },
    ]);
  });

  it("is cancelled while it waits, and while it runs", () => {
    const [waiting] = between(job, cancelled(job, noon + 1, "no longer wanted"));
    expect(waiting).toMatchObject({ name: "cancelled", time: noon + 1, detail: { status: "cancelled" } });
    expect(waiting).not.toHaveProperty("ended");
    expect(waiting?.detail).not.toHaveProperty("started_at");
    expect(between(running, cancelled(running, noon + 99, "no longer wanted"))).toMatchObject([
      { name: "cancelled", detail: { started_at: noon + 40, finished_at: noon + 99 }, ended: { outcome: "cancelled" } },
    ]);
  });

  it("does not show an earlier failure when it is cancelled or completed after it", () => {
    const waiting = attemptFailed(running, noon + 90, failure("TIMEOUT"));
    for (const after of [
      cancelled(waiting, noon + 99, "no longer wanted"),
      completed(claim(waiting, noon), noon, done),
    ]) {
      expect(between(claim(waiting, noon), after)[0]?.detail).not.toHaveProperty("error_code");
    }
  });

  it("is retried when a finished one is started again", () => {
    const failed = attemptFailed({ ...running, retries: 0 }, noon, failure("TIMEOUT"));
    expect(names(failed, { ...failed, status: "queued", attempt: 2, version: 4 })).toEqual(["retrying"]);
  });

  it("is scheduled anew when it is moved", () => {
    const moved = { ...job, due_at: noon + 60_000, status: "scheduled" as const };
    const [scheduled] = between(job, moved);
    expect(scheduled).toMatchObject({ name: "scheduled", time: noon + 9000, detail: { due_at: noon + 60_000 } });
    expect(scheduled).not.toHaveProperty("created");
  });

  it.each<[string, Job | undefined, Job | undefined]>([
    ["forgotten", completed(running, noon, done), undefined],
    ["taken over after a crash", running, claim(running, noon + 60_000)],
    ["parked", running, parked(running, done, noon + 60_000)],
    ["woken", parked(running, done, noon), claim(parked(running, done, noon), noon + 5)],
    ["held by a repeated request", job, { ...job, version: 2 }],
  ])("tells nothing when it is %s", (_what, before, after) => {
    expect(between(before, after)).toEqual([]);
  });

  it("that was parked took from its first start to its end", () => {
    const woken = claim(parked(running, done, noon + 500), noon + 500);
    expect(between(woken, completed(woken, noon + 700, done))).toMatchObject([
      { detail: { started_at: noon + 40, finished_at: noon + 700 }, ended: { started_at: noon + 40 } },
    ]);
  });
});

describe("a recurring job", () => {
  const next = { run: 2, attempt: 1, due_at: noon + 60_000, scheduled_at: noon + 60_000, status: "scheduled" as const };

  it("completes a run and goes on: the event is about that run", () => {
    const after = { ...completed(running, noon + 90, done), ...next };
    expect(between(running, after)).toMatchObject([
      {
        name: "completed",
        time: noon + 90,
        detail: { ...about, status: "completed", started_at: noon + 40, finished_at: noon + 90, version: 3 },
        ended: { outcome: "completed", ended_at: noon + 90 },
      },
      { name: "scheduled", detail: { run: 2, attempt: 1, due_at: noon + 60_000, status: "scheduled" } },
    ]);
  });

  it("fails a run and goes on", () => {
    const failed = attemptFailed({ ...running, retries: 0 }, noon + 90, failure("TIMEOUT"));
    expect(between(running, { ...failed, ...next })).toMatchObject([
      { name: "failed", detail: { run: 1, error_code: "TIMEOUT" } },
      { name: "scheduled", detail: { run: 2 } },
    ]);
  });

  it("whose next state holds no attempts: the last error and the stream's time tell", () => {
    const forgetting = (after: Job): Job => ({ ...after, ...next, attempts: [] });
    const failed = attemptFailed({ ...running, retries: 0 }, noon + 90, failure("TIMEOUT"));
    const times = { started_at: noon + 40, finished_at: noon + 9000 };
    expect(between(running, forgetting(completed(running, noon + 90, done)))[0]).toMatchObject({
      name: "completed",
      detail: times,
    });
    expect(between(running, forgetting(failed))[0]).toMatchObject({
      name: "failed",
      detail: { ...times, error_code: "TIMEOUT" },
    });
  });

  it("tells of being paused, by itself or at the end of a run, and resumed", () => {
    const paused = { ...job, status: "paused" as const };
    expect(names(job, paused)).toEqual(["paused"]);
    expect(names(running, { ...completed(running, noon, done), ...next, status: "paused" })).toEqual([
      "completed",
      "paused",
    ]);
    expect(names(paused, { ...paused, ...next })).toEqual(["resumed"]);
    expect(names(paused, cancelled(paused, noon, "no longer wanted"))).toEqual(["cancelled"]);
  });

  it("that skips a run is scheduled for the next", () => {
    expect(names(job, { ...job, ...next })).toEqual(["scheduled"]);
  });
});
