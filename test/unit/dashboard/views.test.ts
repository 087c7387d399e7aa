import { expect, test } from "@jest/globals";
import { listDefaults, queryOf, viewOf, views } from "../../../dashboard/src/pages/jobs/filters.ts";
import { jobStatuses } from "../../../lambdas/core/kernel/job-status.ts";

const listed = (more: Partial<typeof listDefaults>) => queryOf({ ...listDefaults, ...more });

test("the list begins with what has happened last, and what is to come begins with the next", () => {
  expect(listed({})).toEqual({ status: views.activity.status, order: "desc", limit: 100 });
  expect(listed({ view: "upcoming" })).toEqual({ status: views.upcoming.status, order: "asc", limit: 100 });
  expect(listed({ view: "all" })).toEqual({ order: "desc", limit: 100 });
  // By another column, the list is loaded from its end.
  expect(listed({ view: "upcoming", sort: "-planned" })).toMatchObject({ order: "desc" });
});

test("each status is in one view, of what has happened or of what is to come", () => {
  const both = [...views.activity.status, ...views.upcoming.status];
  expect(both.sort()).toEqual([...jobStatuses].sort());
});

test.each([
  [{}, "activity"],
  [{ product: "shop", env: "prd", event: "charge", type: "action", from: "1" }, "activity"],
  [{ label: "campaign" }, "all"],
  [{ where: "order=A-17" }, "all"],
  [{ retrying: "true" }, "all"],
  [{ recurring: "true" }, "all"],
  [{ label: "campaign", view: "upcoming" }, "upcoming"],
  [{ view: "nonsense" }, "activity"],
  [{ view: "constructor" }, "activity"],
  [{ status: "failed" }, undefined],
  [{ status: "failed", view: "upcoming" }, undefined],
] as const)("a list with %j is of %s", (fields, view) => {
  expect(viewOf({ ...listDefaults, ...fields })).toBe(view);
});
