import { jobFrom } from "../../lambdas/aws/dynamodb/job-item.ts";
import type { Job } from "../../lambdas/core/job/job.ts";
import { pauseId } from "../../lambdas/core/job/pause.ts";
import { endPause } from "../../lambdas/core/operations/change-pauses.ts";
import { stored } from "../deploy/stored.ts";
import { aJob, noon } from "../support/builders.ts";
import { ids, items, messages, writtenAt } from "../support/stored/version-0.3.ts";
import { type Item, type Run, startVersions } from "../support/stored/versions.ts";

type World = Awaited<ReturnType<typeof startVersions>>;

const second = 1000;
const minute = 60_000;
const events = Object.keys(stored.jobs) as (keyof typeof stored.jobs)[];
type Event = (typeof events)[number];

/** How many slots the jobs of an event share, and how far apart its rate spaces them, in milliseconds. */
const slots = { desk: 2, hall: 120, clerk: 1, shut: 1, lift: 3, errand: 2 };
const spaces = { post: 30 * second, bell: 2 * second, lift: 10 * second, errand: 10 * second };
const each = Object.entries;

const gatesOf = (event: Event) => stored.jobs[event].limits.map((limit) => ({ limit, key: "" }));

async function add(w: World, event: Event, count = 1): Promise<string[]> {
  const added: string[] = [];
  for (let i = 0; i < count; i++) {
    const due_at = w.clock.now();
    const job = aJob({
      product: "stored",
      event,
      input: { inline: {} },
      due_at,
      timeout_ms: 30_000,
      gates: gatesOf(event),
    });
    added.push((await w.add(job)).id);
    await w.pass(1);
  }
  return added;
}

type Span = Pick<Run, "start" | "end">;

/** How many were at work at a time, at most. */
const most = (spans: readonly Span[]): number =>
  Math.max(
    0,
    ...spans.map(
      ({ start }) => spans.filter((one) => one.start <= start && (one.end ?? Number.POSITIVE_INFINITY) > start).length,
    ),
  );

const startsOf = (runs: readonly Run[], event: string): number[] =>
  runs
    .filter((run) => run.event === event)
    .map(({ start }) => start)
    .sort((a, b) => a - b);

/** The smallest time between two starts of an event. */
const closest = (starts: readonly number[]): number =>
  Math.min(...starts.slice(1).map((start, i) => start - (starts[i] ?? 0)));

/** Whoever is early waits in its consumer: what is left is the difference of clocks, of which there is none here. */
function expectSpaced(starts: readonly number[], space: number) {
  for (const [i, start] of starts.entries()) expect(start - (starts[0] ?? 0)).toBeGreaterThanOrEqual(i * space - 50);
  expect(closest(starts)).toBeGreaterThanOrEqual(space - 50);
}

const isOf = (item: Item, prefix: string) => item.PK?.S?.startsWith(prefix) ?? false;
const partsIn = (all: readonly Item[]) => all.filter((item) => isOf(item, "GATE#") && item.SK?.S?.startsWith("PART#"));

/** What is left of lines: nobody stands in one, holds a slot, or is in anybody's way. */
async function expectEmpty(w: World) {
  const all = await w.items();
  expect(all.filter(({ SK }) => SK?.S?.startsWith("WAIT#"))).toEqual([]);
  for (const part of partsIn(all)) expect([part.PK?.S, part.n?.N ?? "0"]).toEqual([part.PK?.S, "0"]);
  expect(partsIn(all).filter(({ SK, waiting }) => SK?.S === "PART#000" && waiting)).toEqual([]);
  expect(w.inFlight()).toEqual([]);
  for (const event of events.filter((one) => one !== "flood")) {
    const [id] = await add(w, event);
    await w.pass(second);
    expect(w.runs.at(-1)).toMatchObject({ event, job: id });
    await w.pass(11 * second);
  }
}

const faults = ({ logged }: World) => logged.filter(({ level }) => level === "error");

describe("with what version 0.3.0 has stored of limits", () => {
  const then = items.filter((item) => isOf(item, "JOB#")).map((item): Job => jobFrom(item));
  const killed = then.filter(({ status }) => status === "running");
  const pause = pauseId({ product: "stored", env: "prd", limit: "shut" });
  const pauseMs = 5 * minute;
  const newcomers = {} as Record<Event, string>;
  let w: World;

  beforeAll(async () => {
    w = await startVersions({
      product: stored,
      version: "today's",
      startAt: writtenAt,
      durationOf: ({ event }) => (event === "hall" || event === "desk" ? 8 * second : second),
    });
    await w.load(items, messages);
    await w.pass(2 * second);
    for (const event of events) newcomers[event] = (await add(w, event))[0] ?? "";
    await w.pass(pauseMs - (w.clock.now() - writtenAt));
    await endPause(w, pause, { admit: () => {} });
    await w.pass(10 * minute);
  }, 300_000);
  afterAll(() => w.stop());

  const startOf = (id: string) => w.runs.find(({ job }) => job === id)?.start;

  it("the table has starts, lines, parts of 40, a pin and a pause", () => {
    const tats = partsIn(items).map(({ tat }) => Number(tat?.N ?? 0) / 1000 - writtenAt);
    expect(Math.max(...tats)).toBeGreaterThan(10 * minute);
    expect(
      partsIn(items)
        .filter(({ PK }) => PK?.S === "GATE#stored#prd#hall#")
        .map(({ n, waiting }) => [n?.N, !!waiting]),
    ).toEqual([
      ["40", true],
      ["40", true],
      ["40", true],
    ]);
    expect(then.filter(({ reserved, status }) => reserved && status === "cancelled")).toHaveLength(6);
    expect(items.filter(({ SK }) => SK?.S?.startsWith("WAIT#"))).toHaveLength(27);
    expect(killed.length).toBeGreaterThanOrEqual(2 + 1 + 1 + 120);
  });

  it("each line is drained: every job that was not cancelled is done", async () => {
    for (const { id, status } of then)
      expect([id, (await w.jobs.get(id))?.status]).toEqual([id, status === "cancelled" ? "cancelled" : "completed"]);
    for (const id of Object.values(newcomers)) expect(await w.jobs.get(id)).toMatchObject({ status: "completed" });
    expect(faults(w)).toEqual([]);
  });

  it.each(each(slots))("the limit of %s never has more jobs at work than slots", (event, limit) => {
    const spans: Span[] = killed
      .filter((job) => job.event === event)
      .map(({ lease_until: end }) => ({ start: writtenAt, end: end ?? 0 }));
    expect(most([...spans, ...w.runs.filter((run) => run.event === event)])).toBeLessThanOrEqual(limit);
  });

  it("reserved starts are given to their jobs at their times", () => {
    const waiting = then.filter(
      ({ reserved, due_at, status }) => status !== "cancelled" && reserved?.until === due_at && due_at > writtenAt,
    );
    expect(waiting.length).toBeGreaterThan(30);
    for (const { id, due_at } of waiting) {
      expect(startOf(id)).toBeGreaterThanOrEqual(due_at);
      expect(startOf(id)).toBeLessThan(due_at + 100);
    }
  });

  it.each(each(spaces))("the starts of %s keep to its rate, also after the reserved ones", (event, space) => {
    expect(closest(startsOf(w.runs, event).filter((start) => start > writtenAt))).toBeGreaterThanOrEqual(space - 50);
  });

  it("newcomers start after all that was reserved, in the order of their times", () => {
    const tat = Number(partsIn(items).find(({ PK }) => PK?.S === "GATE#stored#prd#post#")?.tat?.N) / 1000;
    const moved = ids.post?.[13] ?? "";
    expect(startOf(newcomers.post)).toBeGreaterThanOrEqual(tat);
    expect(startOf(newcomers.post)).toBeLessThan(tat + second);
    expect((startOf(moved) ?? 0) - (startOf(newcomers.post) ?? 0)).toBeGreaterThanOrEqual(spaces.post - 50);
    expect(startOf(newcomers.flood)).toBeLessThan(writtenAt + 5 * second);
    for (const event of ["desk", "clerk"] as const)
      expect(w.runs.findIndex(({ job }) => job === newcomers[event])).toBeGreaterThan(
        w.runs.findIndex(({ job }) => job === ids[event]?.[2]),
      );
  });

  it("a paused line starts nothing before the end of the pause", () => {
    expect(Math.min(...startsOf(w.runs, "shut"))).toBeGreaterThanOrEqual(writtenAt + pauseMs);
  });

  it("the drained gates leave nothing behind", () => expectEmpty(w), 60_000);
});

describe("an upgrade while attempts are at work", () => {
  it("keeps to the limits, although those go on by the old version", async () => {
    const w = await startVersions({
      product: stored,
      version: "0.3",
      startAt: noon,
      durationOf: ({ id, event }) => (event === "hall" ? 2 + (Number.parseInt(id.slice(-4), 16) % 18) : 1) * second,
    });
    const pin = { concurrency: 30, until: noon + 60 * minute, pinned_at: noon };
    await w.gates.pin({ product: "stored", env: "prd", limit: "hall" }, pin);
    const added = [await add(w, "hall", 50), await add(w, "desk", 6), await add(w, "bell", 6)];
    await w.pass(3 * second);
    w.deploy("today's");
    added.push(await add(w, "hall", 10), await add(w, "desk", 2), await add(w, "bell", 2));
    await w.pass(2 * minute);
    for (const id of added.flat()) expect(await w.jobs.get(id)).toMatchObject({ status: "completed", attempt: 1 });
    expect(most(w.runs.filter(({ event }) => event === "hall"))).toBe(30);
    expect(most(w.runs.filter(({ event }) => event === "desk"))).toBe(2);
    expectSpaced(startsOf(w.runs, "bell"), spaces.bell);
    expect(new Set(w.runs.map(({ version }) => version))).toEqual(new Set(["0.3", "today's"]));
    expect(faults(w)).toEqual([]);
    await w.stop();
  }, 120_000);
});

describe("a roll back to version 0.3.0", () => {
  const added: string[] = [];
  let w: World;
  let left: Item[];
  let called: number;

  beforeAll(async () => {
    w = await startVersions({
      product: stored,
      version: "today's",
      startAt: noon,
      durationOf: ({ event }) =>
        (event === "hall" || event === "desk" ? 8 : event === "lift" || event === "errand" ? 5 : 1) * second,
    });
    const all = async (count: Partial<Record<Event, number>>) => {
      for (const [event, many] of each(count)) added.push(...(await add(w, event as Event, many)));
    };
    await all({ hall: 120, desk: 8 });
    await all({ hall: 5, post: 6, bell: 20, lift: 5, errand: 5, flood: 5 });
    await w.pass(5 * second);
    left = await w.items();
    called = w.inFlight().filter(({ attributes }) => attributes?.calls).length;
    w.deploy("0.3");
    await w.pass(second);
    await all({ hall: 90, post: 2, bell: 2, desk: 2, lift: 2, errand: 2, flood: 2 });
    await w.pass(noon + 70 * second - w.clock.now());
    w.deploy("today's");
    await all({ hall: 1, post: 1, bell: 1, desk: 1, lift: 1, errand: 1, flood: 1 });
    await w.pass(8 * minute);
  }, 300_000);
  afterAll(() => w.stop());

  it("finds calls, pumps, promised ticks and parts of 12", () => {
    expect(called).toBeGreaterThan(0);
    expect(left.filter((item) => isOf(item, "PUMP#")).length).toBeGreaterThanOrEqual(4);
    expect(
      partsIn(left).filter(({ waiting, next_call, promised }) => waiting && next_call && promised).length,
    ).toBeGreaterThanOrEqual(4);
    expect(partsIn(left).filter(({ PK, n }) => PK?.S === "GATE#stored#prd#hall#" && n?.N === "12")).toHaveLength(10);
  });

  it("has its lines drained by 0.3.0, and by the later version after it", async () => {
    for (const id of added) expect([id, await w.jobs.get(id)]).toMatchObject([id, { status: "completed", attempt: 1 }]);
    expect(new Set(w.runs.map(({ version }) => version))).toEqual(new Set(["0.3", "today's"]));
    expect(w.runs.filter(({ version }) => version === "0.3").length).toBeGreaterThan(100);
    expect(faults(w)).toEqual([]);
  });

  it.each(each(slots).filter(([event]) => event !== "hall"))(
    "never has more jobs at work than %s has slots",
    (event, limit) => {
      expect(most(w.runs.filter((run) => run.event === event))).toBeLessThanOrEqual(limit);
    },
  );

  it("exceeds a limit of many slots by those in unknown parts, until they are free", () => {
    const runs = w.runs.filter(({ event }) => event === "hall");
    // It has 3 parts, and sees 12 slots in each.
    expect(most(runs)).toBeGreaterThan(120);
    expect(most(runs)).toBeLessThanOrEqual(120 + (120 - 3 * 12));
    const first = Math.min(...runs.filter(({ version }) => version === "0.3").map(({ start }) => start));
    expect(most(runs.filter(({ start }) => start > first + 8 * second))).toBeLessThanOrEqual(120);
  });

  it.each(each(spaces))("keeps the starts of %s to its rate", (event, space) =>
    expectSpaced(startsOf(w.runs, event), space),
  );

  it("leaves nothing behind in the gates", () => expectEmpty(w), 60_000);
});
