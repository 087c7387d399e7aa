import { runJob } from "../../../../lambdas/consumers/engine/run-job.ts";
import { hasBegun, type Job, jobMessageOf, type Repeat } from "../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import { afterClaim } from "../../../../lambdas/core/job/transitions.ts";
import { RequestError } from "../../../../lambdas/core/kernel/request-error.ts";
import {
  type Change,
  cancel,
  cancelStep,
  changeJob,
  deleteJob,
  pauseJob,
  reschedule,
  resume,
  retry,
  revive,
  runNow,
  skipNext,
} from "../../../../lambdas/core/operations/change-job.ts";
import { dispatch, scheduleName } from "../../../../lambdas/core/operations/dispatch.ts";
import { nextRuns } from "../../../../lambdas/core/queries/series-view.ts";
import { aJob, aMessage, askedFor, noon } from "../../../support/builders.ts";
import { catalog } from "../../../support/catalog/catalog.ts";
import { throttled } from "../../../support/fakes/failures.ts";
import { fakeServices } from "../../../support/fakes/services.ts";

const hour = 3_600_000;
const minute = 60_000;
const hourly: Repeat = { every: hour, anchor: noon, overlap: "skip" };
const job = (overrides: Partial<Job> = {}) => aJob({ product: "my-product", event: "create_order", ...overrides });
const far = (overrides: Partial<Job> = {}) =>
  job({ status: "scheduled", due_at: noon + hour, scheduled_at: noon + hour, ...overrides });
const series = (overrides: Partial<Job> = {}) => far({ repeat: hourly, run: 3, ...overrides });
const running = (overrides: Partial<Job> = {}) =>
  afterClaim(job(overrides), { claimId: "c1", now: noon, leaseMarginMs: 1000 });
const failed = (overrides: Partial<Job> = {}) =>
  job({
    status: "failed",
    attempt: 4,
    finished_at: noon,
    error: { code: "TIMEOUT", message: "slow", retryable: true },
    ...overrides,
  });

async function world(stored: Job) {
  const services = fakeServices({ catalog, jobs: [stored] });
  if (stored.status === "scheduled") await dispatch(services, stored);
  return {
    ...services,
    change: (change: Change) => changeJob(services, stored.id, change),
    now: async () => services.jobs.get(stored.id),
  };
}
const conflicts = async (promise: Promise<unknown>) => {
  await expect(promise).rejects.toThrow(RequestError);
  await expect(promise).rejects.toMatchObject({ code: "STATE_CONFLICT" });
};

describe("cancel of a job", () => {
  it("ends it with its reason and takes back its schedule", async () => {
    const w = await world(far());
    expect(w.scheduler.schedules.size).toBe(1);
    expect(await w.change(cancel("not needed"))).toMatchObject({ status: "cancelled", reason: "not needed" });
    expect(w.scheduler.schedules.size).toBe(0);
    expect(w.queue.sent).toEqual([]);
  });

  it("is idempotent, and a conflict for a job that finished otherwise", async () => {
    const w = await world(far());
    const first = await w.change(cancel("a"));
    expect(await w.change(cancel("b"))).toMatchObject({ version: first.version, reason: "a" });
    expect(w.queue.sent).toEqual([]);
    await conflicts((await world(failed())).change(cancel("c")));
  });

  it("ends a paused series", async () => {
    expect(await (await world(series({ status: "paused" }))).change(cancel("a"))).toMatchObject({
      status: "cancelled",
    });
  });

  it("discards the outcome of a running one", async () => {
    const due = job();
    const w = await world(due);
    await runJob(
      w,
      async () => {
        await w.change(cancel("stop"));
        return "too late";
      },
      aMessage(due),
    );
    expect(await w.now()).toMatchObject({ status: "cancelled", reason: "stop", attempts: [{ outcome: "cancelled" }] });
  });
});

describe("pause and resume of a series", () => {
  it("hold it and let it go on with the next occurrence", async () => {
    const w = await world(series());
    expect(await w.change(pauseJob)).toMatchObject({ status: "paused", run: 3 });
    expect(w.scheduler.schedules.size).toBe(0);
    await w.clock.advance(2.5 * hour);
    expect(await w.change(resume)).toMatchObject({ status: "scheduled", run: 3, due_at: noon + 3 * hour });
    expect(w.queue.sent.length + w.scheduler.schedules.size).toBe(1);
  });

  it("keep its time if that is still ahead", async () => {
    const w = await world(series());
    await w.change(pauseJob);
    expect(await w.change(resume)).toMatchObject({ status: "scheduled", due_at: noon + hour });
  });

  it("let a run under way end and hold the next one", async () => {
    const due = job({ repeat: hourly });
    const w = await world(due);
    await runJob(
      w,
      async () => {
        expect(await w.change(pauseJob)).toMatchObject({ status: "running", pause_requested: true });
        return "done";
      },
      aMessage(due),
    );
    expect(await w.now()).toMatchObject({ status: "paused", run: 2, due_at: noon + hour });
    expect(w.jobs.archived()).toMatchObject([{ run: 1, status: "completed", result: { inline: "done" } }]);
    expect(w.queue.sent).toEqual([]);
  });

  it("change nothing if both come while a run is under way", async () => {
    const due = job({ repeat: hourly });
    const w = await world(due);
    await runJob(
      w,
      async () => {
        await w.change(pauseJob);
        await w.change(resume);
      },
      aMessage(due),
    );
    expect(await w.now()).toMatchObject({ status: "scheduled", run: 2 });
  });

  it("let a run that waits for its retry end", async () => {
    const w = await world(series({ attempt: 2 }));
    expect(await w.change(pauseJob)).toMatchObject({ status: "scheduled", attempt: 2, pause_requested: true });
    expect(w.scheduler.schedules.size).toBe(1);
  });

  it("complete it if its end has passed", async () => {
    const w = await world(series({ status: "paused", repeat: { ...hourly, end_date: noon + hour } }));
    await w.clock.advance(2 * hour);
    expect(await w.change(resume)).toMatchObject({
      status: "completed",
      finished_at: noon + 2 * hour,
      reason: "the series is over",
    });
    expect(w.queue.sent.length + w.scheduler.schedules.size).toBe(0);
  });

  it("are conflicts for other jobs", async () => {
    await conflicts((await world(far())).change(pauseJob));
    await conflicts((await world(failed({ repeat: hourly }))).change(pauseJob));
    await conflicts((await world(far())).change(resume));
    await conflicts((await world(failed({ repeat: hourly, pause_requested: true }))).change(resume));
    const w = await world(series());
    expect(await w.change(resume)).toMatchObject({ version: 1 });
    await w.change(pauseJob);
    const { version } = (await w.now()) as Job;
    expect(await w.change(pauseJob)).toMatchObject({ version });
  });

  it("have an old message dropped", async () => {
    const due = job({ repeat: hourly });
    const w = await world(due);
    await w.change(pauseJob);
    let runs = 0;
    await runJob(w, async () => runs++, aMessage(due));
    expect(runs).toBe(0);
  });
});

describe("reschedule of a job", () => {
  it("replaces its schedule and makes the old message stale", async () => {
    const before = far();
    const w = await world(before);
    const moved = await w.change(reschedule({ due_at: noon + 5 * hour }));
    expect(moved).toMatchObject({ status: "scheduled", due_at: noon + 5 * hour, scheduled_at: noon + 5 * hour });
    expect([...w.scheduler.schedules]).toMatchObject([[scheduleName(moved), { at: askedFor(moved) }]]);
    await w.clock.advance(hour);
    let runs = 0;
    await runJob(w, async () => runs++, aMessage(before));
    expect(runs).toBe(0);
  });

  it("to now queues the job", async () => {
    const w = await world(far());
    expect(await w.change(reschedule({ due_at: noon }))).toMatchObject({ status: "queued" });
    expect(w.scheduler.schedules.size).toBe(0);
    expect(w.queue.sent).toMatchObject([{ delaySeconds: 0, message: { due_at: noon } }]);
  });

  it("gives a series another repeat, and keeps a paused one paused", async () => {
    const daily: Repeat = { cron: "0 9 * * *", anchor: noon, overlap: "skip" };
    const w = await world(series());
    expect(await w.change(reschedule({ repeat: daily }))).toMatchObject({
      run: 3,
      due_at: noon + 21 * hour,
      repeat: daily,
    });
    await w.change(pauseJob);
    expect(await w.change(reschedule({ due_at: noon + 9 * hour }))).toMatchObject({
      status: "paused",
      due_at: noon + 9 * hour,
    });
  });

  it("is a conflict if the job runs or has finished, or has no series to repeat", async () => {
    await conflicts((await world(running())).change(reschedule({ due_at: noon + hour })));
    await conflicts((await world(failed())).change(reschedule({ due_at: noon + hour })));
    await conflicts((await world(far())).change(reschedule({ repeat: hourly })));
  });

  it("forgets the missed occurrences that the run stood for", async () => {
    const every: Repeat = { every: hour, anchor: noon + 5 * hour, overlap: "queue" };
    const w = await world(series({ status: "queued", due_at: noon - hour, coalesced_until: noon }));
    const moved = await w.change(reschedule({ due_at: noon + 5 * hour, repeat: every }));
    await w.clock.advance(5 * hour);
    await runJob(w, async () => 1, aMessage(moved));
    expect(await w.now()).toMatchObject({ run: 4, status: "scheduled", due_at: noon + 6 * hour });
  });

  it("to a time when the job has expired is a conflict", async () => {
    const w = await world(far({ expires_at: noon + 2 * hour }));
    await conflicts(w.change(reschedule({ due_at: noon + 2 * hour })));
    expect(await w.change(reschedule({ due_at: noon + 2 * hour - 1 }))).toMatchObject({ status: "scheduled" });
  });

  it("to a time after the end of the series is a conflict", async () => {
    const w = await world(series({ repeat: { ...hourly, end_date: noon + 2 * hour } }));
    await conflicts(w.change(reschedule({ due_at: noon + 2 * hour + 1 })));
    expect(await w.change(reschedule({ due_at: noon + 2 * hour }))).toMatchObject({ due_at: noon + 2 * hour });
  });

  it("is a conflict if the job runs at its old time first", async () => {
    const due = far({ due_at: noon, scheduled_at: noon, status: "queued" });
    const w = await world(due);
    const { get } = w.jobs;
    w.jobs.get = async (id) => {
      const read = await get(id);
      w.jobs.get = get;
      await runJob(w, async () => "ran", aMessage(due));
      return read;
    };
    await conflicts(w.change(reschedule({ due_at: noon + hour })));
    expect(await w.now()).toMatchObject({ status: "completed", attempts: [{ outcome: "completed" }] });
  });
});

describe("retry of a job", () => {
  it("tries it again with all of its retries", async () => {
    const w = await world(failed());
    expect(await w.change(retry(0))).toMatchObject({ status: "queued", attempt: 5, retried_after: 4 });
    const message = w.queue.sent.splice(0)[0]?.message;
    await runJob(
      w,
      async () => {
        throw new JobError("TIMEOUT", "slow");
      },
      message as never,
      { random: () => 1 },
    );
    expect(await w.now()).toMatchObject({ status: "scheduled", attempt: 6, due_at: noon + 1000 });
  });

  it("removes its end, its error and its crashes", async () => {
    const again = await (await world(failed({ claims: 4 }))).change(retry(0));
    expect(again).toMatchObject({ claims: 0 });
    for (const field of ["finished_at", "error", "reason"]) expect(again).not.toHaveProperty(field);
  });

  it("with a delay is dispatched as any job", async () => {
    const w = await world(failed());
    const retried = await w.change(retry(hour));
    expect([...w.scheduler.schedules.values()]).toMatchObject([{ at: askedFor(retried), message: { attempt: 5 } }]);
  });

  it("is possible once, for a failed one", async () => {
    const w = await world(failed());
    await w.change(retry(0));
    await conflicts(w.change(retry(0)));
    await conflicts((await world(far())).change(retry(0)));
  });

  it("is a conflict if the job would have expired by then", async () => {
    const w = await world(failed({ expires_at: noon + hour }));
    await conflicts(w.change(retry(hour)));
    expect(await w.change(retry(hour - 1))).toMatchObject({ status: "scheduled" });
    await conflicts((await world(failed({ expires_at: noon }))).change(retry(0)));
  });

  it("finds no job whose time to live ran out meanwhile", async () => {
    const stored = failed();
    const w = await world(stored);
    const { replace } = w.jobs;
    w.jobs.replace = async (next) => {
      await w.jobs.remove(stored);
      return replace(next);
    };
    await expect(w.change(retry(0))).rejects.toMatchObject({ code: "JOB_NOT_FOUND" });
    expect(w.queue.sent).toEqual([]);
  });
});

describe("a step of a retried feature", () => {
  const of = (attempt: number) => ({ message: aMessage(job({ attempt })), step: "main.create" });

  it("is tried again if it failed, and wakes the feature's new attempt", async () => {
    const again = await (await world(failed({ parent: of(1) }))).change(revive(of(2)));
    expect(again).toMatchObject({ status: "queued", attempt: 5, parent: { message: { attempt: 2 } } });
    const open = await (await world(far({ parent: of(1) }))).change(revive(of(2)));
    expect(open).toMatchObject({ status: "scheduled", attempt: 1, parent: { message: { attempt: 2 } } });
  });

  it("stays unchanged if it completed or was told already", async () => {
    const done = await world(job({ status: "completed", finished_at: noon, parent: of(1) }));
    expect(await done.change(revive(of(2)))).toMatchObject({ version: 1 });
    expect(await (await world(failed({ parent: of(2) }))).change(revive(of(2)))).toMatchObject({ version: 1 });
  });
});

describe("run-now of a job", () => {
  it("makes a waiting job due now", async () => {
    const w = await world(far());
    expect(await w.change(runNow)).toMatchObject({ status: "queued", due_at: noon });
    expect(w.scheduler.schedules.size).toBe(0);
    expect(await w.change(runNow)).toMatchObject({ version: 2 });
  });

  it("runs a series once more than planned", async () => {
    const w = await world(series());
    const now = await w.change(runNow);
    await runJob(w, async () => 1, aMessage(now));
    expect(await w.now()).toMatchObject({ run: 4, due_at: noon + hour });
  });

  it.each(["skip", "cancel_previous"] as const)(
    "brings no occurrence back that a caller has skipped (%s)",
    async (overlap) => {
      const w = await world(series({ repeat: { ...hourly, overlap } }));
      await w.change(skipNext);
      await w.change(skipNext);
      const now = await w.change(runNow);
      expect(nextRuns(now, noon, 2).map(({ at }) => at)).toEqual([noon, noon + 3 * hour]);
      await runJob(w, async () => 1, aMessage(now));
      expect(await w.now()).toMatchObject({ run: 4, due_at: noon + 3 * hour });
      expect(await w.now()).not.toHaveProperty("coalesced_until");
    },
  );

  it("leaves the series unchanged for a run that waits for its retry", async () => {
    const w = await world(series({ attempt: 2, scheduled_at: noon - hour, repeat: { ...hourly, overlap: "queue" } }));
    const now = await w.change(runNow);
    expect(now).toMatchObject({ due_at: noon, scheduled_at: noon - hour });
    await runJob(w, async () => 1, aMessage(now));
    expect(await w.now()).toMatchObject({ run: 4, status: "queued", scheduled_at: noon });
  });

  it("is a conflict unless the job waits", async () => {
    for (const stored of [running(), failed(), series({ status: "paused" })])
      await conflicts((await world(stored)).change(runNow));
  });
});

describe("a repeated change after AWS refused its message", () => {
  it.each([
    ["run-now", far(), runNow],
    ["resume", series({ status: "paused", due_at: noon, scheduled_at: noon + 60_000 }), resume],
  ])("sends the message: %s", async (_, stored, change) => {
    const w = await world(stored);
    const { send } = w.queue;
    w.queue.send = async () => {
      throw throttled();
    };
    await expect(w.change(change)).rejects.toThrow("throttled");
    w.queue.send = send;
    const { version } = (await w.now()) as Job;
    const job = await w.change(change);
    expect(job.version).toBe(version);
    expect(w.queue.sent).toMatchObject([{ message: aMessage(job) }]);
  });

  it("tells the feature: cancel of a step", async () => {
    const message = aMessage(job({ id: `job_${"f".repeat(32)}` }));
    const w = await world(far({ parent: { message, step: "main.create" } }));
    const { unschedule } = w.scheduler;
    w.scheduler.unschedule = async () => {
      throw throttled();
    };
    await expect(w.change(cancel("not needed"))).rejects.toThrow("throttled");
    w.scheduler.unschedule = unschedule;
    await w.change(cancel("not needed"));
    expect(w.queue.sent).toMatchObject([{ type: "feature", message }]);
  });
});

describe("cancel of a step by its feature", () => {
  const feature = job({ id: `job_${"f".repeat(32)}`, type: "feature" });
  const step = far({ parent: { message: aMessage(feature), step: "main.create" } });

  it("wakes the feature once, however often a decision that fails after it cancels the step", async () => {
    const w = await world(step);
    for (let decision = 0; decision < 3; decision++)
      expect(await cancelStep(w, step.id, feature, "over")).toMatchObject({ status: "cancelled", reason: "over" });
    expect(w.queue.sent).toHaveLength(1);
  });

  it("cancels the steps that it has itself again, in case nobody did", async () => {
    const inner = { id: `job_${"e".repeat(32)}`, status: "cancelled", type: "feature", finished_at: noon } as const;
    const progress = { inline: { "main.create": { status: "queued", job_id: step.id } } };
    const w = await world(far({ ...step, parent: { message: aMessage(job(inner)), step: "main.create" } }));
    await w.jobs.create(job({ ...inner, progress, parent: { message: aMessage(feature), step: "main.sub" } }));
    await cancelStep(w, inner.id, feature, "over");
    expect(await w.now()).toMatchObject({ status: "cancelled" });
    expect(w.queue.sent.filter(({ message }) => message.job_id === feature.id)).toEqual([]);
  });
});

describe("delete of a job", () => {
  it("is a conflict unless it has finished", async () => {
    const w = await world(failed());
    await deleteJob(w, (await w.now())?.id ?? "");
    expect(await w.now()).toBeUndefined();
    const waits = await world(far());
    await conflicts(deleteJob(waits, (await waits.now())?.id ?? ""));
    await expect(deleteJob(w, "job_x")).rejects.toMatchObject({ code: "JOB_NOT_FOUND" });
  });

  it("takes one that version 0.3.0 has failed while its steps were undone", async () => {
    const w = await world({ ...failed(), ending: { cause: "failed", since: noon } });
    await deleteJob(w, (await w.now())?.id ?? "");
    expect(await w.now()).toBeUndefined();
  });
});

describe("skip next of a series", () => {
  it("moves it to the next occurrence under the same number", async () => {
    const w = await world(series());
    const [before] = w.scheduler.schedules.keys();
    const next = await w.change(skipNext);
    expect(next).toMatchObject({ status: "scheduled", run: 3, due_at: noon + 2 * hour, scheduled_at: noon + 2 * hour });
    expect(next).toEqual(expect.not.objectContaining({ attempts: [expect.anything()] }));
    expect([...w.scheduler.schedules.keys()]).toEqual([scheduleName(next)]);
    expect(scheduleName(next)).not.toBe(before);
    expect(await w.change(skipNext)).toMatchObject({ run: 3, due_at: noon + 3 * hour });
    expect(w.jobs.archived()).toEqual([]);
  });

  it("is possible for the last run, because only runs count", async () => {
    const w = await world(series({ repeat: { ...hourly, limit: 3 } }));
    expect(await w.change(skipNext)).toMatchObject({ run: 3, due_at: noon + 2 * hour });
  });

  it("moves a run that is due already to a time ahead", async () => {
    const w = await world(series({ status: "queued", due_at: noon, scheduled_at: noon }));
    await w.clock.advance(1.5 * hour);
    expect(await w.change(skipNext)).toMatchObject({ status: "scheduled", due_at: noon + 2 * hour });
    expect(w.scheduler.schedules.size + w.queue.sent.length).toBe(1);
  });

  it("forgets the missed occurrences that the run stood for", async () => {
    const overlap = "queue" as const;
    const w = await world(series({ repeat: { ...hourly, overlap }, due_at: noon - hour, coalesced_until: noon }));
    const next = await w.change(skipNext);
    expect(next).toMatchObject({ due_at: noon + 2 * hour });
    expect(next).not.toHaveProperty("coalesced_until");
  });

  it("has the skipped run's message dropped", async () => {
    const due = job({ repeat: hourly, run: 3 });
    const w = await world(due);
    await w.change(skipNext);
    const ran: string[] = [];
    await runJob(w, async () => void ran.push("ran"), aMessage(due));
    expect(ran).toEqual([]);
    expect(await w.now()).toMatchObject({ status: "scheduled", run: 3, due_at: noon + hour });
  });

  it.each<[string, Job]>([
    ["a one-time job", far()],
    ["a paused series", series({ status: "paused" })],
    ["a run under way", running({ repeat: hourly })],
    ["a run that waits for its retry", series({ attempt: 2 })],
    ["a run that its provider has put off", series({ snoozes: { count: 1, since: noon } })],
    ["a run that crashed, and waits for a start", series({ claims: 1 })],
    ["an ended series", series({ status: "completed", finished_at: noon })],
    ["a series that would end", series({ repeat: { ...hourly, end_date: noon + hour } })],
  ])("of %s is a conflict, and changes nothing", async (_what, stored) => {
    const w = await world(stored);
    await conflicts(w.change(skipNext));
    expect(await w.now()).toEqual(stored);
  });
});

describe("a run that its provider has put off", () => {
  /** A series whose first run was put off for ten minutes. */
  async function putOff(overrides: Partial<Job> = {}) {
    const due = job({ repeat: hourly, ...overrides });
    const w = await world(due);
    let calls = 0;
    const call = async () => {
      if (++calls === 1) throw new JobError("RATE_LIMITED", "Slow down.", { retryAfterMs: 10 * minute });
      return calls;
    };
    await runJob(w, call, aMessage(due));
    const stored = async () => (await w.now()) as Job;
    /** The job's message comes when it is due. */
    const goOn = async () => {
      const waits = await stored();
      await w.clock.advance(Math.max(0, waits.due_at - w.clock.now()));
      await runJob(w, call, jobMessageOf(waits));
    };
    return { ...w, stored, goOn, calls: () => calls };
  }

  it("ends before a pause that was requested meanwhile", async () => {
    const w = await putOff();
    expect(await w.change(pauseJob)).toMatchObject({
      status: "scheduled",
      due_at: noon + 10 * minute,
      pause_requested: true,
    });
    await w.goOn();
    expect(await w.stored()).toMatchObject({ status: "paused", run: 2 });
    expect(w.jobs.archived()).toMatchObject([{ run: 1, status: "completed", result: { inline: 2 } }]);
  });

  it("goes on unchanged if the pause is taken back", async () => {
    const w = await putOff();
    await w.change(pauseJob);
    expect(await w.change(resume)).toMatchObject({ status: "scheduled", run: 1, due_at: noon + 10 * minute });
    await w.goOn();
    expect(w.jobs.archived()).toMatchObject([{ run: 1, status: "completed", scheduled_at: noon }]);
  });

  it("cannot be skipped or get another series", async () => {
    const w = await putOff();
    await conflicts(w.change(skipNext));
    await conflicts(w.change(reschedule({ repeat: { every: minute, anchor: noon, overlap: "skip" } })));
    expect(await w.stored()).toMatchObject({ run: 1, due_at: noon + 10 * minute, snoozes: { count: 1 } });
    await w.goOn();
    expect(await w.change(reschedule({ repeat: { every: minute, anchor: noon, overlap: "skip" } }))).toMatchObject({
      run: 2,
      repeat: { every: minute },
    });
  });

  it.each<[string, Change]>([
    ["run now", runNow],
    ["moved to another time", reschedule({ due_at: noon + 5 * minute })],
  ])("is %s as the run of its planned time", async (_how, change) => {
    const w = await putOff();
    await w.change(change);
    expect(await w.stored()).toMatchObject({ run: 1, scheduled_at: noon, snoozes: { count: 1 } });
    await w.goOn();
    expect(w.calls()).toBe(2);
    expect(w.jobs.archived()).toMatchObject([{ run: 1, status: "completed", scheduled_at: noon }]);
    expect(await w.stored()).toMatchObject({ run: 2, due_at: noon + hour });
  });

  it("has begun, unlike one that only waits", async () => {
    expect(hasBegun(await (await putOff()).stored())).toBe(true);
    expect([series(), series({ status: "queued" }), series({ status: "paused" })].some(hasBegun)).toBe(false);
    expect([running(), series({ attempt: 2 }), series({ claims: 1 })].every(hasBegun)).toBe(true);
  });
});
