import type { FeatureTarget } from "../../../../../lambdas/consumers/types/feature/target.ts";
import type { Job } from "../../../../../lambdas/core/job/job.ts";
import { cancel, changeJob } from "../../../../../lambdas/core/operations/change-job.ts";
import { listJobs } from "../../../../../lambdas/core/operations/list-jobs.ts";
import { type Signalling, sendSignal } from "../../../../../lambdas/core/operations/send-signal.ts";
import { explainJob } from "../../../../../lambdas/core/queries/explain-job.ts";
import { JobExplanationSchema } from "../../../../../lambdas/core/queries/schemas/job-explanation.ts";
import { JobSummarySchema } from "../../../../../lambdas/core/queries/schemas/list.ts";
import { summaryOf, viewOf } from "../../../../../lambdas/core/queries/view.ts";
import { transitionsOf } from "../../../../../lambdas/lifecycle/events.ts";
import { noon } from "../../../../support/builders.ts";
import { featureWorld } from "../../../../support/feature-world.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

type Steps = FeatureTarget["sequences"][string];

const signals = { paid: {}, refused: {}, review: { schema: { approved: { type: "boolean" } as const } } };
const money: Steps[number] = {
  step: "money",
  wait: { any: [{ signal: "paid", key: "$Input{order}" }, { signal: "refused" }], timeout: "3d" },
};

/** A feature world that notes the events of each write of a run, as the table's stream would. */
function worldOf(sequences: FeatureTarget["sequences"]) {
  const world = featureWorld({ onboard: { signals, sequences } });
  const { replace } = world.services.jobs;
  const events: [string, object][] = [];
  world.services.jobs.replace = async (job, writeId) => {
    const before = await world.jobs.get(job.id);
    const outcome = await replace(job, writeId);
    const after = await world.jobs.get(job.id);
    if (before?.type === "feature" && after && outcome === "replaced")
      for (const { name, detail, time } of transitionsOf({ before, after, at: world.clock.now() }))
        events.push([name, { time, ...detail }]);
    return outcome;
  };
  const of = (name: string) => events.filter(([one]) => one === name).map(([, detail]) => detail);
  const send = (signal: string, id: string, to: { key: string } | { job_id: string }, payload?: unknown) =>
    sendSignal(world.services as Signalling, { product: "shop", env: "dev", signal, to, id, payload });
  const job = async (id: string) => (await world.jobs.get(id)) as Job;
  return { ...world, events, of, send, job };
}

const paidOrRefused = [{ signal: "paid", key: "A-1" }, { signal: "refused" }];

describe("a run that waits", () => {
  it("is listed with what it waits for, until when, and since when, without reading more than its item", async () => {
    const { start, pass, job, clock, services } = worldOf({ main: [{ event: "create" }, money, { event: "mail" }] });
    const id = await start("onboard", { order: "A-1" });
    await pass(minute);
    const waits = [{ step: "main.money", since: noon, until: noon + 3 * day, signals: paidOrRefused }];
    const shown = summaryOf(await job(id), clock.now());
    expect(shown).toMatchObject({ status: "running", waits });
    expect(JobSummarySchema.parse(shown)).toEqual(shown);
    expect(await viewOf(services, await job(id), clock.now())).toMatchObject({ waits });
  });

  it("shows no wait once a message has come, and none once it has ended", async () => {
    const { start, pass, job, clock, send } = worldOf({ main: [money, { event: "mail", delay: hour }] });
    const id = await start("onboard", { order: "A-1" });
    await pass(minute);
    await send("paid", "s-1", { key: "A-1" });
    await pass(minute);
    expect(summaryOf(await job(id), clock.now())).not.toHaveProperty("waits");
    await pass(2 * hour);
    const done = await job(id);
    expect(done).toMatchObject({ status: "completed" });
    expect(summaryOf(done, clock.now())).not.toHaveProperty("waits");
  });

  it("and is cancelled shows no wait, and has no event of it but its end", async () => {
    const { start, pass, job, clock, services, events } = worldOf({ main: [money] });
    const id = await start("onboard", { order: "A-1" });
    await pass(minute);
    await changeJob(services, id, cancel("enough"));
    expect(await job(id)).not.toHaveProperty("waits");
    expect(summaryOf(await job(id), clock.now())).not.toHaveProperty("waits");
    expect(events.map(([name]) => name)).toEqual(["run.waiting", "cancelled"]);
  });

  it("is found by a filter, apart from runs that do something else", async () => {
    const { start, pass, jobs, clock } = worldOf({
      main: [
        { ...money, if: { value: "$Input{order}", exists: true } },
        { event: "mail", delay: day },
      ],
    });
    const waiting = await start("onboard", { order: "A-1" });
    const working = await start("onboard");
    await pass(minute);
    const listed = async (filter: object) => {
      const query = { order: "desc", limit: 100, status: ["running"], ...filter } as const;
      return (await listJobs(jobs, [{ product: "shop", env: "dev" }], query, clock.now())).jobs.map(({ id }) => id);
    };
    expect(await listed({ waiting: true })).toEqual([waiting]);
    expect(await listed({ waiting: false })).toEqual([working]);
    expect(await listed({})).toHaveLength(2);
  });

  it("notes ten waits of many, and three signals of each, the oldest first", async () => {
    const any = ["a", "b", "c", "d"].map((key) => ({ signal: "paid", key }));
    const sequences = Object.fromEntries(
      Array.from({ length: 12 }, (_, i): [string, Steps] => [`s${i}`, [{ step: "w", wait: { any } }]]),
    );
    const { start, pass, job } = worldOf(sequences);
    const id = await start();
    await pass(minute);
    const { waits = [] } = await job(id);
    expect(waits.map(({ step }) => step)).toEqual(Array.from({ length: 10 }, (_, i) => `s${i}.w`));
    expect(waits[0]?.signals).toEqual(any.slice(0, 3));
  });
});

describe("the events of a run's waits", () => {
  it("are one when it begins to wait, and one when a message ends that, each in a write that is made anyway", async () => {
    const { start, pass, of, send, events, job } = worldOf({ main: [{ event: "create" }, money, { event: "mail" }] });
    const id = await start("onboard", { order: "A-1" });
    await pass(minute);
    const until = noon + 3 * day;
    expect(of("run.waiting")).toMatchObject([
      { job_id: id, status: "running", time: noon, waits: [{ step: "main.money", until, signals: paidOrRefused }] },
    ]);
    const { version } = await job(id);
    await send("refused", "s-1", { job_id: id });
    await pass(minute);
    const received = [{ step: "main.money", signal: "refused", id: "s-1", at: noon + minute }];
    expect(of("run.signalled")).toMatchObject([{ job_id: id, time: noon + minute, received }]);
    expect(events.map(([name]) => name)).toEqual(["run.waiting", "run.signalled", "completed"]);
    // The claim, the record before the mail, the outcome; then the claim and the outcome of the end.
    expect((await job(id)).version - version).toBe(5);
  });

  it("of a message that came before its wait are of the message only", async () => {
    const { start, pass, of, send, events } = worldOf({ main: [{ event: "create", delay: hour }, money] });
    const id = await start("onboard", { order: "A-1" });
    await pass(minute);
    await send("paid", "early", { key: "A-1" });
    await pass(2 * hour);
    expect(of("run.signalled")).toMatchObject([
      { job_id: id, time: noon + hour, status: "completed", received: [{ id: "early", at: noon + minute }] },
    ]);
    expect(events.map(([name]) => name)).toEqual(["run.signalled", "completed"]);
  });

  it("of a wait that times out are none", async () => {
    const { start, pass, events } = worldOf({ main: [money] });
    await start("onboard", { order: "A-1" });
    await pass(3 * day + minute);
    expect(events.map(([name]) => name)).toEqual(["run.waiting", "failed"]);
  });

  it("of a series name the run that has received, and not the next one", async () => {
    const { start, pass, of, send } = worldOf({ main: [{ step: "go", wait: { signal: "paid" } }] });
    const id = await start("onboard", {}, { repeat: { every: hour } });
    for (const run of [1, 2]) {
      await pass(minute);
      await send("paid", `s-${run}`, { job_id: id });
      await pass(hour - minute - second);
    }
    expect(of("run.signalled")).toMatchObject([
      { run: 1, received: [{ id: "s-1" }] },
      { run: 2, received: [{ id: "s-2" }] },
    ]);
    expect(of("run.waiting")).toMatchObject([{ run: 1 }, { run: 2 }]);
    const versions = [...of("run.signalled"), ...of("completed")].map((one) => (one as { version: number }).version);
    expect(versions[0]).toBe(versions[2]);
  });

  it("never have a payload", async () => {
    const { start, pass, send, events } = worldOf({ main: [money, { event: "mail" }] });
    await start("onboard", { order: "A-1" });
    await pass(minute);
    await send("paid", "s-1", { key: "A-1" }, { card: "s3cret" });
    await pass(minute);
    expect(JSON.stringify(events)).not.toContain("s3cret");
  });

  it("come once although the decision dies after it has recorded the message", async () => {
    const world = worldOf({ main: [money, { event: "mail" }] });
    const { start, pass, send, services, of, clock, queue, job } = world;
    const id = await start("onboard", { order: "A-1" });
    await pass(minute);
    await send("paid", "s-1", { key: "A-1" });
    const { replace } = services.jobs;
    let writes = 0;
    services.jobs.replace = async (one, writeId) => {
      if (one.id === id && ++writes === 2) throw new Error("the process is gone");
      return replace(one, writeId);
    };
    await expect(pass(second)).rejects.toThrow("gone");
    services.jobs.replace = replace;
    await clock.advance(2 * minute);
    const { run, attempt, due_at } = await job(id);
    await queue.send("feature", { v: 1, job_id: id, run, attempt, due_at }, { delaySeconds: 0, group: "" });
    await pass(minute);
    expect(await job(id)).toMatchObject({ status: "completed" });
    expect(of("run.signalled")).toHaveLength(1);
  });
});

describe("the explanation of a run", () => {
  it("says who decides an approval that nobody is asked for", async () => {
    const { start, pass, services, job, clock } = worldOf({ main: [{ step: "ship", approve: { title: "Ship it?" } }] });
    const id = await start("onboard");
    await pass(minute);
    const { says } = await explainJob(services, await job(id), clock.now());
    expect(says).toEqual([
      expect.stringMatching(/^main\.ship waits for a decision in the inbox until 20.*, and then /),
    ]);
  });

  it("says for what it waits, until when, and which messages it did not take", async () => {
    const {
      start,
      pass,
      send,
      services,
      job,
      clock,
      signals: port,
    } = worldOf({
      main: [{ step: "ok", wait: { signal: "review", key: "$Input{order}", timeout: "3d" } }],
    });
    const payload = { approved: true };
    await send("review", "early", { key: "A-1" }, payload);
    await pass(minute);
    const id = await start("onboard", { order: "A-1" });
    await pass(minute);
    const address = { product: "shop", env: "dev", signal: "review", to: { key: "A-1" } };
    await port.put(address, { id: "wrong", at: clock.now(), payload: { approved: "yes" } }, clock.now() + day);
    await pass(minute);
    const explained = await explainJob(services, await job(id), clock.now());
    expect(JobExplanationSchema.parse(explained)).toEqual(explained);
    expect(explained).toMatchObject({
      job_id: id,
      status: "running",
      says: [
        "main.ok waits for the signal review with the key A-1 until 2030-01-04T12:01:00.000Z, and then fails.",
        "2 messages came that it does not take: 1 with a payload that lacks what its definition declares, 1 before the run was made.",
      ],
      waits: [
        {
          step: "main.ok",
          messages: [
            { id: "wrong", why: "other_payload" },
            { id: "early", why: "before_run" },
          ],
        },
      ],
    });
    expect(JSON.stringify(explained)).not.toContain("yes");
  });

  it("knows a message that another wait has taken, and one that it has not seen yet", async () => {
    const wait = { signal: "paid", key: "k", timeout: "1h", otherwise: "continue" } as const;
    const {
      start,
      pass,
      send,
      services,
      job,
      clock,
      signals: port,
    } = worldOf({
      one: [{ step: "a", wait }],
      two: [{ step: "b", wait }],
    });
    const id = await start();
    await pass(minute);
    await send("paid", "s-1", { key: "k" });
    await pass(minute);
    const address = { product: "shop", env: "dev", signal: "paid", to: { key: "k" } };
    await port.put(address, { id: "s-2", at: clock.now() }, clock.now() + day);
    const { waits = [], says } = await explainJob(services, await job(id), clock.now());
    expect(waits).toMatchObject([
      {
        messages: [
          { id: "s-2", why: "not_seen" },
          { id: "s-1", why: "taken" },
        ],
      },
    ]);
    expect(says).toEqual([
      expect.stringContaining("and then goes on without one."),
      "1 message came that it does not take: 1 taken by another of its waits.",
      "1 came since it last looked: it is woken for that.",
    ]);
  });

  it.each<[string, Steps, string[]]>([
    ["a time", [{ step: "cool", wait: { for: "2h" } }], ["main.cool waits until 2030-01-01T14:00:00.000Z."]],
    ["a step", [{ event: "mail", delay: hour }], [expect.stringMatching(/^main.mail is scheduled, as the job job_/)]],
  ])("says that it waits for %s", async (_, main, says) => {
    const { start, pass, services, job, clock } = worldOf({ main });
    const id = await start();
    await pass(minute);
    expect((await explainJob(services, await job(id), clock.now())).says).toEqual(says);
  });
});

describe("the measures of waits", () => {
  const measuredBy = ({ log }: ReturnType<typeof worldOf>) =>
    log.lines.flatMap(({ measured }) =>
      measured && Object.keys(measured.values).some((name) => name.startsWith("wait")) ? [measured] : [],
    );
  const of = { type: "feature", product: "shop" };

  it("are its beginning, and the message that ended it and after how long", async () => {
    const world = worldOf({ main: [money] });
    const id = await world.start("onboard", { order: "A-1" });
    await world.pass(minute);
    await world.send("paid", "s-1", { key: "A-1" });
    await world.pass(minute);
    expect(await world.job(id)).toMatchObject({ status: "completed" });
    expect(measuredBy(world)).toEqual([
      { values: { waits_begun: 1 }, of },
      { values: { waits_signalled: 1, wait_ms: minute }, of },
    ]);
  });

  it("are how late the end of its time was seen, and that it timed out", async () => {
    const world = worldOf({ one: [money], two: [{ step: "cool", wait: { for: "2h" } }] });
    await world.start("onboard", { order: "A-1" });
    await world.pass(4 * day);
    expect(measuredBy(world)).toEqual([
      { values: { waits_begun: 2 }, of },
      { values: { wait_late_ms: 0 }, of },
      { values: { waits_timed_out: 1, wait_late_ms: 0 }, of },
    ]);
  });
});
