import type { JobChange } from "../../../lambdas/aws/lambda/stream-handler.ts";
import { levelOf } from "../../../lambdas/core/job/incident.ts";
import { countFailures } from "../../../lambdas/lifecycle/causes.ts";
import { transitionsOf } from "../../../lambdas/lifecycle/events.ts";
import { handleChanges } from "../../../lambdas/lifecycle/handle.ts";
import { newMemory } from "../../../lambdas/reconciler/memory.ts";
import { sweepIncidents } from "../../../lambdas/reconciler/sweep-incidents.ts";
import { type Random, seeded } from "../../simulation/random.ts";
import { aPause } from "../../support/a-pause.ts";
import { alertWorld, failedAttempt, noticesIn } from "../../support/alerting.ts";
import { noon } from "../../support/builders.ts";
import { process } from "../../support/dying-process.ts";

const minute = 60_000;
type World = ReturnType<typeof alertWorld>;

/** Handles a batch until a process survives it, as the stream does. Returns how many died. */
async function deliver(world: World, batch: readonly JobChange[], kill: () => ReturnType<typeof process>) {
  for (let deaths = 0; ; deaths++) {
    const one = kill();
    const services = { ...world.lifecycle, alerting: one.of(world.alerting) };
    const undone = await handleChanges(services, batch);
    if (!one.died() && undone === undefined) return deaths;
  }
}

async function sweep(world: World, kill = process(0, false)) {
  const { services } = world;
  await sweepIncidents({ ...services, ...kill.of(world.alerting) }, newMemory(), {
    end: Number.POSITIVE_INFINITY,
    pauses: [],
  });
}

/** What must hold of a world at rest. */
function check({ services }: World, failed: number) {
  const jobs = services.jobs.all();
  const notices = noticesIn(jobs);
  // A job whose message was not sent before another thing was to be said is dispatched by the reconciler, as every job is.
  const sent = new Set(services.queue.sent.map(({ message }) => message.job_id));
  const told = noticesIn(jobs.filter(({ id }) => sent.has(id)));
  for (const incident of services.incidents.all()) {
    expect(incident.count).toBe(failed);
    for (let opening = 1; opening <= (incident.opening ?? 0); opening++) {
      const said = notices.filter((notice) => notice.opening === opening);
      // The fifth within a day is told from 100 failures on.
      const openings = told.filter((notice) => notice.opening === opening && notice.kind !== "closed");
      if (opening <= 4) expect(openings.length).toBeGreaterThan(0);
      expect(said.length).toBeLessThanOrEqual(7);
      expect(said.filter(({ kind }) => kind === "closed").length).toBeLessThanOrEqual(1);
    }
    if (incident.state === "open") expect(incident.sent).toBe(levelOf(incident.count - (incident.base ?? 0)));
  }
}

const never = () => process(0, false);

/** A history: failures and quiet, processes that die, and batches that come again. */
async function history(random: Random): Promise<World> {
  const world = alertWorld();
  const { clock } = world.services;
  let failed = 0;
  for (let turn = 0; turn < random.int(2, 12); turn++) {
    const kill = () => (random.chance(0.6) ? process(random.int(1, 8), random.chance(0.5)) : never());
    if (random.chance(0.7)) {
      const batch = Array.from({ length: random.pick([1, 2, 9, 40]) }, () => failedAttempt(clock.now()));
      failed += batch.length;
      await deliver(world, batch, kill);
      if (random.chance(0.2)) await deliver(world, batch, never);
    }
    await clock.advance(random.pick([1, minute, 5 * minute, 31 * minute]));
    await sweep(world, kill());
  }
  await sweep(world);
  check(world, failed);
  return world;
}

describe("alerts whose processes die between any two writes", () => {
  test("lose no opening and repeat none", async () => {
    const openings = { all: 0, closed: 0 };
    for (let seed = 0; seed < 150; seed++) {
      const { services } = await history(seeded(seed)).catch((error: unknown) => {
        throw new Error(`history ${seed}`, { cause: error });
      });
      for (const { opening = 0, state } of services.incidents.all()) {
        openings.all += opening;
        if (state === "closed") openings.closed++;
      }
    }
    // The histories are what they are meant to be.
    expect(openings.all).toBeGreaterThan(150);
    expect(openings.closed).toBeGreaterThan(40);
  });

  test.each([false, true])("at each write of an opening in turn (after it: %s)", async (after) => {
    for (let at = 1; at <= 7; at++) {
      const world = alertWorld();
      let lives = 0;
      const deaths = await deliver(world, [failedAttempt(noon)], () => (lives++ === 0 ? process(at, after) : never()));
      check(world, 1);
      // An opening is the count, which is tried first, the watch, the change, the job, its message, and that it was said.
      expect(deaths).toBe(1);
    }
  });

  test("100,000 failures send at most seven messages, with the product paused and its queue full", async () => {
    const world = alertWorld();
    const { services } = world;
    await services.pauses.put(aPause({ product: "shop" }));
    const { log, clock } = services;
    const change = failedAttempt(noon);
    const transitions = transitionsOf(change);
    for (let batch = 0; batch < 1000; batch++) {
      const changes = Array.from({ length: 100 }, () => change);
      const effects = changes.map((_, batchIndex) => ({
        ...{ batchIndex, id: `${batch} ${batchIndex}`, written_at: noon, transitions, deliveries: [], tasks: [] },
      }));
      const kill = batch % 7 === 0 ? process(1 + (batch % 5), batch % 2 === 0) : never();
      await countFailures({ ...kill.of(world.alerting), log, clock }, changes, effects);
      if (kill.died()) await countFailures({ ...world.alerting, log, clock }, changes, effects);
    }
    await services.clock.advance(31 * minute);
    await sweep(world);
    const notices = noticesIn(services.jobs.all());
    expect(notices.length).toBeLessThanOrEqual(7);
    expect(notices.map(({ kind, count }) => `${kind} ${count}`)).toEqual([
      ...["opened 100", "grew 1000", "grew 10000", "grew 100000", "closed 100000"],
    ]);
    expect(services.incidents.all()).toMatchObject([{ count: 100_000, state: "closed" }]);
    // They take turns of their own, so that what stands in the queue of the product does not hold them up.
    expect(new Set(services.queue.sent.map(({ group }) => group))).toEqual(new Set(["shop:prd:alerts"]));
  });
});
