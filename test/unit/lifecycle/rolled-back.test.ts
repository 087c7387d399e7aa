import type { Job } from "../../../lambdas/core/job/job.ts";
import { JobError } from "../../../lambdas/core/job/job-error.ts";
import { attemptFailed, cancelled, cancelledAtOnce, ended } from "../../../lambdas/core/job/transitions.ts";
import { transitionsOf } from "../../../lambdas/lifecycle/events.ts";
import { transitionEvent } from "../../../lambdas/topology.ts";
import { aJob, noon } from "../../support/builders.ts";

const run: Job = aJob({ type: "feature", status: "running", undoes: true, started_at: noon, progress: { inline: {} } });
const between = (before: Job, after: Job) =>
  transitionsOf({ before, after, at: noon + 9000 }).map(({ name, detail: { version, rolled_back, status } }) => ({
    name,
    version,
    status,
    rolled_back,
  }));
const failure = { error: new JobError("NOT_FOUND", "Step main.a failed", { retryable: false }), random: 0 };
const undos = { steps: 2, undone: 1, failed: 1 };

it("the undo of a run is told before its end, under the same number", () => {
  const failing = attemptFailed(run, noon + 1000, failure);
  expect(failing).toMatchObject({ status: "running", ending: { cause: "failed" } });
  expect(between(run, failing)).toEqual([]);
  const failed = ended(failing, noon + 2000, { progress: { inline: {} }, undos });
  const [undone, end] = between(failing, failed);
  expect(undone).toMatchObject({ name: "run.rolled_back", status: "failed", rolled_back: { steps: 2, failed: 1 } });
  expect(end).toMatchObject({ name: "failed", version: undone?.version, rolled_back: undefined });
  expect(transitionEvent("run.rolled_back")).toBe("run.rolled_back");
});

it("a run that is ended by force tells what it has not undone", () => {
  const ending = { ...cancelled(run, noon, "x") };
  const half = { ...ending, ending: { ...ending.ending, cause: "cancelled" as const, since: noon, ...undos } };
  expect(between(half, cancelledAtOnce(half, noon + 1, "y"))).toMatchObject([
    { name: "run.rolled_back", rolled_back: { steps: 2, failed: 1 } },
    { name: "cancelled" },
  ]);
});

it("nothing is told of a run that had nothing to undo", () => {
  const ending = cancelled(run, noon, "x");
  expect(between(ending, ended(ending, noon + 1, { undos: { steps: 0, undone: 0, failed: 0 } }))).toMatchObject([
    { name: "cancelled" },
  ]);
});

it("a run that waits for another attempt ends without a start", () => {
  const waiting = aJob({ type: "feature", status: "scheduled", attempt: 2, undoes: true, due_at: noon + 60_000 });
  const ending = cancelled(waiting, noon, "x");
  expect(ending).toMatchObject({ status: "running", due_at: noon, ending: { cause: "cancelled" } });
  expect(between(waiting, ending)).toEqual([]);
});
