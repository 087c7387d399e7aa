import { changeable } from "../../../dashboard/src/operation/changeable.ts";
import {
  actionName,
  actionNames,
  goesOn,
  isOver,
  mostPerSecond,
  onlyCounts,
} from "../../../dashboard/src/operation/states.ts";
import { isOperationId } from "../../../dashboard/src/pages/audit/words.ts";
import {
  canaryStateOf,
  leftMs,
  meaningOf,
  partsOf,
  remedies,
  stateOf,
  steersFor,
  titleOf,
  toneOf,
} from "../../../dashboard/src/pages/operations/words.ts";
import {
  operationActions,
  operationIdOf,
  operationLimits,
  operationReasons,
  operationStates,
  isOver as overInTheApi,
} from "../../../lambdas/core/job/operation.ts";
import { operable } from "../../../lambdas/core/requests/operation-request.ts";
import type { Operation } from "../../../sdk/src/index.ts";

const running: Operation = {
  operation_id: "op_0123456789abcdef",
  action: "cancel",
  product_tag: "shop",
  envs: ["prd"],
  filter: { status: ["scheduled", "queued", "running", "paused"] },
  state: "running",
  matched: 1_200,
  changed: 300,
  unchanged: 98,
  failed: 2,
  remaining: 800,
  rate_per_second: 100,
  reason: "the campaign is off",
  sample: [],
  made_by: { kind: "key", id: "deployed" },
  created_at: 1,
  collected_at: 2,
};
const found = running.matched;
const { collected_at: _, ...collecting } = { ...running, state: "collecting" as const };
const names = (operation: Operation) => steersFor(operation).map(({ id }) => id);

test("the page knows what the API knows: actions, states, reasons, limits", () => {
  expect(changeable).toEqual(operable);
  expect(Object.keys(actionNames).sort()).toEqual([...operationActions].sort());
  expect(Object.keys(remedies).sort()).toEqual([...operationReasons].sort());
  expect(operationStates.filter((state) => isOver({ state }))).toEqual(
    operationStates.filter((state) => overInTheApi({ state })),
  );
  expect(mostPerSecond).toBe(operationLimits.ratePerSecond.most);
  expect(isOperationId(operationIdOf("shop", "a key"))).toBe(true);
});

test.each<[string, Partial<Operation>]>([
  ["Cancel 1,200 jobs", {}],
  ["Run now 1 job", { action: "run-now", matched: 1 }],
  ["Count 1,200 jobs", { action: "count" }],
  ["Count 1,200 jobs to cancel", { dry_run: true }],
])("an operation is titled %j", (title, change) => {
  expect(titleOf({ ...running, ...change })).toBe(title);
});

test("the number of jobs is not told before all are found, nor hidden words of a later version", () => {
  expect(titleOf(collecting)).toBe("Cancel jobs");
  expect([actionName("toString"), actionName("archive")]).toEqual(["toString", "archive"]);
});

test.each<[string, string, boolean, Partial<Operation>]>([
  ["running", "plain", true, {}],
  ["done", "good", false, { state: "done" }],
  ["halted", "bad", false, { state: "halted" }],
  ["refused", "bad", false, { state: "refused" }],
  ["stopped", "plain", false, { state: "stopped" }],
  ["paused", "warn", false, { paused: { at: 1 } }],
  ["asks", "warn", false, { paused: { at: 1, why: "KEY_EXPIRED" } }],
  ["stopping", "warn", true, { paused: { at: 1 }, stopping: true }],
])("one is %s, in the tone %s, and goes on: %p", (state, tone, is, change) => {
  const operation = { ...running, ...change };
  expect([stateOf(operation), toneOf(operation), goesOn(operation)]).toEqual([state, tone, is]);
});

test("what its state means is said once: by itself, or by the reason for which it waits", () => {
  const said = operationStates.filter((state) => meaningOf({ state }) !== undefined);
  expect(said).toEqual(["collecting", "ready", "canary", "running", "stopped"]);
  expect(meaningOf({ ...running, paused: { at: 1, why: "KEY_EXPIRED" } })).toBeUndefined();
  expect(meaningOf({ ...running, paused: { at: 1 } })).toMatch(/until it is continued/);
});

test("what has become of its jobs adds up to all of them, and what is little can be seen", () => {
  const parts = partsOf(running);
  expect(parts.reduce((sum, { count }) => sum + count, 0)).toBe(found);
  expect(parts.map(({ name, share }) => [name, Math.round(share * 10) / 10])).toEqual([
    ["changed", 25],
    ["unchanged", 8.2],
    ["failed", 0.5],
    ["to come", 66.7],
  ]);
  expect(partsOf({ ...running, action: "delete", state: "stopped" }).map(({ name }) => name)).toEqual([
    "gone",
    "unchanged",
    "failed",
    "not touched",
  ]);
  const none = { ...running, changed: 0, unchanged: 0, failed: 0, remaining: 0 };
  expect(partsOf(none).map(({ share }) => share)).toEqual([0, 0, 0, 0]);
});

test("how long it takes is said only while it runs", () => {
  expect(leftMs(running)).toBe(8_000);
  expect(leftMs({ ...running, paused: { at: 1 } })).toBeUndefined();
  expect(leftMs({ ...running, stopping: true })).toBeUndefined();
  expect(leftMs({ ...running, state: "done" })).toBeUndefined();
});

test.each<[string, Partial<Operation>]>([
  ["ahead", { state: "ready" }],
  ["changing", { state: "canary" }],
  ["watching", { state: "canary", canary: { count: 10, for_ms: 1, max_failures: 0, until: 5 } }],
  ["undecided", { state: "canary", paused: { at: 1, why: "CANARY_UNDECIDED" } }],
  ["failed", { state: "halted", why: "CANARY_FAILED" }],
  ["passed", {}],
  ["ended", { state: "stopped" }],
])("its first jobs are %s with %j", (state, change) => {
  expect(canaryStateOf({ ...running, canary: { count: 10, for_ms: 1, max_failures: 0 }, ...change })).toBe(state);
});

test("only what changes something in its state is offered", () => {
  expect(names(running)).toEqual(["pause", "rate", "stop"]);
  expect(names({ ...running, paused: { at: 1 } })).toEqual(["continue", "rate", "stop"]);
  expect(names({ ...running, action: "count" })).toEqual(["pause", "stop"]);
  expect(names({ ...running, stopping: true })).toEqual([]);
  for (const state of operationStates.filter((one) => isOver({ state: one })))
    expect([state, names({ ...running, state })]).toEqual([state, []]);
});

test("a question says how much may still happen: 5 s of the rate, and no more than is left", () => {
  const says = (operation: Operation) =>
    steersFor(operation)
      .map((steer) => steer.says(operation))
      .join(" ");
  expect(says(running)).toMatch(/at most 500 more jobs/);
  expect(says({ ...running, remaining: 1 })).toMatch(/at most 1 more job,/);
  expect(says({ ...running, paused: { at: 1, why: "CANARY_UNDECIDED" } })).toMatch(/is waited for no longer/);
});

test("an operation that changes nothing is one that counts, or a dry run", () => {
  expect([running, { ...running, dry_run: true }, { ...running, action: "count" as const }].map(onlyCounts)).toEqual([
    false,
    true,
    true,
  ]);
});
