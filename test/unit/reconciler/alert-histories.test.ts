import type { Alert } from "../../../lambdas/core/catalog/alert-schema.ts";
import { wantedOf } from "../../../lambdas/core/catalog/schedules.ts";
import type { Incident } from "../../../lambdas/core/job/incident.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import { JobError } from "../../../lambdas/core/job/job-error.ts";
import { continued, runRecordOf } from "../../../lambdas/core/job/series.ts";
import { attemptFailed, completed } from "../../../lambdas/core/job/transitions.ts";
import { syncSchedule } from "../../../lambdas/core/operations/sync-schedule.ts";
import { handleChanges } from "../../../lambdas/lifecycle/handle.ts";
import { newMemory } from "../../../lambdas/reconciler/memory.ts";
import { sweepIncidents } from "../../../lambdas/reconciler/sweep-incidents.ts";
import { type Random, seeded } from "../../simulation/random.ts";
import { alertProduct, alertWorld, failedAttempt, noticesIn } from "../../support/alerting.ts";
import { aJob } from "../../support/builders.ts";
import { process } from "../../support/dying-process.ts";
import { claim, lifeOf } from "../../support/lifecycle.ts";

/*
 * Alerts that no failed attempt opens: a schedule that does not complete in time, and too many runs that fail. Processes die between any two
 * writes, of the stream and of the reconciler. What is right is computed from what happened, by arithmetic of the test.
 */

const minute = 60_000;
const hour = 60 * minute;
const histories = 25;

type World = ReturnType<typeof alertWorld>;

const never = () => process(0, false);
const dying = (random: Random) => (random.chance(0.4) ? process(random.int(1, 6), random.chance(0.5)) : never());

/** The same in each run of the test. */
const idOf = (random: Random) =>
  `job_${random
    .int(0, 2 ** 31)
    .toString(16)
    .padStart(32, "0")}`;

/** A round of the reconciler. One that dies is followed by another process, which remembers nothing. */
function rounds(world: World) {
  let memory = newMemory();
  return async (one: ReturnType<typeof process>) => {
    const services = { ...world.services, ...one.of(world.alerting) };
    await sweepIncidents(services, memory, { end: Number.POSITIVE_INFINITY, pauses: [] });
    if (one.died()) memory = newMemory();
    return !one.died();
  };
}

/** How often it was found to begin: by any round, and by those that were survived. */
function beginnings() {
  const seen = { atMost: 0, atLeast: 0 };
  let [was, survived] = [false, false];
  return {
    seen,
    note(is: boolean, isWhole: boolean) {
      if (is && !was) seen.atMost += 1;
      if (is && isWhole && !survived) seen.atLeast += 1;
      was = is;
      if (isWhole) survived = is;
    },
  };
}

/** What must hold of an incident behind a round that was survived. */
function check({ services }: World, { is, seen }: { is: boolean; seen: { atMost: number; atLeast: number } }) {
  const [incident] = services.incidents.all() as Incident[];
  expect(incident?.state === "open").toBe(is);
  const { opening = 0 } = incident ?? {};
  expect(opening).toBeGreaterThanOrEqual(seen.atLeast);
  expect(opening).toBeLessThanOrEqual(seen.atMost);
  const notices = noticesIn(services.jobs.all());
  for (let n = 1; n <= opening; n++) {
    const of = (kind: string) => notices.filter((notice) => notice.opening === n && notice.kind === kind).length;
    const begun = of("opened") + of("came_back") + of("flaps");
    expect(begun).toBeLessThanOrEqual(1);
    // From the fifth of a day on it is told later.
    if (n <= 4) expect({ n, begun }).toEqual({ n, begun: 1 });
    expect(of("closed")).toBeLessThanOrEqual(begun);
  }
  return opening;
}

async function silence(seed: number) {
  const random = seeded(seed);
  const product = alertProduct({
    schedules: { report: { event: "charge", env: "prd", input: {}, cron: "0 * * * *" } },
    alerts: { ran: { when: "not_completed", schedule: "report", within: "20m", notify: ["ops"] } },
  });
  const world = alertWorld(product);
  const { services } = world;
  const { clock, jobs } = services;
  const sweep = rounds(world);
  await sweep(never());
  const [wanted] = wantedOf([product]);
  if (!wanted) throw new Error("the product has no schedule");
  await syncSchedule(services, wanted);
  let last = clock.now();
  const found = beginnings();
  let openings = 0;
  for (let turn = 0; turn < 60; turn++) {
    await clock.advance(random.int(1, 25) * minute);
    const planned = (await jobs.get(wanted.job_id)) as Job;
    if (planned.due_at < clock.now() && random.chance(0.6)) {
      const now = clock.now();
      const running = claim(planned, now - 1000);
      const isGood = random.chance(0.6);
      const error = new JobError("VALIDATION_ERROR", "No.");
      const ended = isGood ? completed(running, now, { inline: 1 }) : attemptFailed(running, now, { error, random: 0 });
      await jobs.archive(runRecordOf(ended));
      const next = continued(ended, now);
      if (!next) throw new Error("the series is over");
      await jobs.replace({ ...next.next, version: planned.version + 1 });
      if (isGood) last = now;
    }
    const due = (Math.floor(last / hour) + 1) * hour;
    const is = due + 20 * minute <= clock.now();
    const isWhole = await sweep(dying(random));
    found.note(is, isWhole);
    if (isWhole) openings = check(world, { is, seen: found.seen });
  }
  return openings;
}

async function rate(seed: number) {
  const random = seeded(seed);
  const windowMs = 30 * minute;
  const slotMs = windowMs / 6;
  const alert: Alert = {
    when: "failure_rate",
    ...{ events: ["charge"], envs: ["prd"], over: 0.25, of_at_least: 10, window: "30m", notify: ["ops"] },
  };
  const world = alertWorld(alertProduct({ alerts: { rate: alert } }));
  const { clock } = world.services;
  const sweep = rounds(world);
  await sweep(never());
  const ended: { at: number; failed: boolean }[] = [];
  const found = beginnings();
  let openings = 0;
  for (let turn = 0; turn < 60; turn++) {
    await clock.advance(random.int(1, 6) * minute);
    const now = clock.now();
    const isBad = Math.floor(turn / 12) % 2 === 1;
    const runs = Array.from({ length: random.int(0, 12) }, () => random.chance(isBad ? 0.6 : 0.05));
    const batch = runs.flatMap((failed) =>
      failed ? [failedAttempt(now, { retries: 0 })] : lifeOf(aJob({ id: idOf(random) }), now),
    );
    for (let isDone = false; !isDone; ) {
      const one = dying(random);
      const undone = await handleChanges({ ...world.lifecycle, alerting: one.of(world.alerting) }, batch);
      isDone = !one.died() && undone === undefined;
    }
    // The stream delivers again what it has delivered.
    if (random.chance(0.3)) await handleChanges(world.lifecycle, batch);
    ended.push(...runs.map((failed) => ({ at: now, failed })));
    const from = Math.floor((now - windowMs) / slotMs) * slotMs;
    const counted = ended.filter(({ at }) => at >= from);
    const is = counted.length >= 10 && counted.filter(({ failed }) => failed).length / counted.length > 0.25;
    const isWhole = await sweep(dying(random));
    found.note(is, isWhole);
    if (isWhole) openings = check(world, { is, seen: found.seen });
  }
  return openings;
}

test.each([
  { what: "a schedule that does not complete", play: silence },
  { what: "too many runs that fail", play: rate },
])("$what is open exactly while it is so, and each beginning is told once, whatever dies", async ({ play }) => {
  let openings = 0;
  for (let seed = 1; seed <= histories; seed++) {
    openings += await play(seed).catch((error: unknown) => {
      throw new Error(`history ${seed}`, { cause: error });
    });
  }
  // The histories are what they are meant to be.
  expect(openings).toBeGreaterThan(histories);
});
