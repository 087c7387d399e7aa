import type { Job, JobMessage, Repeat } from "../../../../lambdas/core/job/job.ts";
import { JobError } from "../../../../lambdas/core/job/job-error.ts";
import { runReasons } from "../../../../lambdas/core/job/series.ts";
import { cancel, changeJob, pauseJob } from "../../../../lambdas/core/operations/change-job.ts";
import type { Execute } from "../../../../lambdas/core/operations/execution.ts";
import { transitionsOf } from "../../../../lambdas/lifecycle/events.ts";
import { newMemory } from "../../../../lambdas/reconciler/memory.ts";
import { graceMs, reconcile } from "../../../../lambdas/reconciler/reconcile.ts";
import { aMessage, noon } from "../../../support/builders.ts";
import { throttled } from "../../../support/fakes/failures.ts";
import { job, ok, world as worldOf } from "./world.ts";

const minute = 60_000;
const repeat: Repeat = { every: 5 * minute, anchor: noon, overlap: "cancel_previous" };
const series = (overrides: Partial<Job> = {}) => job({ repeat, retries: 0, timeout_ms: 3_600_000, ...overrides });

function world(stored = series()) {
  const w = worldOf(stored);
  const message = (run: number, minutes: number): JobMessage =>
    aMessage(stored, { run, due_at: noon + minutes * minute });
  /** A run that takes so many minutes. */
  const slow =
    (minutes: number): Execute =>
    async ({ clock, job }) => {
      await clock.sleep(minutes * minute);
      return { of: job.run };
    };
  return { ...w, message, slow, archived: () => w.jobs.archived() };
}

describe("a run of a series with cancel_previous", () => {
  it("sends the next run's message when it starts", async () => {
    const { run, queue, message } = world();
    await run(ok);
    // Once ahead, and once more when the run has ended: claims are conditional.
    expect(queue.sent).toMatchObject([
      { message: message(2, 5), delaySeconds: 300 },
      { message: message(2, 5), delaySeconds: 300 },
    ]);
  });

  it("sends the next run's message only once its input could be read", async () => {
    const { run, queue, blobs, message, clock } = world(series({ input: { blob: "inputs/1", bytes: 2 } }));
    const { get } = blobs;
    blobs.get = async () => {
      throw throttled();
    };
    for (let i = 0; i < 3; i++) await expect(run(ok)).rejects.toThrow(throttled().message);
    expect(queue.sent).toEqual([]);
    blobs.get = get;
    await blobs.put("inputs/1", Buffer.from("{}"), "application/json");
    const begun = run(async ({ clock }) => void (await clock.sleep(minute)));
    await clock.advance(1);
    expect(queue.sent).toMatchObject([{ message: message(2, 5), delaySeconds: 300 }]);
    await clock.advance(minute);
    await begun;
  });

  it("sends the next run's message once, however often its provider puts it off", async () => {
    const { run, queue, clock, message, stored } = world(series());
    for (let i = 0; i < 3; i++) {
      await run(
        async () => {
          throw new JobError("RATE_LIMITED", "Slow down.", { retryAfterMs: minute });
        },
        aMessage((await stored()) as Job),
      );
      await clock.advance(minute);
    }
    const sent = queue.sent.filter(({ message }) => message.run === 2);
    expect(sent).toMatchObject([{ message: message(2, 5) }]);
  });

  it("is archived as cancelled when the next one is due, which starts on time", async () => {
    const { run, slow, clock, message, stored, archived, log } = world();
    const first = run(slow(8));
    await clock.advance(5 * minute);
    const second = run(slow(1), message(2, 5));
    await clock.advance(1);
    expect(await stored()).toMatchObject({ run: 2, status: "running", started_at: noon + 5 * minute });
    expect(archived()).toMatchObject([
      {
        run: 1,
        status: "cancelled",
        reason: runReasons.superseded,
        started_at: noon,
        finished_at: noon + 5 * minute,
        attempts: [{ attempt: 1, outcome: "cancelled" }],
      },
    ]);
    await clock.advance(4 * minute);
    await Promise.all([first, second]);
    expect(await stored()).toMatchObject({ run: 3, status: "scheduled", due_at: noon + 10 * minute });
    expect(archived()).toMatchObject([
      { run: 1, status: "cancelled" },
      { run: 2, status: "completed", result: { inline: { of: 2 } } },
    ]);
    expect(log.lines.map(({ message }) => message)).toContain(
      "outcome discarded: the attempt was cancelled or taken over",
    );
  });

  it("is cancelled while it waits for another attempt", async () => {
    const { run, clock, message, stored, archived } = world(series({ retries: 3 }));
    await run(async () => {
      throw new JobError("SERVICE_UNAVAILABLE", "Closed.", { retryAfterMs: 10 * minute });
    });
    await clock.advance(5 * minute);
    const before = await stored();
    expect(before).toMatchObject({ run: 1, attempt: 2, status: "scheduled" });
    await run(ok, message(2, 5));
    expect(archived()).toMatchObject([
      { run: 1, status: "cancelled", finished_at: noon + 5 * minute, attempts: [{ outcome: "failed" }] },
      { run: 2, status: "completed" },
    ]);
  });

  it("is cancelled while its provider has put it off", async () => {
    const { run, clock, message, stored, archived } = world(series());
    await run(async () => {
      throw new JobError("RATE_LIMITED", "Slow down.", { retryAfterMs: 10 * minute });
    });
    await clock.advance(5 * minute);
    expect(await stored()).toMatchObject({ run: 1, attempt: 1, status: "scheduled", snoozes: { count: 1 } });
    await run(ok, message(2, 5));
    expect(archived()).toMatchObject([
      { run: 1, status: "cancelled", reason: runReasons.superseded, started_at: noon, attempts: [] },
      { run: 2, status: "completed" },
    ]);
  });

  it("is cancelled by a late message from before its provider put it off", async () => {
    const { run, clock, message, stored, archived } = world(series());
    const first = run(async ({ clock }) => {
      await clock.sleep(6 * minute);
      throw new JobError("RATE_LIMITED", "Slow down.", { retryAfterMs: 10 * minute });
    });
    await clock.advance(6 * minute);
    await first;
    expect(await stored()).toMatchObject({ run: 1, status: "scheduled", snoozes: { count: 1, since: noon } });
    await run(ok, message(2, 5));
    expect(archived()).toMatchObject([
      { run: 1, status: "cancelled", reason: runReasons.superseded },
      { run: 2, status: "completed" },
    ]);
  });

  it("is not cancelled by an early message, which is sent again", async () => {
    const { run, slow, clock, message, stored, queue } = world();
    const first = run(slow(4));
    await clock.advance(3 * minute);
    const before = queue.sent.length;
    await run(ok, message(2, 5));
    expect(await stored()).toMatchObject({ run: 1, status: "running" });
    expect(queue.sent.slice(before)).toMatchObject([{ message: message(2, 5), delaySeconds: 120 }]);
    await clock.advance(minute);
    await first;
  });

  it.each([
    ["of a time that is none of its series", 2, 6],
    ["of a run after the next one", 3, 5],
  ])("is not cancelled by a message %s", async (_what, number, minutes) => {
    const { run, slow, clock, message, stored, archived } = world();
    const first = run(slow(20));
    await clock.advance(7 * minute);
    await run(ok, message(number, minutes));
    expect(await stored()).toMatchObject({ run: 1, status: "running" });
    expect(archived()).toEqual([]);
    await clock.advance(13 * minute);
    await first;
  });

  it("completes if the series is to pause after it", async () => {
    const { run, slow, clock, message, stored, archived, ...services } = world();
    const first = run(slow(7));
    await clock.advance(minute);
    await changeJob({ ...services, clock }, (await stored())?.id ?? "", pauseJob);
    await clock.advance(4 * minute);
    await run(ok, message(2, 5));
    expect(await stored()).toMatchObject({ run: 1, status: "running" });
    await clock.advance(2 * minute);
    await first;
    expect(archived()).toMatchObject([{ run: 1, status: "completed" }]);
    expect(await stored()).toMatchObject({ run: 2, status: "paused" });
  });

  it("keeps the reason with which its series was cancelled", async () => {
    const { run, slow, clock, message, stored, ...services } = world();
    const first = run(slow(7));
    await clock.advance(minute);
    await changeJob({ ...services, clock }, (await stored())?.id ?? "", cancel("not needed"));
    await clock.advance(4 * minute);
    await run(ok, message(2, 5));
    await clock.advance(2 * minute);
    await first;
    expect(await stored()).toMatchObject({ run: 1, status: "cancelled", reason: "not needed" });
  });

  it("starts although AWS refuses the next one's message", async () => {
    const { run, slow, clock, message, stored, ...services } = world();
    const { send } = services.queue;
    services.queue.send = async () => {
      throw throttled();
    };
    const started = run(slow(20));
    await clock.advance(1);
    services.queue.send = send;
    const memory = newMemory();
    await clock.advance(5 * minute + graceMs - 2);
    await reconcile({ ...services, clock }, graceMs, memory);
    expect(services.queue.sent).toEqual([]);
    await clock.advance(1);
    await reconcile({ ...services, clock }, graceMs, memory);
    expect(services.queue.sent).toMatchObject([{ message: message(2, 5), delaySeconds: 0 }]);
    const second = run(ok, message(2, 5));
    await clock.advance(20 * minute);
    await Promise.all([started, second]);
    expect((await stored())?.run).toBeGreaterThan(2);
  });

  it("is ended by its next claim if the consumer that cancels it dies half-way", async () => {
    const { run, slow, clock, message, stored, archived, ...services } = world();
    void run(slow(60));
    await clock.advance(5 * minute);
    const { archive } = services.jobs;
    services.jobs.archive = async () => {
      throw new Error("died");
    };
    await expect(run(ok, message(2, 5))).rejects.toThrow("died");
    services.jobs.archive = archive;
    expect(await stored()).toMatchObject({ run: 1, status: "running", next_at: noon + 5 * minute });
    await clock.advance(minute);
    let ran = 0;
    await run(
      async () => {
        ran++;
        return {};
      },
      message(1, 0),
    );
    expect(ran).toBe(0);
    expect(archived()).toMatchObject([{ run: 1, status: "cancelled", reason: runReasons.superseded }]);
    expect(await stored()).toMatchObject({ run: 2, status: "queued", due_at: noon + 5 * minute });
    expect(await stored()).not.toHaveProperty("next_at");
  });

  it("does not begin another attempt once the next run is due", async () => {
    const { run, clock, stored, archived } = world(series({ retries: 3 }));
    await run(async () => {
      throw new JobError("RATE_LIMITED", "Slow down.", { retryAfterMs: 6 * minute });
    });
    await clock.advance(6 * minute);
    await run(ok, aMessage((await stored()) as Job));
    expect(archived()).toMatchObject([{ run: 1, status: "cancelled", reason: runReasons.superseded }]);
    expect(await stored()).toMatchObject({ run: 2, status: "queued", due_at: noon + 5 * minute });
  });

  it("is published as cancelled before the next one is published as scheduled", async () => {
    const { run, clock, message, stored, jobs } = world(series({ retries: 3 }));
    await run(async () => {
      throw new JobError("SERVICE_UNAVAILABLE", "Closed.", { retryAfterMs: 10 * minute });
    });
    await clock.advance(5 * minute);
    const before = (await stored()) as Job;
    const { claim } = jobs;
    jobs.claim = async (of, how) => ((await stored())?.run === 2 ? { outcome: "gone" } : claim(of, how));
    await run(ok, message(2, 5));
    const after = (await stored()) as Job;
    const events = transitionsOf({ before, after, at: clock.now(), record: {} } as never);
    expect(events.map(({ name, detail }) => [name, detail.run])).toEqual([
      ["cancelled", 1],
      ["scheduled", 2],
    ]);
    expect(events[0]?.detail.version).toBeLessThan(events[1]?.detail.version ?? 0);
  });
});

describe("a run that is too late", () => {
  it("is archived as cancelled, and the next one is dispatched", async () => {
    const late = { ...repeat, overlap: "skip", max_lateness_ms: minute } as const;
    const { run, clock, stored, archived, queue } = world(series({ repeat: late }));
    await clock.advance(22 * minute);
    let ran = 0;
    await run(async () => {
      ran++;
      return {};
    });
    expect(ran).toBe(0);
    expect(archived()).toMatchObject([{ run: 1, status: "cancelled", reason: runReasons.late }]);
    expect(await stored()).toMatchObject({ run: 2, status: "scheduled", due_at: noon + 25 * minute, skipped_runs: 1 });
    expect(queue.sent).toMatchObject([{ message: { run: 2 }, delaySeconds: 180 }]);
  });

  it("ends a series if it is the last one", async () => {
    const last = { ...repeat, overlap: "skip", max_lateness_ms: minute, end_date: noon } as const;
    const { run, clock, stored } = world(series({ repeat: last }));
    await clock.advance(22 * minute);
    await run(ok);
    expect(await stored()).toMatchObject({ run: 1, status: "cancelled", reason: runReasons.late });
  });
});
