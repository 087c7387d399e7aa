import {
  addressOfList,
  foundBy,
  foundWords,
  isJobId,
  listsOf,
  scopeOf,
  scopesOf,
  scopeText,
} from "../../../dashboard/src/find/words.ts";
import { filterOf, listDefaults, queryOf, whereOf, withoutValue } from "../../../dashboard/src/pages/jobs/filters.ts";
import { fieldsOf } from "../../../dashboard/src/url-state.ts";
import type { FoundJob, JobSummary } from "../../../sdk/src/index.ts";

const found = (fields: string[], more: Partial<JobSummary> = {}): FoundJob => ({
  keys: [],
  fields,
  job: { product_tag: "shop", env: "prd", ...more } as JobSummary,
});

test("only the whole id of a job is looked for by itself", () => {
  const id = `job_${"0a".repeat(16)}`;
  expect([id, ` ${id}\n`, id.slice(0, -1), `${id}0`, "A-17", ""].map(isJobId)).toEqual([
    ...[true, true],
    ...[false, false, false, false],
  ]);
});

test("says by what a job was found, the keys first", () => {
  expect(foundBy({ keys: ["job_id", "unique"], fields: ["order"] })).toEqual(["job id", "unique key", "order"]);
});

test("offers places to look at, where there are several", () => {
  const shop = { tag: "shop", name: "The shop", envs: ["dev", "prd"], events: [] };
  expect(scopesOf([{ ...shop, envs: ["dev"] }])).toEqual([]);
  expect(scopesOf([shop])).toEqual([
    ["", "Everywhere"],
    ["shop dev", "The shop dev"],
    ["shop prd", "The shop prd"],
  ]);
  expect(scopesOf([shop, { tag: "ops", envs: ["dev"], events: [] }]).map(([value]) => value)).toEqual([
    ...["", "shop", "shop dev", "shop prd"],
    "ops dev",
  ]);
  for (const scope of [{}, { product_tag: "shop" }, { product_tag: "shop", env: "prd" }])
    expect(scopeOf(scopeText(scope))).toEqual(scope);
});

test("offers each field of a product and env once as a list", () => {
  const jobs = [found(["order", "charge"]), found(["order"]), found(["order"], { env: "dev" }), found([])];
  expect(listsOf(jobs).map(({ env, field }) => `${env} ${field}`)).toEqual(["prd order", "prd charge", "dev order"]);
  const sealed = { ...found(["order", "email"]), sealed: ["email"] };
  expect(listsOf([sealed]).map(({ field }) => field)).toEqual(["order"]);
});

test.each(["A-17", "a=b&c", "<b>\u202e\uffff \u{1F986}+%", " two  words "])(
  "the address of a list of jobs with %j selects them by it",
  (value) => {
    const [path, search = ""] = addressOfList({ product_tag: "shop", env: "prd", field: "order" }, value).split("?");
    const fields = fieldsOf(search, listDefaults);
    expect(path).toBe("/jobs");
    expect(whereOf(fields)).toEqual({ order: value });
    const query = { product_tag: "shop", env: "prd", where: { order: value }, order: "desc", limit: 100 };
    // The API has one order for them.
    expect(queryOf({ ...fields, sort: "time" })).toEqual(query);
    // An operation would not know it.
    expect(filterOf(fields)).toEqual({ product_tag: "shop", env: "prd" });
    expect(withoutValue(fields, "order")).toBe("");
    const failed = addressOfList({ product_tag: "shop", env: "prd", field: "order" }, value, { failed: true });
    expect(fieldsOf(failed.split("?")[1] ?? "", listDefaults)).toEqual({ ...fields, status: "failed" });
  },
);

test("says how much was found, and whether that is all", () => {
  expect([foundWords(0, false), foundWords(0, true), foundWords(1, false), foundWords(20, true)]).toEqual([
    ...["Nothing found", "Nothing found so far"],
    ...["1 job", "20 jobs and more"],
  ]);
});
