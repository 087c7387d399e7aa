import type { Alert } from "../../../lambdas/core/catalog/alert-schema.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import { newJobId } from "../../../lambdas/core/job/job-id.ts";
import { hourOf, noCounts } from "../../../lambdas/core/job/stats.ts";
import { costs } from "../../../lambdas/core/queries/costs.ts";
import { hoursOfRound } from "../../../lambdas/reconciler/budgets.ts";
import { newMemory } from "../../../lambdas/reconciler/memory.ts";
import { sweepIncidents } from "../../../lambdas/reconciler/sweep-incidents.ts";
import { alertProduct, alertWorld, noticesIn } from "../../support/alerting.ts";
import { aJob, noon } from "../../support/builders.ts";
import { counted } from "../../support/counted.ts";
import { counting } from "../../support/counting.ts";
import { process } from "../../support/dying-process.ts";
import { fakeServices } from "../../support/fakes/services.ts";

const minute = 60_000;
const hour = 60 * minute;
const tenant = { product: "shop", env: "prd" };
type World = ReturnType<typeof alertWorld>;

const ended = (at: number, more: Partial<Job> = {}): Job =>
  aJob({
    ...{ id: newJobId(), ...tenant, event: "charge", status: "completed", made_by: "k:0123456789abcdef" },
    ...{ created_at: at - 300, due_at: at - 300, scheduled_at: at - 300, finished_at: at },
    attempts: [{ attempt: 1, due_at: at - 300, started_at: at - 250, ended_at: at, outcome: "completed" }],
    ...more,
  });

/** What a job costs: budgets are so many of them. */
async function costOfJob(): Promise<number> {
  const { catalog, jobs, stats } = fakeServices({ catalog: alertWorld().services.catalog, jobs: [ended(noon)] });
  const asked = { tenants: [tenant], from: noon, to: noon + hour, by: "event", now: noon + hour } as const;
  return (await costs({ catalog, jobs, stats }, asked)).usd;
}

const perJob = await costOfJob();

/** A budget for so many jobs, and a bit less: what is told from all of them on must not hang on the last digit of a sum. */
const budget = (jobs: number, more: Partial<Alert> = {}): Alert =>
  ({ when: "cost_above", usd: perJob * (jobs - 0.1), envs: ["prd"], notify: ["ops"], ...more }) as Alert;
const productWith = (alerts: Record<string, Alert>) => alertProduct({ alerts });

function worldWith(alerts: Record<string, Alert> = { spent: budget(10) }) {
  const world = alertWorld(productWith(alerts));
  const end = (count: number, at = world.services.clock.now(), more: Partial<Job> = {}) =>
    Promise.all(Array.from({ length: count }, () => world.services.jobs.create(ended(at, more))));
  return { world, memory: newMemory(), end };
}

const sweep = ({ services }: Pick<World, "services">, memory = newMemory(), end = Number.POSITIVE_INFINITY) =>
  sweepIncidents(services, memory, { end, pauses: [] });
/** Two rounds: one that counts, and one that judges. */
async function rounds(world: Pick<World, "services">, memory = newMemory()) {
  await sweep(world, memory);
  await sweep(world, memory);
}
const to = ({ services }: World, time: number) => services.clock.advance(time - services.clock.now());
const saidIn = ({ services }: World) => noticesIn(services.jobs.all()).map(({ kind, title }) => `${kind} ${title}`);
const kindsIn = ({ services }: World) => noticesIn(services.jobs.all()).map(({ kind }) => kind);
const jobsSpent = async ({ services }: World, env = "prd") =>
  Math.round(((await services.incidents.spending({ ...tenant, env }))?.usd ?? 0) / perJob);
/** The same catalog with other alerts, over the same stores. */
const changed = ({ services }: World, alerts: Record<string, Alert>) => ({
  services: { ...services, catalog: alertWorld(productWith(alerts)).services.catalog },
});
const january = (day: number, hours = 0) => Date.UTC(2030, 0, day, hours, 15);

describe("a budget", () => {
  it("is told at the part that is told first, at the whole, and at each doubling", async () => {
    const { world, memory, end } = worldWith();
    const said: string[][] = [];
    for (const [i, jobs] of [7, 1, 1, 1, 9, 1, 60].entries()) {
      await end(jobs, january(2, i));
      await to(world, january(2, i + 1));
      await rounds(world, memory);
      said.push(kindsIn(world));
    }
    const [seven, eight, nine, ten, nineteen, twenty, eighty] = said;
    expect(seven).toEqual([]);
    expect(eight).toEqual(["opened"]);
    expect(nine).toEqual(["opened"]);
    expect(ten).toEqual(["opened", "grew"]);
    expect(nineteen).toEqual(["opened", "grew"]);
    expect(twenty).toEqual(["opened", "grew", "grew"]);
    // Four times and eight times it at once are one message.
    expect(eighty).toEqual(["opened", "grew", "grew", "grew"]);
    expect(await jobsSpent(world)).toBe(80);
    expect(world.services.incidents.all()).toMatchObject([{ kind: "budget", state: "open", count: 5 }]);
  });

  it("says what was used, of what, in which month and by what, and that it is an estimate", async () => {
    const { world, memory, end } = worldWith({ spent: budget(10, { usd: perJob * 4 } as Partial<Alert>) });
    await end(3, january(1, 1));
    await end(1, january(1, 2), { event: "refund" });
    await rounds(world, memory);
    const [notice] = noticesIn(world.services.jobs.all());
    const [three, four] = [3, 4].map((jobs) => Number((perJob * jobs).toPrecision(2)));
    expect(notice).toMatchObject({ kind: "opened", alert: "spent", month: "2030-01", budget_usd: perJob * 4 });
    expect(notice?.title).toBe(`New: jobs have used ${four} of ${four} USD in shop, prd, in 2030-01 (spent)`);
    expect(notice?.text.split("\n")).toEqual([
      `${notice?.title}.`,
      "That is 100 % of the budget, by the runs that ended before 2030-01-01 11:00:00 UTC.",
      `Most of it: charge ${three} USD, refund ${Number(perJob.toPrecision(2))} USD.`,
      "An estimate by list prices, without free tiers.",
      `Incident: ${notice?.incident}`,
    ]);
  });

  it("is over when the first hour of the next month was counted, after what the last hour of it has cost", async () => {
    const { world, memory, end } = worldWith();
    await to(world, january(31));
    for (let day = 0; day < 31; day++) await sweep(world, memory);
    await end(8, january(31, 23));
    const february = Date.UTC(2030, 1, 1);
    await to(world, february + 15 * minute);
    await rounds(world, memory);
    expect(saidIn(world)).toEqual([expect.stringMatching(/^opened New: .* in 2030-01 /)]);
    await to(world, february + hour + 15 * minute);
    await rounds(world, memory);
    expect(saidIn(world)).toHaveLength(2);
    expect(saidIn(world)[1]).toMatch(/^closed Over: .* in 2030-01 /);
    expect(await world.services.incidents.watched()).toEqual([]);
    expect(await jobsSpent(world)).toBe(0);
    // The next month is told by itself.
    await end(9, february + 2 * hour);
    await to(world, february + 4 * hour);
    await rounds(world, memory);
    expect(saidIn(world)[2]).toMatch(/^came_back Came back: .* in 2030-02 /);
  });

  it("of a month before ends first where the next one has used up its own as well", async () => {
    const { world, memory, end } = worldWith();
    await end(8, january(1, 1));
    await rounds(world, memory);
    await end(10, Date.UTC(2030, 1, 1));
    await to(world, Date.UTC(2030, 1, 1, 2, 15));
    for (let round = 0; round < 3; round++) await sweep(world, memory);
    expect(kindsIn(world)).toEqual(["opened", "closed", "came_back"]);
  });

  it("says nothing before all hours of the month were counted, some in each round", async () => {
    const { world, memory, end } = worldWith();
    await end(8, january(1, 1));
    await to(world, january(5));
    const hours = hourOf(january(5)) - Date.UTC(2030, 0, 1);
    const needed = Math.ceil(hours / hour / hoursOfRound);
    for (let round = 1; round <= needed; round++) {
      await sweep(world, memory);
      const { until = 0 } = (await world.services.incidents.spending(tenant)) ?? {};
      expect(until).toBe(Math.min(Date.UTC(2030, 0, 1) + round * hoursOfRound * hour, hourOf(january(5))));
      expect(kindsIn(world)).toEqual([]);
    }
    await sweep(world, memory);
    expect(kindsIn(world)).toEqual(["opened"]);
  });

  it("counts no hour once the time of the round is over", async () => {
    const { world, memory } = worldWith();
    await sweep(world, memory, world.services.clock.now());
    expect(await world.services.incidents.spending(tenant)).toBeUndefined();
  });

  it("reads nothing in a round in which no hour is over, and the incident while it is above", async () => {
    const { world, memory, end } = worldWith();
    await rounds(world, memory);
    const { incidents, jobs, stats } = world.services;
    const seen = counting({ incidents, jobs, stats });
    await sweep(world, memory);
    expect(seen.splice(0)).toEqual(["incidents.watched"]);
    await end(8, january(1, 12));
    await to(world, january(1, 13));
    await rounds(world, memory);
    seen.splice(0);
    await sweep(world, memory);
    expect(seen).toEqual(["incidents.get", "incidents.watched", "incidents.get"]);
  });

  it("that no alert has takes no call", async () => {
    const world = alertWorld();
    const memory = newMemory();
    await sweep(world, memory);
    const { incidents, jobs, stats } = world.services;
    const seen = counting({ incidents, jobs, stats });
    await sweep(world, memory);
    expect(seen).toEqual(["incidents.watched"]);
  });

  it("has what the statistics know of beside the jobs that are read", async () => {
    const { world, memory, end } = worldWith();
    await end(2, january(1, 1));
    const at = hourOf(january(1, 1));
    await world.services.stats.add([counted({ ...tenant, hour: at, counts: { ...noCounts(), completed: 200 } })]);
    await rounds(world, memory);
    expect(await jobsSpent(world)).toBe(200);
    const { events = {} } = (await world.services.incidents.spending(tenant)) ?? {};
    expect(Math.round((events.charge ?? 0) / perJob)).toBe(200);
  });

  it("is counted on where an hour could not be read", async () => {
    const { world, memory, end } = worldWith();
    await end(8, january(1, 11));
    const { jobs } = world.services;
    const { page } = jobs;
    jobs.page = () => Promise.reject(new Error("throttled"));
    expect(await sweep(world, memory)).toMatchObject({ failed: 1 });
    jobs.page = page;
    await to(world, january(1, 12));
    await rounds(world, memory);
    expect(kindsIn(world)).toEqual(["opened"]);
    expect(await jobsSpent(world)).toBe(8);
  });

  it("keeps in its incident what was used since", async () => {
    const { world, memory, end } = worldWith();
    await end(8, january(1, 11));
    await to(world, january(1, 12));
    await rounds(world, memory);
    await end(1, january(1, 12));
    await to(world, january(1, 13));
    await rounds(world, memory);
    const [incident] = world.services.incidents.all();
    expect(incident?.budget).toMatchObject({ steps: 1, until: Date.UTC(2030, 0, 1, 13) });
    expect(Math.round((incident?.budget?.usd ?? 0) / perJob)).toBe(9);
  });

  it("that was resolved is told again at its next step", async () => {
    const { world, memory, end } = worldWith();
    await end(8, january(1, 11));
    await to(world, january(1, 12));
    await rounds(world, memory);
    const [open] = world.services.incidents.all();
    if (!open) throw new Error("nothing was opened");
    const ended_at = world.services.clock.now();
    await world.services.incidents.change(open, { state: "resolved", ended_at, base: open.count });
    await end(1, january(1, 12));
    await to(world, january(1, 13));
    await rounds(world, memory);
    expect(kindsIn(world)).toEqual(["opened"]);
    await end(1, january(1, 13));
    await to(world, january(1, 14));
    await rounds(world, memory);
    expect(kindsIn(world)).toEqual(["opened", "came_back"]);
  });
});

describe("a budget that is changed", () => {
  async function told(alerts: Record<string, Alert>, jobs = 8) {
    const { world, memory, end } = worldWith();
    await end(jobs, january(1, 1));
    await rounds(world, memory);
    expect(kindsIn(world)).toEqual(["opened"]);
    const later = changed(world, alerts);
    await rounds(later, memory);
    return { world, later, memory };
  }

  it("is over when it was raised above what was used", async () => {
    const { world } = await told({ spent: budget(100) });
    expect(kindsIn(world)).toEqual(["opened", "closed"]);
    expect(world.services.incidents.all()).toMatchObject([{ state: "closed" }]);
  });

  it("is told once more where what was used comes near to the new one too", async () => {
    const { world, later, memory } = await told({ spent: budget(5) });
    expect(saidIn(world)).toHaveLength(2);
    expect(saidIn(world)[1]).toMatch(/^grew Goes on: /);
    await rounds(later, memory);
    expect(saidIn(world)).toHaveLength(2);
  });

  it("is told by itself when it has got another name, and the old one is over in silence", async () => {
    const { world } = await told({ money: budget(10) });
    expect(saidIn(world).map((one) => one.replace(/^(\w+) .*\((\w+)\)$/, "$1 $2"))).toEqual([
      "opened spent",
      "opened money",
    ]);
    const states = world.services.incidents.all().map(({ alert, state }) => `${alert} ${state}`);
    expect(states.sort()).toEqual(["money open", "spent closed"]);
  });

  it("is over in silence when it is removed", async () => {
    const { world } = await told({});
    // Without any alert the catalog is not looked at: the incident is there when it has one again.
    expect(world.services.incidents.all()).toMatchObject([{ state: "open" }]);
    await rounds(changed(world, { new: { when: "new_cause", notify: ["ops"] } }));
    expect(world.services.incidents.all()).toMatchObject([{ state: "closed" }]);
    expect(kindsIn(world)).toEqual(["opened"]);
  });

  it("is counted from the beginning of the month for an env that it gets", async () => {
    const { world, memory, end } = worldWith();
    await end(9, january(1, 1), { env: "dev" });
    await rounds(world, memory);
    expect(await world.services.incidents.spending({ ...tenant, env: "dev" })).toBeUndefined();
    await rounds(changed(world, { spent: budget(10, { envs: ["prd", "dev"] } as Partial<Alert>) }), memory);
    expect(await jobsSpent(world, "dev")).toBe(9);
    expect(noticesIn(world.services.jobs.all())).toMatchObject([{ kind: "opened", env: "dev" }]);
  });

  it("by another alert of the same env is counted once for both", async () => {
    const { world, memory, end } = worldWith({ low: budget(5), high: budget(100) });
    await end(8, january(1, 1));
    await rounds(world, memory);
    expect(await jobsSpent(world)).toBe(8);
    expect(noticesIn(world.services.jobs.all())).toMatchObject([{ kind: "opened", alert: "low" }]);
  });
});

describe("budgets whose processes die between any two writes", () => {
  /** Two hours, the second of which passes the whole budget, with a process that dies at a write. */
  async function history(at: number, after: boolean) {
    const { world, end } = worldWith();
    let [kill, memory] = [process(at, after), newMemory()];
    let deaths = 0;
    const live = async () => {
      await sweep({ services: { ...world.services, ...kill.of(world.alerting) } }, memory);
      if (!kill.died()) return;
      // The next one knows nothing.
      deaths++;
      [kill, memory] = [process(0, false), newMemory()];
    };
    for (const [i, jobs] of [8, 4, 20].entries()) {
      await end(jobs, january(1, 11 + i));
      await to(world, january(1, 12 + i));
      for (let round = 0; round < 4; round++) await live();
    }
    await to(world, Date.UTC(2030, 1, 1, 1, 15));
    for (let round = 0; round < 4; round++) await live();
    return { world, deaths, writes: kill.writes() };
  }

  const summary = ({ world }: Awaited<ReturnType<typeof history>>) => ({
    said: kindsIn(world),
    incidents: world.services.incidents.all().map(({ count, state }) => ({ count, state })),
  });

  it.each([false, true])("lose nothing and repeat nothing (after the write: %s)", async (after) => {
    const whole = await history(0, false);
    expect(summary(whole)).toEqual({
      said: ["opened", "grew", "grew", "closed"],
      incidents: [{ count: 3, state: "closed" }],
    });
    expect(whole.writes).toBeGreaterThan(20);
    for (let at = 1; at <= whole.writes; at++) {
      const broken = await history(at, after);
      expect({ at, deaths: broken.deaths, ...summary(broken) }).toEqual({ at, deaths: 1, ...summary(whole) });
    }
  });

  it("that work at the same time add no hour twice, and tell it once", async () => {
    const { world, end } = worldWith();
    const memories = [newMemory(), newMemory(), newMemory()];
    for (let i = 0; i < 4; i++) {
      await end(2, january(1, 11 + i));
      await to(world, january(1, 12 + i));
      for (let round = 0; round < 3; round++) await Promise.all(memories.map((memory) => sweep(world, memory)));
    }
    expect(await jobsSpent(world)).toBe(8);
    expect(kindsIn(world)).toEqual(["opened"]);
    expect(world.services.incidents.all()).toMatchObject([{ count: 1 }]);
  });
});
