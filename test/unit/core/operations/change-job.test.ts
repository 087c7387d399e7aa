import { runJob } from "../../../../lambdas/consumers/engine/run-job.ts";
import { hasBegun, type Job, jobMessageOf, type Repeat } from "../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import { afterClaim } from "../../../../lambdas/core/job/transitions.ts";
import { RequestError } from "../../../../lambdas/core/kernel/request-error.ts";
import {
  type Change,
  cancel,
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

describe("cancel", () => {
  it("ends a job with its reason and takes back its schedule", async () => {
    const w = await world(far());
    expect(w.scheduler.schedules.size).toBe(1);
    expect(await w.change(cancel("not needed"))).toMatchObject({ status: "cancelled", reason: "not needed" });
    expect(w.scheduler.schedules.size).toBe(0);
    expect(w.queue.sent).toEqual([]);
  });

  it("twice is once; of a job that finished otherwise is a conflict", async () => {
    const w = await world(far());
    const first = await w.change(cancel("a"));
    expect(await w.change(cancel("b"))).toMatchObject({ version: first.version, reason: "a" });
    expect(w.queue.sent).toEqual([]);
    await conflicts((await world(failed())).change(cancel("c")));
  });

  it("ends a series that is paused", async () => {
    expect(await (await world(series({ status: "paused" }))).change(cancel("a"))).toMatchObject({
      status: "cancelled",
    });
  });

  it("of a running job discards its outcome", async () => {
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

describe("pause and resume", () => {
  it("hold a series and let it go on with the next occurrence", async () => {
    const w = await world(series());
    expect(await w.change(pauseJob)).toMatchObject({ status: "paused", run: 3 });
    expect(w.scheduler.schedules.size).toBe(0);
    await w.clock.advance(2.5 * hour);
    expect(await w.change(resume)).toMatchObject({ status: "scheduled", run: 3, due_at: noon + 3 * hour });
    expect(w.queue.sent.length + w.scheduler.schedules.size).toBe(1);
  });

  it("resumed before its time keeps its time", async () => {
    const w = await world(series());
    await w.change(pauseJob);
    expect(await w.change(resume)).toMatchObject({ status: "scheduled", due_at: noon + hour });
  });

  it("while a run is under way let it end, keep its outcome, and hold the next one", async () => {
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

  it("a pause that is taken back while the run is under way changes nothing", async () => {
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

  it("of a run that waits for its retry let it end too", async () => {
    const w = await world(series({ attempt: 2 }));
    expect(await w.change(pauseJob)).toMatchObject({ status: "scheduled", attempt: 2, pause_requested: true });
    expect(w.scheduler.schedules.size).toBe(1);
  });

  it("resumed when its series is over it has ended", async () => {
    const w = await world(series({ status: "paused", repeat: { ...hourly, end_date: noon + hour } }));
    await w.clock.advance(2 * hour);
    expect(await w.change(resume)).toMatchObject({
      status: "completed",
      finished_at: noon + 2 * hour,
      reason: "the series is over",
    });
    expect(w.queue.sent.length + w.scheduler.schedules.size).toBe(0);
  });

  it("are for recurring jobs that are not over", async () => {
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

  it("a paused job starts nothing: its old message is dropped", async () => {
    const due = job({ repeat: hourly });
    const w = await world(due);
    await w.change(pauseJob);
    let runs = 0;
    await runJob(w, async () => runs++, aMessage(due));
    expect(runs).toBe(0);
  });
});

describe("reschedule", () => {
  it("moves a far job: its schedule is replaced, and the old message means nothing", async () => {
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

  it("to now queues it", async () => {
    const w = await world(far());
    expect(await w.change(reschedule({ due_at: noon }))).toMatchObject({ status: "queued" });
    expect(w.scheduler.schedules.size).toBe(0);
    expect(w.queue.sent).toMatchObject([{ delaySeconds: 0, message: { due_at: noon } }]);
  });

  it("gives a series another repeat, and a paused one stays paused", async () => {
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

  it("of a running or finished job is a conflict, and so is a repeat for a one-time job", async () => {
    await conflicts((await world(running())).change(reschedule({ due_at: noon + hour })));
    await conflicts((await world(failed())).change(reschedule({ due_at: noon + hour })));
    await conflicts((await world(far())).change(reschedule({ repeat: hourly })));
  });

  it("of a run that stands for missed occurrences forgets them: none runs once more after it", async () => {
    const every: Repeat = { every: hour, anchor: noon + 5 * hour, overlap: "queue" };
    const w = await world(series({ status: "queued", due_at: noon - hour, coalesced_until: noon }));
    const moved = await w.change(reschedule({ due_at: noon + 5 * hour, repeat: every }));
    await w.clock.advance(5 * hour);
    await runJob(w, async () => 1, aMessage(moved));
    expect(await w.now()).toMatchObject({ run: 4, status: "scheduled", due_at: noon + 6 * hour });
  });

  it("to a time at which the job will have expired is a conflict", async () => {
    const w = await world(far({ expires_at: noon + 2 * hour }));
    await conflicts(w.change(reschedule({ due_at: noon + 2 * hour })));
    expect(await w.change(reschedule({ due_at: noon + 2 * hour - 1 }))).toMatchObject({ status: "scheduled" });
  });

  it("to a time after the end of the series is a conflict", async () => {
    const w = await world(series({ repeat: { ...hourly, end_date: noon + 2 * hour } }));
    await conflicts(w.change(reschedule({ due_at: noon + 2 * hour + 1 })));
    expect(await w.change(reschedule({ due_at: noon + 2 * hour }))).toMatchObject({ due_at: noon + 2 * hour });
  });

  it("against fire: whoever writes first wins, and the job runs once, at one of the two times", async () => {
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

describe("retry", () => {
  it("tries a failed job again, with its whole count of retries and backoff", async () => {
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

  it("starts afresh: it has not ended, has no error, and none of its crashes", async () => {
    const again = await (await world(failed({ claims: 4 }))).change(retry(0));
    expect(again).toMatchObject({ claims: 0 });
    for (const field of ["finished_at", "error", "reason"]) expect(again).not.toHaveProperty(field);
  });

  it("after a delay goes the way of any job", async () => {
    const w = await world(failed());
    const retried = await w.change(retry(hour));
    expect([...w.scheduler.schedules.values()]).toMatchObject([{ at: askedFor(retried), message: { attempt: 5 } }]);
  });

  it("is for failed jobs, once", async () => {
    const w = await world(failed());
    await w.change(retry(0));
    await conflicts(w.change(retry(0)));
    await conflicts((await world(far())).change(retry(0)));
  });

  it("of a job that would have expired by then is a conflict, as it would be cancelled instead", async () => {
    const w = await world(failed({ expires_at: noon + hour }));
    await conflicts(w.change(retry(hour)));
    expect(await w.change(retry(hour - 1))).toMatchObject({ status: "scheduled" });
    await conflicts((await world(failed({ expires_at: noon }))).change(retry(0)));
  });

  it("of a job whose time to live ran out meanwhile says that there is none", async () => {
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

describe("the step of a feature that is retried", () => {
  const of = (attempt: number) => ({ message: aMessage(job({ attempt })), step: "main.create" });

  it("is tried again where it failed, and goes on where it does; its end wakes the new attempt", async () => {
    const again = await (await world(failed({ parent: of(1) }))).change(revive(of(2)));
    expect(again).toMatchObject({ status: "queued", attempt: 5, parent: { message: { attempt: 2 } } });
    const open = await (await world(far({ parent: of(1) }))).change(revive(of(2)));
    expect(open).toMatchObject({ status: "scheduled", attempt: 1, parent: { message: { attempt: 2 } } });
  });

  it("is left as it is where it completed, or has been told so", async () => {
    const done = await world(job({ status: "completed", finished_at: noon, parent: of(1) }));
    expect(await done.change(revive(of(2)))).toMatchObject({ version: 1 });
    expect(await (await world(failed({ parent: of(2) }))).change(revive(of(2)))).toMatchObject({ version: 1 });
  });
});

describe("run-now", () => {
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

  it("of a run that waits for its retry leaves its series as it was", async () => {
    const w = await world(series({ attempt: 2, scheduled_at: noon - hour, repeat: { ...hourly, overlap: "queue" } }));
    const now = await w.change(runNow);
    expect(now).toMatchObject({ due_at: noon, scheduled_at: noon - hour });
    await runJob(w, async () => 1, aMessage(now));
    expect(await w.now()).toMatchObject({ run: 4, status: "queued", scheduled_at: noon });
  });

  it("is for jobs that wait", async () => {
    for (const stored of [running(), failed(), series({ status: "paused" })])
      await conflicts((await world(stored)).change(runNow));
  });
});

describe("a change that AWS has refused to hand over", () => {
  it.each([
    ["run-now", far(), runNow],
    ["resume", series({ status: "paused", due_at: noon, scheduled_at: noon + 60_000 }), resume],
  ])("is handed over when it is asked for again: %s", async (_, stored, change) => {
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

  it("is told to the feature when it is asked for again: cancel of a step", async () => {
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

describe("delete", () => {
  it("is for finished jobs", async () => {
    const w = await world(failed());
    await deleteJob(w, (await w.now())?.id ?? "");
    expect(await w.now()).toBeUndefined();
    const waits = await world(far());
    await conflicts(deleteJob(waits, (await waits.now())?.id ?? ""));
    await expect(deleteJob(w, "job_x")).rejects.toMatchObject({ code: "JOB_NOT_FOUND" });
  });
});

describe("skip next", () => {
  it("moves a series to its next occurrence under the same number, and its schedule with it", async () => {
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

  it("of the last run of the limit is possible, because only runs count", async () => {
    const w = await world(series({ repeat: { ...hourly, limit: 3 } }));
    expect(await w.change(skipNext)).toMatchObject({ run: 3, due_at: noon + 2 * hour });
  });

  it("of a run that is due already moves it to a time ahead", async () => {
    const w = await world(series({ status: "queued", due_at: noon, scheduled_at: noon }));
    await w.clock.advance(1.5 * hour);
    expect(await w.change(skipNext)).toMatchObject({ status: "scheduled", due_at: noon + 2 * hour });
    expect(w.scheduler.schedules.size + w.queue.sent.length).toBe(1);
  });

  it("of a run that stands for missed occurrences lets go of them", async () => {
    const overlap = "queue" as const;
    const w = await world(series({ repeat: { ...hourly, overlap }, due_at: noon - hour, coalesced_until: noon }));
    const next = await w.change(skipNext);
    expect(next).toMatchObject({ due_at: noon + 2 * hour });
    expect(next).not.toHaveProperty("coalesced_until");
  });

  it("drops the message of the skipped run", async () => {
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

  it("ends before the pause that was asked for meanwhile", async () => {
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

  it("goes on as if nothing had been if the pause is taken back", async () => {
    const w = await putOff();
    await w.change(pauseJob);
    expect(await w.change(resume)).toMatchObject({ status: "scheduled", run: 1, due_at: noon + 10 * minute });
    await w.goOn();
    expect(w.jobs.archived()).toMatchObject([{ run: 1, status: "completed", scheduled_at: noon }]);
  });

  it("is not skipped, and its series is not changed under it", async () => {
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
  ])("is %s as the run that it is: it was planned for its own time", async (_how, change) => {
    const w = await putOff();
    await w.change(change);
    expect(await w.stored()).toMatchObject({ run: 1, scheduled_at: noon, snoozes: { count: 1 } });
    await w.goOn();
    expect(w.calls()).toBe(2);
    expect(w.jobs.archived()).toMatchObject([{ run: 1, status: "completed", scheduled_at: noon }]);
    expect(await w.stored()).toMatchObject({ run: 2, due_at: noon + hour });
  });

  it("is a run that has begun, and one that only waits is not", async () => {
    expect(hasBegun(await (await putOff()).stored())).toBe(true);
    expect([series(), series({ status: "queued" }), series({ status: "paused" })].some(hasBegun)).toBe(false);
    expect([running(), series({ attempt: 2 }), series({ claims: 1 })].every(hasBegun)).toBe(true);
  });
});
