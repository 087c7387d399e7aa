import type { Alert } from "../../../lambdas/core/catalog/alert-schema.ts";
import type { Product } from "../../../lambdas/core/catalog/job-type.ts";
import { wantedOf } from "../../../lambdas/core/catalog/schedules.ts";
import type { ChangeName } from "../../../lambdas/core/job/actor.ts";
import type { IncidentAction } from "../../../lambdas/core/job/incident.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import { JobError } from "../../../lambdas/core/job/job-error.ts";
import { newJobId } from "../../../lambdas/core/job/job-id.ts";
import { continued, runRecordOf } from "../../../lambdas/core/job/series.ts";
import { attemptFailed, completed } from "../../../lambdas/core/job/transitions.ts";
import { actOnIncident } from "../../../lambdas/core/operations/act-on-incident.ts";
import {
  type Change,
  changedBy,
  changeJob,
  pauseJob,
  reschedule,
  resume,
  runNow,
  skipNext,
} from "../../../lambdas/core/operations/change-job.ts";
import { syncSchedule } from "../../../lambdas/core/operations/sync-schedule.ts";
import { handleChanges } from "../../../lambdas/lifecycle/handle.ts";
import { newMemory } from "../../../lambdas/reconciler/memory.ts";
import { handlePauses } from "../../../lambdas/reconciler/pauses.ts";
import { sweepIncidents } from "../../../lambdas/reconciler/sweep-incidents.ts";
import { aPause } from "../../support/a-pause.ts";
import { alertProduct, alertWorld, failedAttempt, noticesIn } from "../../support/alerting.ts";
import { aJob, noon } from "../../support/builders.ts";
import { counted } from "../../support/counted.ts";
import { counting } from "../../support/counting.ts";
import { claim, lifeOf } from "../../support/lifecycle.ts";

const minute = 60_000;
const hour = 60 * minute;
type World = ReturnType<typeof alertWorld>;

const sweep = (
  { services }: World,
  memory = newMemory(),
  pauses: Parameters<typeof sweepIncidents>[2]["pauses"] = [],
) => sweepIncidents(services, memory, { end: Number.POSITIVE_INFINITY, pauses });
const saidIn = ({ services }: World) => noticesIn(services.jobs.all()).map(({ kind }) => kind);
/** What a caller does to the incident that there is. */
async function act({ services }: World, action: IncidentAction) {
  const [incident] = services.incidents.all();
  if (!incident) throw new Error("there is no incident");
  await actOnIncident(services, incident, action, { caller: { actor: "k:0123" }, isDry: false });
}
const calls = ({ services: { incidents, jobs } }: World): string[] => counting({ incidents, jobs });

describe("the sweep of incidents", () => {
  it("makes no call for a catalog without alerts", async () => {
    const world = alertWorld(alertProduct({ alerts: {} }));
    const seen = calls(world);
    expect(await sweep(world)).toEqual({ open: 0, failed: 0 });
    expect(seen).toEqual([]);
  });

  it("closes what is quiet, and looks after nothing that is over", async () => {
    const world = alertWorld();
    const { services } = world;
    await handleChanges(world.lifecycle, [failedAttempt(noon)]);
    expect(await sweep(world)).toEqual({ open: 1, failed: 0 });
    await services.clock.advance(31 * minute);
    await sweep(world);
    expect(saidIn(world)).toEqual(["opened", "closed"]);
    expect(await services.incidents.watched()).toEqual([]);
    const memory = newMemory();
    await sweep(world, memory);
    const seen = calls(world);
    expect(await sweep(world, memory)).toEqual({ open: 0, failed: 0 });
    expect(seen).toEqual(["incidents.watched"]);
  });

  it("reminds, and escalates to others", async () => {
    const alert: Alert = {
      when: "new_cause",
      notify: ["ops"],
      remind: "1h",
      escalate: { after: "30m", notify: ["ops"] },
    };
    const world = alertWorld(alertProduct({ alerts: { new: alert } }));
    const { services } = world;
    for (let minutes = 0; minutes <= 60; minutes += 10) {
      await handleChanges(world.lifecycle, [failedAttempt(services.clock.now())]);
      await sweep(world);
      await services.clock.advance(10 * minute);
    }
    expect(saidIn(world)).toEqual(["opened", "escalated", "reminder"]);
  });

  it("closes what the catalog has no alert for any more", async () => {
    const world = alertWorld();
    await handleChanges(world.lifecycle, [failedAttempt(noon)]);
    const alert: Alert = { when: "new_cause", envs: ["dev"], notify: ["ops"] };
    const later = alertWorld(alertProduct({ alerts: { new: alert } }));
    await sweep({ ...world, services: { ...world.services, catalog: later.services.catalog } });
    expect(world.services.incidents.all()).toMatchObject([{ state: "closed" }]);
    expect(await world.services.incidents.watched()).toEqual([]);
    expect(saidIn(world)).toEqual(["opened"]);
  });

  it("leaves alone what is of a kind that a later version has", async () => {
    const world = alertWorld();
    const { incidents } = world.services;
    const name = { product: "shop", env: "prd", id: "0123456789abcdef" };
    const subject = { kind: "flood" } as never;
    await incidents.add({ ...name, subject, entries: [counted({ at: noon })] }, { mustExist: false });
    await incidents.watch({ ...name, opening: 1, at: noon });
    await world.services.clock.advance(2 * hour);
    await sweep(world);
    expect(incidents.all()).toMatchObject([{ kind: "flood", count: 1 }]);
    expect(await incidents.watched()).toHaveLength(1);
    expect(saidIn(world)).toEqual([]);
  });

  it("tells what a process has counted and not opened", async () => {
    const world = alertWorld();
    const { services } = world;
    const { change } = services.incidents;
    services.incidents.change = () => Promise.reject(new Error("killed"));
    await handleChanges(world.lifecycle, [failedAttempt(noon)]);
    services.incidents.change = change;
    expect(saidIn(world)).toEqual([]);
    await sweep(world);
    expect(saidIn(world)).toEqual(["opened"]);
  });
});

describe("rounds without time for everything", () => {
  it("come to each schedule and incident in turn", async () => {
    const names = Array.from({ length: 30 }, (_, n) => `report${n}`);
    const product = alertProduct({
      schedules: Object.fromEntries(
        names.map((name) => [name, { event: "charge", env: "prd", input: {}, cron: "0 0 * * *" }]),
      ),
      alerts: {
        new: { when: "new_cause", envs: ["prd"], notify: ["ops"] },
        ...Object.fromEntries(
          names.map((name): [string, Alert] => [
            name,
            { when: "not_completed", schedule: name, within: "1h", notify: ["ops"] },
          ]),
        ),
      },
    });
    const world = alertWorld(product);
    const { services } = world;
    await sweep(world);
    for (const wanted of wantedOf([product])) await syncSchedule(services, wanted);
    await services.clock.advance(Date.UTC(2030, 0, 2, 1) - services.clock.now());
    await handleChanges(world.lifecycle, [failedAttempt(services.clock.now())]);
    await services.clock.advance(31 * minute);
    // A slow table.
    let passed = 0;
    const { get } = services.jobs;
    const { now } = services.clock;
    services.clock.now = () => now() + passed;
    services.jobs.get = (id) => {
      passed += 500;
      return get(id);
    };
    const memory = newMemory();
    for (let round = 0; round < 20; round++)
      await sweepIncidents(services, memory, { end: services.clock.now() + 5000, pauses: [] });
    const told = noticesIn(services.jobs.all());
    expect(told.filter(({ kind }) => kind === "closed")).toHaveLength(1);
    expect(new Set(told.flatMap(({ schedule }) => schedule ?? []))).toEqual(new Set(names));
  });
});

const rate: Alert = {
  when: "failure_rate",
  ...{ events: ["charge"], envs: ["prd"], over: 0.1, of_at_least: 20, window: "30m", notify: ["ops"] },
};

/** A product of whose runs not more than a tenth may fail. */
function rated() {
  const world = alertWorld(alertProduct({ alerts: { rate } }));
  const fail = (count: number) =>
    handleChanges(
      world.lifecycle,
      Array.from({ length: count }, () => failedAttempt(world.services.clock.now(), { retries: 0 })),
    );
  const pass = async (minutes: number) => {
    for (let passed = 0; passed < minutes; passed++) {
      await world.services.clock.advance(minute);
      await sweep(world);
    }
  };
  return { world, fail, pass };
}

describe("a rate of failures", () => {
  it("is told once it is exceeded by enough runs, and when it is not any more", async () => {
    const { world, fail } = rated();
    const { services } = world;
    const complete = (count: number) =>
      handleChanges(
        world.lifecycle,
        Array.from({ length: count }, () => lifeOf(aJob({ id: newJobId() }), services.clock.now())).flat(),
      );
    await complete(16);
    await fail(3);
    await sweep(world);
    // So few say nothing.
    expect(saidIn(world)).toEqual([]);
    await complete(11);
    await sweep(world);
    // A tenth is allowed.
    expect(saidIn(world)).toEqual([]);
    await fail(1);
    await sweep(world);
    await sweep(world);
    expect(noticesIn(services.jobs.all())).toMatchObject([
      { kind: "opened", title: "New: 4 of 31 runs have failed in shop, prd: more than 10 % (rate)" },
    ]);
    // It goes on for some slots of time, and is told no more.
    for (let minutes = 0; minutes < 15; minutes += 5) {
      await services.clock.advance(5 * minute);
      await sweep(world);
    }
    expect(saidIn(world)).toEqual(["opened"]);
    await services.clock.advance(30 * minute);
    await sweep(world);
    expect(saidIn(world)).toEqual(["opened", "closed"]);
    expect(await services.incidents.watched()).toEqual([]);
  });
});

describe("the incident of a rate", () => {
  const cases: { what: string; actions: IncidentAction[]; state: string }[] = [
    { what: "was resolved", actions: [{ do: "resolve" }], state: "resolved" },
    { what: "was ignored for a time", actions: [{ do: "ignore", until: noon + 2 * minute }], state: "closed" },
    { what: "was resolved and reopened", actions: [{ do: "resolve" }, { do: "reopen" }], state: "open" },
  ];
  it.each(cases)("that $what is told again once more runs fail", async ({ actions, state }) => {
    const { world, fail, pass } = rated();
    const { services } = world;
    await fail(25);
    await sweep(world);
    for (const action of actions) await act(world, action);
    await pass(20);
    expect(services.incidents.all()).toMatchObject([{ state }]);
    expect(saidIn(world)).toEqual(["opened"]);
    await fail(25);
    await pass(1);
    expect(saidIn(world)).toEqual(["opened", "came_back"]);
    await pass(40);
    expect(saidIn(world)).toEqual(["opened", "came_back", "closed"]);
  });

  it("that was reopened is over by itself once the window has nothing of it", async () => {
    const { world, fail, pass } = rated();
    await fail(25);
    await sweep(world);
    await act(world, { do: "resolve" });
    await act(world, { do: "reopen" });
    await pass(40);
    expect(world.services.incidents.all()).toMatchObject([{ state: "closed" }]);
    expect(saidIn(world)).toEqual(["opened"]);
  });
});

/** A product whose schedule runs at midnight, and has to complete within an hour. */
const nightly = (more: Record<string, unknown> = {}): Product =>
  alertProduct({
    schedules: { report: { event: "charge", env: "prd", input: {}, cron: "0 0 * * *", ...more } },
    alerts: { ran: { when: "not_completed", schedule: "report", within: "1h", notify: ["ops"] } },
  });
const midnight = Date.UTC(2030, 0, 2);

async function scheduled(product = nightly()) {
  const world = alertWorld(product);
  const { services } = world;
  await sweep(world);
  const wantedFor = (of: Product) => {
    const [wanted] = wantedOf([of]);
    if (!wanted) throw new Error("the product has no schedule");
    return wanted;
  };
  const wanted = wantedFor(product);
  await syncSchedule(services, wanted);
  const deploy = async (of: Product) => {
    services.catalog = alertWorld(of).services.catalog;
    await syncSchedule(services, wantedFor(of));
  };
  const job = async () => (await services.jobs.get(wanted.job_id)) as Job;
  const at = async (time: number) => services.clock.advance(time - services.clock.now());
  /** Runs the run that is planned, from one time to another. */
  const run = async (from: number, to: number, outcome: "completed" | "failed" = "completed") => {
    const planned = await job();
    const running = claim(planned, from);
    const error = new JobError("VALIDATION_ERROR", "No.");
    const ended =
      outcome === "completed"
        ? completed(running, to, { inline: 1 })
        : attemptFailed(running, to, { error, random: 0 });
    await services.jobs.archive(runRecordOf(ended));
    const next = continued(ended, to);
    if (!next) throw new Error("the series is over");
    await services.jobs.replace({ ...next.next, version: planned.version + 1 });
  };
  /** Starts the run that is planned. */
  const start = async (from: number) => {
    const planned = await job();
    await services.jobs.replace({ ...claim(planned, from), version: planned.version + 1 });
  };
  /** A pause from now on, whose jobs have started by a minute after its end. */
  const pauseUntil = async (until: number) => {
    const pause = aPause({ product: "shop", since: services.clock.now(), until });
    await services.pauses.put(pause);
    for (const time of [until, until + 11_000, until + minute]) {
      await at(time);
      await handlePauses(services);
    }
  };
  const change = (what: Change, by: ChangeName) =>
    changeJob(services, wanted.job_id, changedBy(what, { actor: "k:0123", change: by }));
  return { world, job, at, run, start, pauseUntil, deploy, change };
}

describe("a schedule that has to complete", () => {
  it("is told once, so long after its planned time, and when it has completed again", async () => {
    const { world, at, run } = await scheduled();
    await at(midnight + hour - 1);
    await sweep(world);
    expect(saidIn(world)).toEqual([]);
    await at(midnight + hour);
    await sweep(world);
    await sweep(world);
    await at(midnight + 2 * hour);
    await sweep(world);
    expect(saidIn(world)).toEqual(["opened"]);
    expect(noticesIn(world.services.jobs.all())).toMatchObject([
      { schedule: "report", count: 1, title: "New: the schedule report does not complete in shop, prd" },
    ]);
    await run(midnight + 3 * hour, midnight + 3 * hour + 1);
    await sweep(world);
    expect(saidIn(world)).toEqual(["opened", "closed"]);
    // The next night.
    await at(midnight + 25 * hour);
    await sweep(world);
    expect(saidIn(world)).toEqual(["opened", "closed", "came_back"]);
  });

  it("writes nothing and takes two reads while it completes", async () => {
    const { world, at, run } = await scheduled();
    await run(midnight, midnight + minute);
    await at(midnight + 2 * hour);
    const memory = newMemory();
    await sweep(world, memory);
    const seen = calls(world);
    await sweep(world, memory);
    expect(seen).toEqual(["jobs.get", "incidents.watched"]);
    expect(world.services.incidents.all()).toEqual([]);
  });

  it("is told where its runs fail", async () => {
    const { world, at, run } = await scheduled();
    await run(midnight, midnight + minute, "failed");
    await at(midnight + hour);
    await sweep(world);
    expect(saidIn(world)).toEqual(["opened"]);
  });

  it("is told where it is not run because an earlier run is still at work", async () => {
    const { world, at, start } = await scheduled();
    await start(midnight);
    await at(midnight + hour);
    await sweep(world);
    expect(saidIn(world)).toEqual(["opened"]);
  });

  it("counts a run that completes late, and one that was asked for, within the time", async () => {
    const { world, at, run } = await scheduled();
    await run(midnight + 30 * minute, midnight + 50 * minute);
    await at(midnight + 2 * hour);
    await sweep(world);
    expect(saidIn(world)).toEqual([]);
  });

  it("is not told on days of its calendar", async () => {
    const { world, at } = await scheduled(nightly({ except: ["2030-01-02"] }));
    await at(midnight + 2 * hour);
    await sweep(world);
    expect(saidIn(world)).toEqual([]);
  });

  it("is not told where a caller has skipped the run", async () => {
    const { world, at, change } = await scheduled();
    await change(skipNext, "skip_next");
    await at(midnight + 2 * hour);
    await sweep(world);
    expect(saidIn(world)).toEqual([]);
    await at(midnight + 25 * hour);
    await sweep(world);
    expect(saidIn(world)).toEqual(["opened"]);
  });

  it("is not told while a pause holds it", async () => {
    const { world, at } = await scheduled();
    await at(midnight + 2 * hour);
    await sweep(world, newMemory(), [aPause({ product: "shop" })]);
    expect(saidIn(world)).toEqual([]);
  });

  it("is not told of a run that makes up for what a pause held, and is told of the next time", async () => {
    const { world, at, start, pauseUntil } = await scheduled();
    await pauseUntil(midnight + 3 * hour);
    await start(midnight + 3 * hour + 11_000);
    await at(midnight + 3 * hour + 2 * minute);
    expect(await world.services.pauses.list()).toEqual([]);
    await sweep(world);
    await at(midnight + 25 * hour - 1);
    await sweep(world);
    expect(saidIn(world)).toEqual([]);
    await at(midnight + 25 * hour);
    await sweep(world);
    expect(saidIn(world)).toEqual(["opened"]);
  });

  it("that is open before a pause is over when a run has completed, and not when the pause has ended", async () => {
    const { world, at, run, pauseUntil } = await scheduled();
    await at(midnight + hour);
    await sweep(world);
    await pauseUntil(midnight + 3 * hour);
    await sweep(world);
    expect(saidIn(world)).toEqual(["opened"]);
    await run(midnight + 3 * hour + minute, midnight + 3 * hour + 2 * minute);
    await at(midnight + 4 * hour);
    await sweep(world);
    expect(saidIn(world)).toEqual(["opened", "closed"]);
  });

  it.each([
    { what: "more often", before: { cron: "0 0 * * 0" }, after: { cron: "0 0 * * *" } },
    { what: "later in the day", before: { cron: "0 0 * * *" }, after: { cron: "0 9 * * *" } },
    { what: "on a day that it left out", before: { except: ["2030-01-07"] }, after: {} },
  ])("is not told of times that were never planned once a deployment lets it run $what", async ({ before, after }) => {
    const { world, at, run, deploy } = await scheduled(nightly(before));
    const sunday = Date.UTC(2030, 0, 6);
    await run(sunday, sunday + minute);
    await at(sunday + 36 * hour);
    await deploy(nightly(after));
    await sweep(world);
    expect(saidIn(world)).toEqual([]);
    await at(sunday + 60 * hour);
    await sweep(world);
    expect(saidIn(world)).toEqual(["opened"]);
  });

  it.each([
    { what: "", isRun: false },
    { what: " and runs it now", isRun: true },
  ])("is told of the first time of the series that a caller gives it$what, and of none before", async ({ isRun }) => {
    const { world, at, run, change } = await scheduled();
    await run(midnight, midnight + minute);
    await at(midnight + 11 * hour);
    const repeat = { cron: "0 9 * * *", anchor: midnight, overlap: "skip" as const };
    await change(reschedule({ repeat }), "reschedule");
    await (isRun ? change(runNow, "run_now") : undefined);
    await at(midnight + 34 * hour - 1);
    await sweep(world);
    expect(saidIn(world)).toEqual([]);
    await at(midnight + 34 * hour);
    await sweep(world);
    expect(saidIn(world)).toEqual(["opened"]);
  });

  it("is not told of a time that a caller has skipped, and run at another", async () => {
    const { world, at, run, change } = await scheduled();
    await run(midnight, midnight + minute);
    await at(midnight + 12 * hour);
    await change(skipNext, "skip_next");
    await change(runNow, "run_now");
    await run(midnight + 12 * hour, midnight + 12 * hour + minute);
    await at(midnight + 36 * hour);
    await sweep(world);
    expect(saidIn(world)).toEqual([]);
    await at(midnight + 60 * hour);
    await sweep(world);
    expect(saidIn(world)).toEqual(["opened"]);
  });

  it("is not told of times while it was paused, whatever a caller does once it is resumed", async () => {
    const { world, at, run, change } = await scheduled();
    await run(midnight, midnight + minute);
    await change(pauseJob, "pause");
    await at(midnight + 60 * hour);
    await change(resume, "resume");
    await change(runNow, "run_now");
    await sweep(world);
    expect(saidIn(world)).toEqual([]);
  });

  it.each([
    { what: "a deployment changes", change: "deploy" as const },
    { what: "a caller skips", change: "skip" as const },
  ])("that is open is over when a run has completed, and not when $what what is planned", async ({ change: by }) => {
    const { world, at, run, deploy, change } = await scheduled();
    await at(midnight + hour);
    await sweep(world);
    await (by === "deploy" ? deploy(nightly({ cron: "0 9 * * *" })) : change(skipNext, "skip_next"));
    await sweep(world);
    expect(saidIn(world)).toEqual(["opened"]);
    await run(midnight + 2 * hour, midnight + 2 * hour + 1);
    await at(midnight + 3 * hour);
    await sweep(world);
    expect(saidIn(world)).toEqual(["opened", "closed"]);
  });

  it("is not told of times before there was an alert", async () => {
    const { world, at } = await scheduled();
    await at(midnight + 30 * minute);
    const { begun } = world.services.incidents;
    world.services.incidents.begun = async () => new Map([...(await begun())].map(([name]) => [name, midnight + 1]));
    await at(midnight + 2 * hour);
    await sweep(world);
    expect(saidIn(world)).toEqual([]);
  });

  it("that was resolved is not told again for the same time", async () => {
    const { world, at } = await scheduled();
    const { services } = world;
    await at(midnight + hour);
    await sweep(world);
    const [open] = services.incidents.all();
    if (!open) throw new Error("nothing was opened");
    await services.incidents.change(open, { state: "resolved", ended_at: services.clock.now(), base: open.count });
    await at(midnight + 2 * hour);
    await sweep(world);
    expect(saidIn(world)).toEqual(["opened"]);
  });

  it.each([
    { what: "resolved", ended: { state: "resolved" as const } },
    { what: "ignored until a time that has passed", ended: { state: "ignored" as const } },
  ])("that was $what is told again for the next time for which nothing completes", async ({ ended }) => {
    const { world, at, run } = await scheduled();
    const { services } = world;
    await at(midnight + hour);
    await sweep(world);
    const [open] = services.incidents.all();
    if (!open) throw new Error("nothing was opened");
    const [now, seen] = [services.clock.now(), { at: services.clock.now(), count: open.count }];
    await services.incidents.change(open, {
      ...ended,
      ...(ended.state === "resolved" ? { ended_at: now, base: open.count } : { ignore: { until: now + hour, seen } }),
    });
    for (let hours = 2; hours < 25; hours++) {
      await at(midnight + hours * hour);
      await sweep(world);
    }
    expect(saidIn(world)).toEqual(["opened"]);
    for (const hours of [25, 26, 30]) {
      await at(midnight + hours * hour);
      await sweep(world);
    }
    expect(saidIn(world)).toEqual(["opened", "came_back"]);
    expect(services.incidents.all()).toMatchObject([{ state: "open", count: 2, planned: midnight + 24 * hour }]);
    await run(midnight + 31 * hour, midnight + 31 * hour + 1);
    await sweep(world);
    expect(saidIn(world)).toEqual(["opened", "came_back", "closed"]);
  });

  it.each([{ do: "resolve" }, { do: "ignore" }] as const)(
    "that is reopened after $do is told of the next time, and of its end",
    async (before) => {
      const { world, at, run } = await scheduled();
      const { services } = world;
      await at(midnight + hour);
      await sweep(world);
      await act(world, before);
      await act(world, { do: "reopen" });
      await at(midnight + 25 * hour - 1);
      await sweep(world);
      expect(services.incidents.all()).toMatchObject([{ state: "open", planned: midnight }]);
      expect(saidIn(world)).toEqual(["opened"]);
      for (const hours of [25, 26, 49]) {
        await at(midnight + hours * hour);
        await sweep(world);
      }
      expect(saidIn(world)).toEqual(["opened", "came_back"]);
      await run(midnight + 50 * hour, midnight + 50 * hour + 1);
      await sweep(world);
      expect(saidIn(world)).toEqual(["opened", "came_back", "closed"]);
    },
  );

  it("that is reopened and completes then is closed, and nobody is told", async () => {
    const { world, at, run } = await scheduled();
    await at(midnight + hour);
    await sweep(world);
    await act(world, { do: "resolve" });
    await act(world, { do: "reopen" });
    await run(midnight + 2 * hour, midnight + 2 * hour + 1);
    await at(midnight + 3 * hour);
    await sweep(world);
    expect(world.services.incidents.all()).toMatchObject([{ state: "closed" }]);
    expect(saidIn(world)).toEqual(["opened"]);
  });

  it.each([
    { what: "before it is watched", at: "watch" as const },
    { what: "before it is open", at: "change" as const },
  ])("is told although the process died that has counted it, $what", async ({ at: call }) => {
    const { world, at } = await scheduled();
    const { incidents } = world.services;
    await at(midnight + hour);
    const whole = incidents[call];
    const added = incidents.add;
    incidents.add = async (...given) => {
      const counted = await added(...given);
      Object.assign(incidents, { [call]: () => Promise.reject(new Error("killed")) });
      return counted;
    };
    await sweep(world);
    Object.assign(incidents, { [call]: whole, add: added });
    expect(incidents.all()).toMatchObject([{ count: 1 }]);
    expect(saidIn(world)).toEqual([]);
    await sweep(world);
    expect(saidIn(world)).toEqual(["opened"]);
  });
});
