import type { Job } from "../../../lambdas/core/job/job.ts";
import { JobError } from "../../../lambdas/core/job/job-error.ts";
import { continued } from "../../../lambdas/core/job/series.ts";
import { afterClaim, attemptFailed, cancelled, completed, parked } from "../../../lambdas/core/job/transitions.ts";
import { pick } from "../../../lambdas/core/kernel/defined.ts";
import { pauseJob, reschedule, resume, retry, runNow } from "../../../lambdas/core/operations/change-job.ts";
import { deliveriesOf } from "../../../lambdas/core/outbound/webhook.ts";
import { transitionsOf } from "../../../lambdas/lifecycle/events.ts";
import { aJob, noon } from "../../support/builders.ts";

const claim = (job: Job, now: number) => afterClaim(job, { claimId: "c", leaseMarginMs: 15_000, now });
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
  created_at: job.created_at,
  labels: ["vip"],
};

describe("who has done it", () => {
  const changedBy = (at: number) => ({ by: { actor: "k:0f3a", name: "night shift", change: "cancel", at } }) as const;
  const shown = { kind: "key", id: "0f3a", name: "night shift", change: "cancel" };

  it("is said in the first event of a job, and in what a caller changes", () => {
    const made = { ...job, made_by: "k:0f3a", made_by_name: "night shift" } as const;
    expect(between(undefined, made)[0]?.detail).toMatchObject({ made_by: pick(shown, ["kind", "id", "name"]) });
    const [event] = between(made, { ...cancelled(made, noon, "no"), ...changedBy(noon) });
    expect(event).toMatchObject({ name: "cancelled", detail: { by: { ...shown, at: noon } } });
    expect(event?.detail).not.toHaveProperty("made_by");
  });

  it("is not said of what follows by itself", () => {
    const [event] = between({ ...job, ...changedBy(noon) }, { ...running, ...changedBy(noon) });
    expect(event).toMatchObject({ name: "started" });
    expect(event?.detail).not.toHaveProperty("by");
  });

  it("is on the bus only", () => {
    const after = { ...cancelled(job, noon, "no"), ...changedBy(noon), made_by: "k:0f3a" } as const;
    const endpoint = { product: "shop", env: "prd", webhook: "orders", events: ["cancelled", "scheduled"], url: "u" };
    const events = [...between(undefined, after), ...between(job, after)];
    const sent = events.flatMap((event) => deliveriesOf([endpoint as never], event));
    expect(sent.map(({ type, data }) => [type, data.by, data.made_by])).toEqual([
      ["job.scheduled", undefined, undefined],
      ["job.cancelled", undefined, undefined],
    ]);
  });
});

describe("the event of a one-time job", () => {
  it("is scheduled when the job is stored", () => {
    expect(between(undefined, job)).toEqual([
      { name: "scheduled", time: job.created_at, detail: { ...about, status: "queued", version: 1 }, created: true },
    ]);
  });

  it("is started when the job is claimed", () => {
    const detail = { ...about, status: "running", version: 2, started_at: noon + 40 };
    expect(between(job, running)).toEqual([{ name: "started", time: noon + 40, detail }]);
  });

  it("is completed with its times, and without its input or result", () => {
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

  it("is retried with the code and the next attempt's time, then failed", () => {
    const waiting = attemptFailed({ ...running, retries: 1 }, noon + 90, failure("TIMEOUT"));
    const [event] = between(running, waiting);
    expect(event).toMatchObject({
      name: "retrying",
      time: noon + 90,
      detail: { attempt: 2, status: "scheduled", due_at: noon + 590, error_code: "TIMEOUT" },
      ended: { attempt: 1, outcome: "failed" },
    });
    expect(event?.detail).not.toHaveProperty("finished_at");
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

  it("has the provider's code of a failure", () => {
    const error = new JobError("SERVICE_UNAVAILABLE", "a deadlock", { providerCode: "40P01" });
    const waiting = attemptFailed({ ...running, retries: 1 }, noon + 90, { error, random: 0 });
    const code = { error_code: "SERVICE_UNAVAILABLE", provider_code: "40P01" };
    expect(between(running, waiting)).toMatchObject([{ name: "retrying", detail: code }]);
    const failed = attemptFailed({ ...running, retries: 0 }, noon + 90, { error, random: 0 });
    expect(between(running, failed)).toMatchObject([{ name: "failed", detail: code }]);
  });

  it("is cancelled while the job waits or runs", () => {
    const [waiting] = between(job, cancelled(job, noon + 1, "no longer wanted"));
    expect(waiting).toMatchObject({ name: "cancelled", time: noon + 1, detail: { status: "cancelled" } });
    expect(waiting).not.toHaveProperty("ended");
    expect(waiting?.detail).not.toHaveProperty("started_at");
    expect(between(running, cancelled(running, noon + 99, "no longer wanted"))).toMatchObject([
      { name: "cancelled", detail: { started_at: noon + 40, finished_at: noon + 99 }, ended: { outcome: "cancelled" } },
    ]);
  });

  it("has no earlier failure once the job is cancelled or completed", () => {
    const waiting = attemptFailed(running, noon + 90, failure("TIMEOUT"));
    for (const after of [
      cancelled(waiting, noon + 99, "no longer wanted"),
      completed(claim(waiting, noon), noon, done),
    ]) {
      expect(between(claim(waiting, noon), after)[0]?.detail).not.toHaveProperty("error_code");
    }
  });

  it("is retried when the job is restarted after its end", () => {
    const failed = attemptFailed({ ...running, retries: 0 }, noon, failure("TIMEOUT"));
    expect(names(failed, retry(0)(failed, noon + 1) as Job)).toEqual(["retrying"]);
  });

  it("is scheduled when the job is rescheduled", () => {
    const moved = { ...job, due_at: noon + 60_000, status: "scheduled" as const };
    const [scheduled] = between(job, moved);
    expect(scheduled).toMatchObject({ name: "scheduled", time: noon + 9000, detail: { due_at: noon + 60_000 } });
    expect(scheduled).not.toHaveProperty("created");
  });

  it.each<[string, Job | undefined, Job | undefined]>([
    ["deleted", completed(running, noon, done), undefined],
    ["taken over after a crash", running, claim(running, noon + 60_000)],
    ["parked", running, parked(running, done, noon + 60_000)],
    ["resumed after being parked", parked(running, done, noon), claim(parked(running, done, noon), noon + 5)],
    ["kept for a repeated request", job, { ...job, version: 2 }],
  ])("does not exist when the job is %s", (_what, before, after) => {
    expect(between(before, after)).toEqual([]);
  });

  it("has the duration from a parked job's first start to its end", () => {
    const woken = claim(parked(running, done, noon + 500), noon + 500);
    expect(between(woken, completed(woken, noon + 700, done))).toMatchObject([
      { detail: { started_at: noon + 40, finished_at: noon + 700 }, ended: { started_at: noon + 40 } },
    ]);
  });
});

describe("the event of a recurring job", () => {
  const hour = 3_600_000;
  const series = aJob({ repeat: { every: hour, anchor: noon, overlap: "skip" } });
  const run = claim(series, noon + 40);
  const next = (ended: Job) => continued(ended, noon + 90)?.next as Job;
  const done90 = completed(run, noon + 90, done);

  it("is about the run that has completed", () => {
    expect(between(run, next(done90))).toMatchObject([
      {
        name: "completed",
        time: noon + 90,
        detail: {
          run: 1,
          due_at: noon,
          status: "completed",
          started_at: noon + 40,
          finished_at: noon + 90,
        },
        ended: { outcome: "completed", ended_at: noon + 90 },
      },
      { name: "scheduled", detail: { run: 2, attempt: 1, due_at: noon + hour, status: "scheduled" } },
    ]);
  });

  it("has a version that rises with every event", () => {
    const second = next(done90);
    const again = claim(second, noon + hour);
    const last = completed(again, noon + hour + 1, done);
    const writes: [Job | undefined, Job][] = [
      [undefined, series],
      [series, run],
      [run, second],
      [second, again],
      [again, last],
    ];
    const events = writes.flatMap(([before, after]) => between(before, after));
    expect(events.map(({ name }) => name)).toEqual([
      "scheduled",
      "started",
      "completed",
      "scheduled",
      "started",
      "completed",
    ]);
    const versions = events.map(({ detail }) => detail.version);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
  });

  it("is about a failed run when the job goes on", () => {
    const failed = attemptFailed({ ...run, retries: 0 }, noon + 90, failure("TIMEOUT"));
    expect(between(run, next(failed))).toMatchObject([
      { name: "failed", detail: { run: 1, status: "failed", error_code: "TIMEOUT" }, ended: { outcome: "failed" } },
      { name: "scheduled", detail: { run: 2 } },
    ]);
  });

  it("is completed with the last run", () => {
    expect(between(run, done90)).toMatchObject([{ name: "completed", detail: { run: 1, status: "completed" } }]);
  });

  it("is paused or resumed, at once or at the end of a run", () => {
    const paused = pauseJob(series, noon) as Job;
    expect(names(series, paused)).toEqual(["paused"]);
    const asked = pauseJob(run, noon) as Job;
    expect(names(run, asked)).toEqual([]);
    expect(names(asked, next(completed(asked, noon + 90, done)))).toEqual(["completed", "paused"]);
    expect(names(paused, resume(paused, noon + 1) as Job)).toEqual(["resumed"]);
    expect(names(paused, cancelled(paused, noon, "no longer wanted"))).toEqual(["cancelled"]);
  });

  it("is completed when it is resumed past its end", () => {
    const ending = { ...series, repeat: { every: hour, anchor: noon, overlap: "skip" as const, end_date: noon } };
    const paused = pauseJob(ending, noon) as Job;
    const [over, ...others] = between(paused, resume(paused, noon + 1) as Job);
    expect([over?.name, over?.ended, others]).toEqual(["completed", undefined, []]);
  });

  it("is scheduled when the job is rescheduled or run now", () => {
    const waiting = next(done90);
    expect(names(waiting, runNow(waiting, noon + 99) as Job)).toEqual(["scheduled"]);
    expect(names(waiting, reschedule({ due_at: noon + 5 * hour })(waiting, noon) as Job)).toEqual(["scheduled"]);
  });
});
