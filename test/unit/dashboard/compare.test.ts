import * as fc from "fast-check";
import { differenceOf, partsOf } from "../../../dashboard/src/pages/compare/difference.ts";
import { inputPart, resultPart } from "../../../dashboard/src/pages/compare/parts.ts";
import { asInRun, chosenRun, completedRun } from "../../../dashboard/src/pages/compare/runs.ts";
import { pathText } from "../../../dashboard/src/ui/json-path.ts";
import type { Job, JobRun } from "../../../sdk/src/index.ts";

const placesOf = (left: unknown, right: unknown) =>
  differenceOf(left, right).map(({ kind, path }) => `${kind} ${pathText(path)}`);

describe("the difference of two JSON values", () => {
  test("has what was added, removed and changed, by its place", () => {
    expect(differenceOf({ a: 1, b: [1, { c: 2 }], d: null }, { a: "1", b: [1, { c: 3 }, 4] })).toEqual([
      { kind: "changed", path: ["a"], left: 1, right: "1" },
      { kind: "changed", path: ["b", 1, "c"], left: 2, right: 3 },
      { kind: "added", path: ["b", 2], right: 4 },
      { kind: "removed", path: ["d"], left: null },
    ]);
  });

  test.each<[name: string, left: unknown, right: unknown, found: string[]]>([
    ["two texts", "a", "b", ["changed $"]],
    ["a list and an object", [1], { 0: 1 }, ["changed $"]],
    ["a value and none", { a: 1 }, undefined, ["removed $"]],
    ["none and none", undefined, undefined, []],
    ["null and none", null, undefined, ["removed $"]],
    ["an empty object and an empty list", { a: {} }, { a: [] }, ["changed $.a"]],
  ])("of %s is at the top", (_, left, right, found) => {
    expect(placesOf(left, right)).toEqual(found);
  });

  test.each(["constructor", "toString", "__proto__", "hasOwnProperty"])("finds a field that is named %s", (name) => {
    const own = JSON.parse(`{"${name}":{"x":1}}`);
    expect(placesOf({}, own)).toEqual([`added $.${name}`]);
    expect(placesOf(own, {})).toEqual([`removed $.${name}`]);
    expect(placesOf(own, JSON.parse(`{"${name}":{"x":2}}`))).toEqual([`changed $.${name}.x`]);
  });

  test("does not say that a part has changed of which one side is redacted", () => {
    expect(placesOf({ card: "[redacted]", x: 1 }, { card: "4111", x: 2 })).toEqual(["unknown $.card", "changed $.x"]);
  });

  test("is empty for equal values, and only for them", () => {
    const isSame = (left: unknown, right: unknown) => JSON.stringify(left) === JSON.stringify(right);
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
        const copy = JSON.parse(JSON.stringify(left));
        expect(differenceOf(copy, JSON.parse(JSON.stringify(left)))).toEqual([]);
        if (!isSame(sorted(left), sorted(right))) expect(differenceOf(copy, right)).not.toEqual([]);
      }),
    );
  });
});

/** With the fields of each object in order, and without the sign of zero, which JSON loses. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .map(([name, part]) => [name, sorted(part)])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}

test("a place is written as JSONPath", () => {
  expect(pathText([])).toBe("$");
  expect(pathText(["items", 0, "unit price", "a.b", '"', "_x1", "1x", "ä"])).toBe(
    '$.items[0]["unit price"]["a.b"]["\\""]._x1["1x"]["ä"]',
  );
});

describe("two texts", () => {
  test.each([
    ["one letter", "abcd", "abXd", { before: "ab", left: "c", right: "X", after: "d" }],
    ["a repeated end", "aa", "aaa", { before: "aa", left: "", right: "a", after: "" }],
    ["all of it", "abc", "xyz", { before: "", left: "abc", right: "xyz", after: "" }],
    ["nothing", "abc", "abc", { before: "abc", left: "", right: "", after: "" }],
  ])("differ in %s", (_, left, right, parts) => {
    expect(partsOf(left, right)).toEqual(parts);
  });

  test("are never cut within a character", () => {
    // Both characters begin with the same unit of UTF-16, and the next two end with the same one.
    expect(partsOf("a😀b", "a😁b")).toEqual({ before: "a", left: "😀", right: "😁", after: "b" });
    expect(partsOf("\u{1F600}", "\u{1FA00}")).toEqual({ before: "", left: "\u{1F600}", right: "\u{1FA00}", after: "" });
  });

  test("are whole again when their parts are joined", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "😀", "😁", "\u{1FA00}"), maxLength: 12 });
    fc.assert(
      fc.property(text, text, (left, right) => {
        const parts = partsOf(left, right);
        expect(parts.before + parts.left + parts.after).toBe(left);
        expect(parts.before + parts.right + parts.after).toBe(right);
        expect(Object.values(parts).every((part) => part.isWellFormed())).toBe(true);
      }),
    );
  });
});

describe("of a series", () => {
  const run = (number: number, status: JobRun["status"], more: Partial<JobRun> = {}): JobRun => ({
    ...{ run: number, status, scheduled_at: number, due_at: number, attempts: [] },
    ...more,
  });
  const runs = [run(4, "running"), run(3, "failed"), run(2, "completed"), run(1, "completed")];

  test("the latest run that has ended is compared, unless one is chosen", () => {
    expect(chosenRun(runs, "")?.run).toBe(3);
    expect(chosenRun(runs, "1")?.run).toBe(1);
    expect(chosenRun(runs, "99")?.run).toBe(3);
    expect(chosenRun([run(1, "running")], "")).toBeUndefined();
  });

  test("it is compared with the latest other run that completed", () => {
    expect(completedRun(runs, 3)).toBe(2);
    expect(completedRun(runs, 2)).toBe(1);
    expect(completedRun([run(2, "failed"), run(1, "completed")], 1)).toBeUndefined();
  });

  test("the job as of a run has nothing of the present one", () => {
    const error = { code: "TIMEOUT", message: "It took 30 s.", retryable: true };
    const job = { job_id: "job_1", run: 4, status: "running", event: "report", retries: 2, error, result: 1 } as Job;
    const attempts = [{ attempt: 2 }] as JobRun["attempts"];
    const past = asInRun(job, run(2, "completed", { attempts, finished_at: 9 }));
    expect(past).toMatchObject({
      job_id: "job_1",
      run: 2,
      status: "completed",
      attempt: 2,
      retries: 2,
      finished_at: 9,
    });
    expect(past).not.toHaveProperty("error");
    expect(past).not.toHaveProperty("result");
    expect(asInRun(job, run(4, "running"))).toBe(job);
  });
});

test("what is too large is known, with and without a download", () => {
  const url = "https://example.com/x";
  expect(inputPart({ job_id: "job_1", input_url: url })).toEqual({ redacted: [], isTooLarge: true, url });
  expect(inputPart({ job_id: "job_1", input_bytes: 9 })).toEqual({ redacted: [], isTooLarge: true });
  expect(resultPart({ result: null, redacted: ["/a"] } as unknown as Job)).toEqual({
    ...{ value: null, redacted: ["/a"], isTooLarge: false },
  });
});
