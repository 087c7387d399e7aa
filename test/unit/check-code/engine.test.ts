import { readFile } from "node:fs/promises";
import type { CodeFeature } from "../../../lambdas/code/feature/define-feature.ts";
import { after, testFeature } from "../../../lambdas/code/test-feature/test-feature.ts";
import { findingsOf } from "../../../packages/ductape-jobs/src/check-code/findings-of.ts";

const file = "test/support/code/handlers-at-fault.ts";
const handlers: Readonly<Record<string, CodeFeature>> = await import("../../support/code/handlers-at-fault.ts");
const source = await readFile(file, "utf8");
const found = findingsOf(source, file);

/** What the check finds in the definition of a feature. */
function foundIn(name: string): { rule: string; at: string }[] {
  const before = source.slice(0, source.indexOf(`export const ${name} =`)).split("\n").length;
  const length =
    source
      .split("\n")
      .slice(before)
      .findIndex((line) => line === "});" || line === "") + 1;
  return found
    .filter(({ line }) => line >= before && line <= before + length)
    .map(({ rule, line }) => ({ rule, at: `${file}:${line}` }));
}

const tested = (name: string, coldStarts: "often" | "never" = "often") =>
  testFeature(handlers[name] as CodeFeature, {
    events: { go: () => 1, late: () => after("1h", 1) },
    coldStarts,
  });

it.each(["fetches", "sleepsByTimer", "sleepsByModule", "digests", "draws", "mixes"] as const)(
  "the engine parks what the check refuses, and both name the line: %s",
  async (name) => {
    const { fault } = await tested(name);
    expect(foundIn(name)).toEqual([{ rule: "outside-step", at: fault?.at }]);
    expect(fault?.code).toBe("OUTSIDE_STEP");
  },
);

it("the engine parks a run whose key the check has found twice", async () => {
  const { fault } = await tested("repeatsKey");
  expect(foundIn("repeatsKey")).toEqual([{ rule: "repeated-key", at: fault?.at }]);
  expect(fault?.code).toBe("DUPLICATE_KEY");
});

it("the engine fails a step that calls ctx and has retries", async () => {
  expect(foundIn("repeatsCalls")).toMatchObject([{ rule: "retried-calls" }]);
  expect((await tested("repeatsCalls")).error.message).toContain("calls has retries and calls ctx");
});

it("the engine refuses what Ductape has alone", async () => {
  expect(foundIn("usesGraph")).toMatchObject([{ rule: "not-here" }]);
  expect((await tested("usesGraph")).error.code).toBe("NOT_HERE");
});

it("the engine fails a run that waits for a signal that its feature does not declare", async () => {
  expect(foundIn("waitsForUndeclared")).toMatchObject([{ rule: "undeclared-signal" }]);
  expect((await tested("waitsForUndeclared")).error.message).toContain("declares no signal approved");
});

it("another value in each replay makes another call", async () => {
  expect(foundIn("makesId")).toMatchObject([{ rule: "not-repeatable" }]);
  expect((await tested("makesId")).fault?.code).toBe("NON_DETERMINISTIC");
});

it.each(["counts", "collects"] as const)("a change in a step is lost with the process: %s", async (name) => {
  expect(foundIn(name)).toMatchObject([{ rule: "lost-change" }]);
  expect((await tested(name, "never")).result).toBe(1);
  expect((await tested(name)).result).toBe(0);
});

it("what nothing waits for does not begin where the handler ends", async () => {
  expect(foundIn("drops")).toMatchObject([{ rule: "not-awaited" }, { rule: "not-awaited" }]);
  const run = await tested("drops");
  expect([run.result, run.jobs]).toEqual([1, []]);
});

it("a job that has lost Promise.race goes on", async () => {
  expect(foundIn("races")).toMatchObject([{ rule: "open-losers" }]);
  const run = await tested("races");
  expect(run.log.map(({ k, e }) => `${k} ${e}`)).toContain("late done");
});
