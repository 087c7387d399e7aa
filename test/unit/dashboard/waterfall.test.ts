import { versionsBehind } from "../../../dashboard/src/pages/job/kept-code.ts";
import { sourceLineOf } from "../../../dashboard/src/pages/job/source-line.ts";
import { folded, mostRows } from "../../../dashboard/src/pages/job/waterfall-fold.ts";
import { queuedOf, type Row, rowsOf, tookOf } from "../../../dashboard/src/pages/job/waterfall-rows.ts";
import { placeOf, scaleOf } from "../../../dashboard/src/pages/job/waterfall-scale.ts";
import type { JobStep } from "../../../sdk/src/index.ts";

const rows = (steps: Record<string, JobStep>, now = 10_000) => rowsOf({ steps }, now);
const row = (step: JobStep, now?: number): Row => rows({ one: step }, now)[0] as Row;
const pieces = ({ parts }: Pick<Row, "parts">) => parts.map(({ is, from, to }) => [is, from, to]);

describe("the bar of a step", () => {
  test("has the time in which its job did not run, and the one in which it ran", () => {
    const step = row({ status: "completed", job_id: "j", created_at: 100, started_at: 150, finished_at: 400 });
    expect(pieces(step)).toEqual([
      ["queued", 100, 150],
      ["ran", 150, 400],
    ]);
    expect([step.kind, queuedOf(step), tookOf(step)]).toEqual(["job", 50, 250]);
  });

  test("has each attempt, and the time between them", () => {
    const earlier_attempts = [
      { started_at: 150, ended_at: 200 },
      { started_at: 900, ended_at: 950 },
    ];
    const job = { job_id: "j", created_at: 100, earlier_attempts };
    const retried = row({ ...job, status: "completed", started_at: 3_000, finished_at: 3_100 });
    expect(pieces(retried)).toEqual([
      ["queued", 100, 150],
      ["failed", 150, 200],
      ["queued", 200, 900],
      ["failed", 900, 950],
      ["queued", 950, 3_000],
      ["ran", 3_000, 3_100],
    ]);
    // Its latest start is that of the attempt that has failed.
    const waits = row({ ...job, status: "scheduled", started_at: 900 }, 2_000);
    expect(pieces(waits).slice(-2)).toEqual([
      ["failed", 900, 950],
      ["queued", 950, 2_000],
    ]);
    expect(waits.isOpen).toBe(true);
  });

  test("grows until now while it is open, and says until when it waits", () => {
    const waits: JobStep = { status: "waiting", started_at: 100, until: 90_000, waits_for: [{ signal: "paid" }] };
    expect(pieces(row(waits, 500))).toEqual([["waits", 100, 500]]);
    expect(pieces(row(waits, 700))).toEqual([["waits", 100, 700]]);
    expect(row(waits)).toMatchObject({ kind: "signal", isOpen: true, until: 90_000 });
    expect(row({ status: "waiting", started_at: 100, until: 200 }).kind).toBe("sleep");
    expect(pieces(row({ status: "running", job_id: "j", created_at: 1, started_at: 2 }, 9))).toEqual([
      ["queued", 1, 2],
      ["ran", 2, 9],
    ]);
  });

  test("is none for a step that has not begun, and a point for one of which only the end is known", () => {
    expect(row({ status: "not_started" })).toMatchObject({ parts: [], isOpen: false });
    expect(row({ status: "skipped", started_at: undefined as never }).parts).toEqual([]);
    expect(pieces(row({ status: "failed", finished_at: 7 }))).toEqual([["ran", 7, 7]]);
  });

  test("never runs backwards where clocks differ", () => {
    const step = row({ status: "completed", job_id: "j", created_at: 100, started_at: 98, finished_at: 97 });
    for (const { from, to } of step.parts) expect(from).toBeLessThanOrEqual(to);
    expect(tookOf(step)).toBe(0);
  });
});

describe("the rows of a run", () => {
  test("are in the order in which they have begun, and then what has not", () => {
    const made = rows({
      later: { status: "not_started" },
      b: { status: "completed", started_at: 200, finished_at: 300 },
      a: { status: "completed", started_at: 100, finished_at: 900 },
    });
    expect(made.map(({ key }) => key)).toEqual(["a", "b", "later"]);
  });

  test("have the undo of a step as a row, and undos that a handler makes", () => {
    const undo = { status: "completed", job_id: "u", created_at: 500, started_at: 510, finished_at: 600 } as const;
    const done = { status: "completed", job_id: "j", created_at: 100, started_at: 110, finished_at: 200 } as const;
    const made = rows({ "main.pay": { ...done, undo }, "undo:charge": { ...undo, status: "failed" } });
    expect(made.map(({ name, kind, status }) => [name, kind, status])).toEqual([
      ["main.pay", "job", "completed"],
      ["undo main.pay", "undo", "undone"],
      ["undo:charge", "undo", "not_undone"],
    ]);
  });

  test("let a step that calls ctx begin with its first call", () => {
    const made = rows({
      "letter/find": { status: "completed", job_id: "j", created_at: 100, started_at: 110, finished_at: 200 },
      "letter/inner/ask": { status: "completed", job_id: "k", created_at: 210, started_at: 210, finished_at: 290 },
      "letter/inner": { status: "completed", finished_at: 291 },
      letter: { status: "completed", finished_at: 300 },
    });
    expect(made.map(({ key, from, to }) => [key, from, to])).toEqual([
      ["letter", 100, 300],
      ["letter/find", 100, 200],
      ["letter/inner", 210, 291],
      ["letter/inner/ask", 210, 290],
    ]);
  });
});

const many = (count: number, name: (at: number) => string, status: JobStep["status"] = "completed") =>
  Object.fromEntries(
    Array.from({ length: count }, (_, at) => [name(at), { status, started_at: at * 10, finished_at: at * 10 + 5 }]),
  );
const linesOf = (made: Row[]) =>
  folded(made).map((line) => ("row" in line ? line.row.name : `${line.group.name} ${line.group.rows.length}`));

describe("many rows", () => {
  test("are shown each up to 200", () => {
    expect(folded(rows(many(mostRows, (at) => `s-${at}`)))).toHaveLength(200);
    expect(linesOf(rows(many(mostRows + 1, (at) => `s-${at}`)))).toEqual(["s-* 201"]);
  });

  test("are folded by names as far as it takes", () => {
    const charge = { charge: { status: "completed", started_at: 0, finished_at: 1 } } as const;
    expect(linesOf(rows({ ...charge, ...many(300, (at) => (at === 0 ? "ask" : `ask#${at + 1}`)) }))).toEqual([
      "charge",
      "ask 300",
    ]);
    expect(linesOf(rows(many(10_000, (at) => `return-A-${at}-${at * 7}x`)))).toEqual(["return-A-* 10000"]);
    const words = "abcdefghijklmnopqrst".split("");
    const named = (at: number) =>
      `ship-${words[at % 20]}${words[Math.floor(at / 20) % 20]}-${words[Math.floor(at / 400)]}`;
    expect(linesOf(rows(many(8_000, named)))).toEqual(["ship-* 8000"]);
    const alien = (at: number) => String.fromCodePoint(0x4e00 + at);
    expect(linesOf(rows(many(5_000, alien)))).toEqual([" 5000"]);
  });

  test("are counted by status, with what failed and what is open first, and have a bar of few pieces", () => {
    const made = rows({
      ...many(10_000, (at) => `s-${at}`),
      "s-77": { status: "failed", started_at: 770, finished_at: 771 },
      "s-78": { status: "running", started_at: 780 },
    });
    const [line] = folded(made);
    if (!line || !("group" in line)) throw new Error("not folded");
    const { counts, rows: inside, parts } = line.group;
    expect(counts).toEqual([
      ["completed", 9_998],
      ["failed", 1],
      ["running", 1],
    ]);
    expect(inside.slice(0, 3).map(({ key }) => key)).toEqual(["s-77", "s-78", "s-0"]);
    expect(parts.length).toBeLessThanOrEqual(4 * 25);
    expect(parts).toContainEqual({ is: "failed", from: 770, to: 771 });
  });

  test("of 10,000 steps are laid out while nobody notices", () => {
    const waits = Object.fromEntries(
      Object.entries(many(5_000, (at) => `wait-${at}`)).map(([key, one]) => [key, { ...one, until: one.finished_at }]),
    );
    const steps = { ...many(5_000, (at) => `item-${at}`), ...waits };
    const began = performance.now();
    scaleOf(rowsOf({ steps }, 0));
    folded(rowsOf({ steps }, 0));
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

const step = (from: number, to: number): JobStep => ({ status: "completed", started_at: from, finished_at: to });
const day = 86_400_000;

describe("the axis of a run", () => {
  test("is to scale where steps take most of the time", () => {
    const scale = scaleOf(rows({ a: step(1_000, 2_000), b: step(2_000, 5_000) }));
    expect([1_000, 2_000, 3_000, 5_000].map((at) => placeOf(at, scale))).toEqual([0, 25, 50, 100]);
    expect(scale.marks.map(({ ms }) => ms)).toEqual([0, 1_000, 2_000, 3_000, 4_000]);
    expect(scale.spans.some(({ isFolded }) => isFolded)).toBe(false);
  });

  test("folds what a run waits where that is most of its time, and says how long it was", () => {
    const waits: JobStep = { ...step(400, 3 * day), until: 3 * day };
    const scale = scaleOf(rows({ a: step(0, 400), waits, b: step(3 * day, 3 * day + 600) }));
    expect(scale.spans.map(({ isFolded }) => isFolded)).toEqual([false, true, false]);
    const fold = scale.marks.find(({ isFolded }) => isFolded);
    expect(fold?.ms).toBe(3 * day - 400);
    const [a, b] = [placeOf(400, scale), 100 - placeOf(3 * day, scale)];
    // The steps have most of the width, and are to scale with each other.
    expect(a + b).toBeGreaterThan(85);
    expect(b / a).toBeCloseTo(1.5, 5);
  });

  test("keeps a short wait that follows a long one as long as the steps are", () => {
    const long: JobStep = { ...step(400, day), until: day };
    const short: JobStep = { ...step(day, day + 800), until: day + 800 };
    const scale = scaleOf(rows({ a: step(0, 400), long, short }));
    const [a, b] = [placeOf(400, scale), 100 - placeOf(day, scale)];
    expect(b / a).toBeCloseTo(2, 5);
  });

  test("is to scale for a run that only waits", () => {
    const scale = scaleOf(rows({ a: { ...step(0, day), until: day }, b: { ...step(day, 2 * day), until: 2 * day } }));
    expect(placeOf(day, scale)).toBe(50);
  });

  test("keeps the order of all times, within the width, and labels apart from each other", () => {
    const steps: Record<string, JobStep> = {};
    let at = 0;
    for (let i = 0; i < 40; i++) {
      const length = [3, 50, 700, 40_000, 3 * day][i % 5] ?? 1;
      steps[`s${i}`] = { ...step(at, at + length), ...(i % 5 === 4 && { until: at + length }) };
      at += length;
    }
    const scale = scaleOf(rows(steps));
    const places = Object.values(steps).flatMap(({ started_at = 0, finished_at = 0 }) => [
      placeOf(started_at, scale),
      placeOf(finished_at, scale),
    ]);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect([places[0], Math.round(places.at(-1) ?? 0)]).toEqual([0, 100]);
    const { marks } = scale;
    for (const [i, mark] of marks.entries())
      if (i > 0 && !(mark.isFolded && marks[i - 1]?.isFolded))
        expect(mark.left - (marks[i - 1]?.left ?? 0)).toBeGreaterThanOrEqual(13);
  });

  test("exists for a run of one moment, and for one that has not begun", () => {
    expect(placeOf(5, scaleOf(rows({ a: step(5, 5) })))).toBe(0);
    expect(scaleOf(rows({ a: { status: "not_started" } }))).toEqual({ spans: [], marks: [] });
  });
});

test.each([
  ["  at run (features/sale.ts:14:9)\n  at next (features/a.ts:1:1)", "features/sale.ts:14"],
  ["at features/sale.ts:14:9", "features/sale.ts:14"],
  ["  at async Object.run (functions/my price.ts:3:1)", "functions/my price.ts:3"],
  ["  at f (node:fs:1:2)\n  at g (../node_modules/x/y.js:3:4)\n  at h (src/h.ts:5:6)", "src/h.ts:5"],
  ["nothing", undefined],
  [undefined, undefined],
])("the line of the source is the first one of the team's own: %j", (stack, line) => {
  expect(sourceLineOf(stack)).toBe(line);
});

test("a run is behind the versions of the code that have begun after its own", () => {
  const begun = (...bundles: (string | undefined)[]) =>
    bundles.map((bundle, at) => ({ created_at: at, ...(bundle !== undefined && { bundle }) }));
  expect(versionsBehind("c", begun("a", "b", "c"))).toBe(0);
  expect(versionsBehind("a", begun("a", "b", "b", "c", undefined))).toBe(2);
  // What was deployed again is the latest.
  expect(versionsBehind("a", begun("a", "b", "a"))).toBe(0);
  expect(versionsBehind("old", begun("b", "c"))).toBe(2);
  expect(versionsBehind("a", begun(undefined))).toBeUndefined();
});
