import {
  actionsFor,
  ignoringOf,
  openElsewhere,
  receiverOf,
  saidBy,
  sizeWords,
  stateNames,
  titleOf,
  toneOf,
} from "../../../dashboard/src/pages/incidents/words.ts";
import { incidentStates } from "../../../lambdas/core/job/incident.ts";
import type { Incident } from "../../../sdk/src/index.ts";

const cause: Incident = {
  id: "9f3c0a7be1d24c58",
  product_tag: "shop",
  env: "prd",
  kind: "cause",
  state: "open",
  target: "apps/shop",
  code: "SERVICE_UNAVAILABLE",
  count: 7,
  failing: 2,
  openings: 3,
  first_at: 1,
  last_at: 2,
};
const { target: _, code: __, ...other } = cause;

test.each<[string, Incident]>([
  ["apps/shop fails with SERVICE_UNAVAILABLE", cause],
  ["apps/shop fails with SERVICE_UNAVAILABLE (503)", { ...cause, provider_code: "503" }],
  ["Jobs fail for many other causes", { ...other, id: "other" }],
  ["The schedule report does not complete", { ...other, kind: "silence", schedule: "report" }],
  [
    "6 of 20 runs failed: more than 10.0 % (often)",
    { ...other, kind: "rate", alert: "often", rate: { failed: 6, ended: 20, over: 0.1 } },
  ],
  [
    "Jobs have used 41.20 of 50.00 USD in 2030-01 (spent)",
    {
      ...{ ...other, kind: "budget", alert: "spent" },
      budget: { month: "2030-01", usd: 41.2, budget_usd: 50, until: 3, dearest: [] },
    },
  ],
  ["Too many runs fail (often)", { ...other, kind: "rate", alert: "often" }],
])("says what goes wrong: %s", (says, incident) => {
  expect(titleOf(incident)).toBe(says);
});

test("shows what is unseen in the code of a provider", () => {
  expect(titleOf({ ...cause, provider_code: "a\u202eb" })).not.toContain("\u202e");
});

test.each<[string, Partial<Incident>]>([
  ["2 failed attempts since it was opened, 7 altogether. It was opened 3 times.", {}],
  [
    "2 failed attempts since it was opened, 7 altogether. It was opened 3 times. It keeps coming back: further openings of the day are told from 100 failures on.",
    { flaps: true },
  ],
  ["1 failed attempt since it was opened.", { count: 1, failing: 1, openings: 1 }],
  ["1,200 failed attempts altogether.", { state: "closed", count: 1_200, failing: 0, openings: 1 }],
  ["1 step of the budget was passed since it was opened.", { kind: "budget", count: 1, failing: 1, openings: 1 }],
  ["1 planned run that has not completed since it was opened.", { kind: "silence", count: 1, failing: 1, openings: 1 }],
])("says how much there is of it: %s", (says, more) => {
  expect(sizeWords({ ...cause, ...more })).toBe(says);
});

test("every state of the API has a colour and a place in the filter", () => {
  expect(Object.keys(toneOf).sort()).toEqual([...incidentStates].sort());
  expect(stateNames.map(([state]) => state)).toEqual([...incidentStates, ""]);
});

test("what has stopped cannot be ignored, which the API would refuse", () => {
  const labels = (state: Incident["state"]) => actionsFor({ state }).map(({ label }) => label);
  expect(labels("open")).toEqual(["Resolve", "Ignore"]);
  expect(labels("ignored")).toEqual(["Resolve", "Ignore", "Reopen"]);
  expect(labels("resolved")).toEqual(["Reopen"]);
  expect(labels("closed")).toEqual([]);
});

test.each([
  [{ how: "hour", above: "" }, { until: 3_600_500 }],
  [{ how: "day", above: "" }, { until: 86_400_500 }],
  [{ how: "good", above: "7" }, {}],
  [{ how: "rate", above: " 100 " }, { above_per_hour: 100 }],
  [{ how: "rate", above: "0" }, undefined],
  [{ how: "rate", above: "1.5" }, undefined],
  [{ how: "rate", above: "1e3" }, undefined],
  [{ how: "rate", above: "" }, undefined],
  [{ how: "rate", above: "1000000001" }, undefined],
] as const)("the form %j asks to ignore %j", (draft, ignoring) => {
  expect(ignoringOf(draft, 500)).toEqual(ignoring);
});

test("counts what is open elsewhere by product and env, the most first", () => {
  const open = [cause, { ...cause, env: "dev" }, { ...cause, product_tag: "ops" }, { ...cause, product_tag: "ops" }];
  expect(openElsewhere(open, cause)).toEqual([
    { product_tag: "ops", env: "prd", count: 2 },
    { product_tag: "shop", env: "dev", count: 1 },
  ]);
});

test("a message says whom it told, and what", () => {
  expect(["alert/chat", "tell_by_mail"].map(receiverOf)).toEqual(["chat", "tell_by_mail"]);
  expect(saidBy({ labels: ["incident:9f3c0a7be1d24c58", "message:came_back"] })).toBe("Came back");
  // A later version may say more, and an earlier one has not noted it.
  expect(saidBy({ labels: ["message:merged"] })).toBe("merged");
  // Callers choose labels, too.
  expect(saidBy({ labels: ["message:constructor"] })).toBe("constructor");
  expect([saidBy({ labels: ["incident:9f3c0a7be1d24c58"] }), saidBy({})]).toEqual([undefined, undefined]);
});
