import { keepsPlace } from "../../../../lambdas/core/job/shared-key.ts";
import { aJob, noon } from "../../../support/builders.ts";

const gates = [{ limit: "mailbox", key: "k" }];
const waiting = aJob({ gates, due_at: noon });

test.each([
  ["stands in line", waiting, waiting, true],
  ["is not due yet", { ...waiting, due_at: noon + 1 }, waiting, false],
  ["runs", { ...waiting, status: "running" as const }, waiting, false],
  ["has no limit", aJob({ due_at: noon }), aJob({ due_at: noon }), false],
  ["is to stand in another line", waiting, { ...waiting, gates: [{ limit: "mailbox", key: "other" }] }, false],
  ["is to have another place in it", waiting, { ...waiting, priority: 1 }, false],
  ["goes to the queue of another type", waiting, { ...waiting, type: "publish" as const }, false],
])("a debounced job that %s keeps its place in line, or loses it", (_, job, made, keeps) => {
  expect(keepsPlace(job, made, noon)).toBe(keeps);
});
