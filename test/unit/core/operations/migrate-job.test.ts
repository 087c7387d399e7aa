import type { DefinedStep } from "../../../../lambdas/core/catalog/job-type.ts";
import { type BegunStep, planMigration } from "../../../../lambdas/core/operations/migrate-job.ts";

/** A step that follows another one. */
const step = (name: string, after?: string, more: { allow_fail?: boolean; event?: string } = {}): DefinedStep => {
  const depends_on = after === undefined ? [] : [after];
  const event = more.event ?? name;
  return {
    step: name,
    sequence: "main",
    event,
    depends_on,
    conditional: false,
    ...more,
    says: { ...more, event, depends_on },
  };
};

const done: BegunStep = { status: "completed" };
const open: BegunStep = { status: "running", isOpen: true };
const failed: BegunStep = { status: "failed", isRevived: true };

const a = step("a");
const b = step("b", "a");
const c = step("c", "b");

const planned = (from: DefinedStep[], to: DefinedStep[], begun: Record<string, BegunStep>) => {
  const { steps, refusals } = planMigration(from, to, begun);
  return { steps: steps.map(({ step, action, status }) => `${step} ${action} ${status}`), refusals };
};

describe("a run that goes on by other steps", () => {
  it("keeps what has begun, runs what has not, has what is new and drops what is gone", () => {
    expect(planned([a, b, c], [a, b, step("d", "b")], { a: done, b: open })).toEqual({
      steps: ["a kept completed", "b kept running", "d new not_started", "c dropped not_started"],
      refusals: [],
    });
    expect(planned([a, b], [a, b], { a: done })).toMatchObject({ steps: ["a kept completed", "b runs not_started"] });
  });

  it("says which fields differ, of what is kept too", () => {
    const { steps } = planMigration([a, b], [step("a", undefined, { event: "other" }), b], { a: done });
    expect(steps).toEqual([
      { step: "a", action: "kept", status: "completed", changed: ["event"] },
      { step: "b", action: "runs", status: "not_started" },
    ]);
  });

  it.each<[string, DefinedStep[], DefinedStep[], Record<string, BegunStep>, string]>([
    [
      "a new step would run after what depends on it",
      [a, b],
      [step("x"), a, step("b", "x")],
      { a: done, b: done },
      "b has begun, and would depend on x",
    ],
    [
      "the same of a step that is open",
      [a, b],
      [a, step("x", "a"), step("b", "x")],
      { a: done, b: open },
      "b has begun, and would depend on x",
    ],
    [
      "steps that ran side by side would run one after the other",
      [a, step("b")],
      [a, b],
      { a: open, b: done },
      "b has begun, and would depend on a",
    ],
    [
      "a skipped step would depend on a new one",
      [a],
      [step("x"), step("a", "x")],
      { a: { status: "skipped" } },
      "a has begun, and would depend on x",
    ],
    [
      "an open step would not be part of the run",
      [a, b],
      [a],
      { a: done, b: open },
      "b has begun, and would not be part of the run",
    ],
    [
      "a step has failed that the new steps do not let fail",
      [step("a", undefined, { allow_fail: true }), b],
      [a, b],
      { a: { status: "failed" }, b: open },
      "a has failed, so the run fails",
    ],
    [
      "what depends on a step that runs again has run",
      [step("a", undefined, { allow_fail: true }), b],
      [a, b],
      { a: failed, b: done },
      "b has begun, and would depend on a",
    ],
  ])("is refused where %s", (_what, from, to, begun, refusal) => {
    const { refusals } = planned(from, to, begun);
    expect(refusals.join(" ")).toContain(refusal);
  });

  it.each<[string, DefinedStep[], DefinedStep[], Record<string, BegunStep>, string[]]>([
    [
      "a step is inserted before what has not begun",
      [a, b],
      [a, step("x", "a"), step("b", "x")],
      { a: open },
      ["a kept running", "x new not_started", "b runs not_started"],
    ],
    [
      "a step that has ended is dropped",
      [a, b],
      [step("b")],
      { a: done, b: open },
      ["b kept running", "a dropped completed"],
    ],
    [
      "a failed step runs again after a new one",
      [a, b],
      [a, step("x", "a"), step("b", "x")],
      { a: done, b: failed },
      ["a kept completed", "x new not_started", "b runs_again failed"],
    ],
    [
      "a failed step may fail now",
      [a, b],
      [step("a", undefined, { allow_fail: true }), b],
      { a: failed },
      ["a kept failed", "b runs not_started"],
    ],
    [
      "a step that its feature cancelled may fail now",
      [a],
      [step("a", undefined, { allow_fail: true })],
      { a: { status: "cancelled", isRevived: true, endedWithFeature: true } },
      ["a runs_again cancelled"],
    ],
    [
      "a failed step is dropped",
      [a, b],
      [step("b")],
      { a: { status: "failed" } },
      ["b runs not_started", "a dropped failed"],
    ],
  ])("is not refused where %s", (_what, from, to, begun, steps) => {
    expect(planned(from, to, begun)).toEqual({ steps, refusals: [] });
  });

  it("names every step that forbids it", () => {
    const { refusals } = planned([a, b, c], [step("x"), step("a", "x")], { a: done, b: open, c: open });
    expect(refusals).toHaveLength(3);
  });
});
