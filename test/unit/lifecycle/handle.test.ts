import type { Job } from "../../../lambdas/core/job/job.ts";
import { JobError } from "../../../lambdas/core/job/job-error.ts";
import { jobEvents } from "../../../lambdas/core/job/job-event.ts";
import { continued } from "../../../lambdas/core/job/series.ts";
import { attemptFailed, completed } from "../../../lambdas/core/job/transitions.ts";
import { hourMs } from "../../../lambdas/core/kernel/duration-ms.ts";
import { statsOf } from "../../../lambdas/core/queries/stats-view.ts";
import { handleChanges } from "../../../lambdas/lifecycle/handle.ts";
import { aJob, noon } from "../../support/builders.ts";
import { claim, lifecycle, lifeOf, published, setAsideIn, written } from "../../support/lifecycle.ts";

describe("the lifecycle's batch of writes", () => {
  it("publishes final transitions only by default", async () => {
    const final = lifecycle();
    const job = aJob();
    expect(await handleChanges(final, lifeOf(job))).toBeUndefined();
    expect(published(final)).toEqual([["completed", job.id]]);

    const every = lifecycle(jobEvents);
    await handleChanges(every, lifeOf(job));
    expect(published(every).map(([name]) => name)).toEqual(["scheduled", "started", "completed"]);

    const none = lifecycle([]);
    await handleChanges(none, lifeOf(job));
    expect(published(none)).toEqual([]);
    expect(none.stats.all()).toHaveLength(2);
  });

  it("reports the first write whose event was refused, and counts those before", async () => {
    const services = lifecycle(jobEvents);
    const [good, bad] = [aJob({ created_at: noon }), aJob({ created_at: noon })] as const;
    services.bus.refuses = ({ detail, name }) => detail.job_id === bad.id && name === "started";
    const changes = [...lifeOf(good), ...lifeOf(bad), ...lifeOf(aJob({ created_at: noon }))];
    expect(await handleChanges(services, changes)).toBe(4);
    expect(services.stats.all().map(({ counts }) => [counts.scheduled, counts.completed])).toEqual([[2, 1]]);
    expect(services.log.lines).toMatchObject([
      { level: "error", fields: { count: 2 } },
      { level: "info", measured: { values: { unpublished: 2 } } },
    ]);

    services.bus.refuses = () => false;
    expect(await handleChanges(services, changes.slice(4))).toBeUndefined();
    expect(published(services).filter(([, id]) => id === bad.id)).toEqual([
      ["scheduled", bad.id],
      ["started", bad.id],
      ["completed", bad.id],
    ]);
    expect(services.stats.all().map(({ counts }) => [counts.scheduled, counts.completed])).toEqual([[3, 3]]);
  });

  it("adds to a tenant's counters once per hour", async () => {
    const services = lifecycle();
    const add = services.stats.add;
    const calls: number[] = [];
    services.stats.add = (increments) => {
      calls.push(increments.length);
      return add(increments);
    };
    const late = aJob({ created_at: noon - 1, due_at: noon });
    await handleChanges(services, [
      ...lifeOf(late),
      ...lifeOf(aJob()),
      ...lifeOf(aJob({ env: "dev", created_at: noon })),
    ]);
    expect(calls).toEqual([6]);
    expect(await services.stats.read("shop", "prd", noon - hourMs, noon)).toMatchObject([{ counts: { scheduled: 2 } }]);
    expect(await services.stats.read("shop", "prd", noon, noon + 1)).toMatchObject([
      { counts: { scheduled: 0, completed: 2, completed_first_try: 2, attempts: 2 } },
    ]);
    expect(await services.stats.read("shop", "dev", noon, noon + 1)).toMatchObject([
      { counts: { scheduled: 1, completed: 1 } },
    ]);
  });

  it("counts failed attempts, their times, and how their jobs ended", async () => {
    const services = lifecycle();
    const job = aJob({ created_at: noon });
    const first = claim(job, noon + 100);
    const waiting = attemptFailed(first, noon + 300, { error: new JobError("TIMEOUT", "It failed."), random: 0 });
    const second = claim(waiting, waiting.due_at + 900);
    const states = [job, first, waiting, second, completed(second, waiting.due_at + 901, { inline: 1 })];
    await handleChanges(
      services,
      states.slice(1).map((after, i) => ({ before: states[i] as Job, after, at: noon })),
    );
    const stats = statsOf(services.stats.all().map(({ counts }) => counts));
    expect(stats).toMatchObject({
      counts: { completed: 1, failed: 0 },
      completed_first_try: 0,
      completed_after_retry: 1,
      mean_attempts: 2,
    });
    expect(stats.lateness_ms.p50).toBeGreaterThanOrEqual(64);
    expect(stats.lateness_ms.p50).toBeLessThan(128);
    expect(stats.duration_ms.p99).toBeLessThan(256);
  });

  it("counts each run of a series, and nothing between runs", async () => {
    const services = lifecycle();
    const series = aJob({ created_at: noon, repeat: { every: hourMs, anchor: noon, overlap: "skip" } });
    const running = claim(series, noon + 3);
    const after = continued(completed(running, noon + 20, { inline: 1 }), noon + 20)?.next as Job;
    const paused = { ...after, status: "paused" as const };
    const over = { ...paused, status: "completed" as const, finished_at: noon + 30 };
    await handleChanges(services, [
      { after: series, at: noon },
      { before: running, after, at: noon },
      { before: paused, after: over, at: noon },
    ]);
    expect(services.stats.all().map(({ counts }) => counts)).toMatchObject([
      { scheduled: 1, completed: 1, completed_first_try: 1, attempts: 1 },
    ]);
    expect(published(services).map(([name]) => name)).toEqual(["completed", "completed"]);
  });

  it("counts an event that has trends for itself, too", async () => {
    const services = lifecycle();
    await handleChanges(services, [
      ...lifeOf(aJob({ event: "trended", created_at: noon })),
      ...lifeOf(aJob({ created_at: noon })),
    ]);
    expect(services.stats.all().map(({ event, counts }) => [event, counts.completed])).toEqual([
      [undefined, 2],
      ["trended", 1],
    ]);
  });

  it("publishes even if the counters fail, and logs the loss", async () => {
    const services = lifecycle();
    services.stats.add = async () => {
      throw new Error("s3cret");
    };
    expect(await handleChanges(services, lifeOf())).toBeUndefined();
    expect(published(services)).toHaveLength(1);
    expect(services.log.lines).toMatchObject([{ level: "error", message: "counts were lost" }]);
    expect(JSON.stringify([services.log.lines, services.bus.published])).not.toContain("s3cret");
  });

  it("sets aside a write that it cannot handle, and goes on", async () => {
    const services = lifecycle(jobEvents);
    const broken = written({ before: aJob({ status: "running" }), after: { id: "job_x" } as Job });
    const [first, second] = [aJob(), aJob()];
    expect(await handleChanges(services, [...lifeOf(first), broken, ...lifeOf(second)])).toBeUndefined();
    expect(published(services).map(([name, id]) => [name, id === first.id])).toEqual([
      ["scheduled", true],
      ["started", true],
      ["completed", true],
      ["scheduled", false],
      ["started", false],
      ["completed", false],
    ]);
    expect(services.deadLetters.kept).toMatchObject([{ code: "TypeError", body: broken.record }]);
    expect(services.log.lines).toContainEqual(
      expect.objectContaining({
        message: "refused permanently; set aside",
        fields: expect.objectContaining({ job_id: "job_x" }),
      }),
    );
    expect(setAsideIn(services)).toBe(1);
  });

  it("has a bad write redelivered until the dead-letter queue takes it", async () => {
    const services = lifecycle();
    const broken = written({ before: aJob({ status: "running" }), after: { id: "job_x" } as Job });
    const changes = [...lifeOf(), broken, ...lifeOf()];
    services.deadLetters.refuses = () => true;
    expect(await handleChanges(services, changes)).toBe(3);
    expect(setAsideIn(services)).toBe(0);
    services.deadLetters.refuses = () => false;
    expect(await handleChanges(services, changes.slice(3))).toBeUndefined();
    expect(published(services)).toHaveLength(2);
    expect(setAsideIn(services)).toBe(1);
  });
});
