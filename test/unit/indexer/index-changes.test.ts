import type { DynamoDBRecord } from "aws-lambda";
import { fits } from "../../../bench/cost/filter-pattern.ts";
import { searchedFilter } from "../../../infra/constructs/functions/stream-filter.ts";
import { jobItemOf } from "../../../lambdas/aws/dynamodb/job-item.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import { completed } from "../../../lambdas/core/job/transitions.ts";
import { PermanentError, TransientError } from "../../../lambdas/core/kernel/errors.ts";
import { indexChanges } from "../../../lambdas/indexer/index-changes.ts";
import { aJob, noon } from "../../support/builders.ts";
import { fakeLog } from "../../support/fakes/log.ts";
import { fakeSearchIndex } from "../../support/fakes/search-index.ts";

const day = 86_400_000;
const search = { rev: "r1", values: { order: "A-17" }, sealed: { customer: "hash" } };
const job = aJob({ search });
const failed: Job = { ...job, version: 3, status: "failed", finished_at: noon + 5000 };

const record = (before: Job | undefined, after: Job | undefined): DynamoDBRecord => ({
  eventName: before ? (after ? "MODIFY" : "REMOVE") : "INSERT",
  dynamodb: {
    Keys: { PK: { S: `JOB#${(after ?? before)?.id}` }, SK: { S: "STATE" } },
    ...(before && { OldImage: jobItemOf(before, 30) as never }),
    ...(after && { NewImage: jobItemOf(after, 30) as never }),
  },
});

function world() {
  const index = fakeSearchIndex();
  let puts = 0;
  const { put } = index;
  index.put = (entries) => {
    puts++;
    return put(entries);
  };
  const log = fakeLog();
  const services = { index, retentionDays: 30, log };
  const change = (...records: DynamoDBRecord[]) => indexChanges(services, records);
  const keys = () => index.all().map(({ field, failed: of, at, sealed }) => [field, of, at - noon, sealed]);
  return { index, log, change, keys, puts: () => puts };
}

test("a new job has an entry for each of its values, by which it is found until long after its end", async () => {
  const { change, index } = world();
  await change(record(undefined, job));
  const entry = { product: job.product, env: job.env, job_id: job.id, at: job.created_at, failed: false };
  const until = expect.any(Number);
  expect(index.all()).toEqual([
    { ...entry, field: "order", value: "A-17", sealed: false, until },
    { ...entry, field: "customer", value: "hash", sealed: true, until },
  ]);
  expect(index.all()[0]?.until).toBeGreaterThan(noon + 430 * day);
});

test("a run that fails adds entries for its end, and a batch that comes twice adds nothing more", async () => {
  const { change, keys } = world();
  const batch = [record(undefined, job), record({ ...job, status: "running" }, failed)];
  await change(...batch);
  const once = keys();
  expect(once).toEqual([
    ["order", false, job.created_at - noon, false],
    ["customer", false, job.created_at - noon, true],
    ["order", true, 5000, false],
    ["customer", true, 5000, true],
  ]);
  await change(...batch);
  await change(...batch.toReversed());
  expect(keys()).toEqual(once);
});

test("a change of what a job is found by adds what is new, and any other change writes nothing", async () => {
  const { change, keys, puts } = world();
  await change(record(undefined, job));
  const ended = completed({ ...job, status: "running" }, noon, { inline: {} });
  await change(record(job, { ...job, version: 2, labels: ["x"] }), record({ ...job, status: "running" }, ended));
  expect(puts()).toBe(1);
  await change(
    record(job, { ...ended, search: { ...search, values: { ...search.values, charge: "ch_1" } } }),
    record(job, { ...job, search: { rev: "r2", values: { order: "B-1" } } }),
  );
  expect(keys()).toHaveLength(4);
  expect(keys().map(([field]) => field)).toEqual(["order", "customer", "charge", "order"]);
});

test("a job that is moved by years keeps its entries until then", async () => {
  const { change, index } = world();
  const moved = { ...job, due_at: noon + 1500 * day, status: "scheduled" as const };
  await change(record(undefined, job), record(job, { ...moved, version: 2 }));
  expect(index.all()).toHaveLength(2);
  expect(index.all().every(({ until }) => until > noon + 1900 * day)).toBe(true);
});

test("jobs without values, deleted jobs and other items add nothing", async () => {
  const { change, puts } = world();
  const other = { dynamodb: { Keys: { PK: { S: "STATS#x" } }, NewImage: { search: { S: "x" } } } };
  await change(record(undefined, aJob()), record(job, undefined), record(undefined, aJob({ search: { rev: "r" } })));
  expect(puts()).toBe(0);
  await change(other, record(undefined, job));
  expect(puts()).toBe(1);
});

test("what is refused for now comes again as a whole, and what is refused for good holds up nothing", async () => {
  const { change, index, log, keys } = world();
  const { put } = index;
  index.put = async () => [{ index: 0, cause: new TransientError("THROTTLED", "later") }];
  await expect(change(record(undefined, job))).rejects.toThrow("later");
  index.put = async (entries) => {
    await put(entries.slice(1));
    return [{ index: 0, cause: new PermanentError("ValidationException", "never") }];
  };
  await change(record(undefined, job));
  expect(keys()).toHaveLength(1);
  expect(JSON.stringify(log.lines)).toMatch(/an entry of the search was refused/);
  expect(JSON.stringify(log.lines)).not.toContain("A-17");
});

describe("the filter of its event source", () => {
  const wakes = (...change: Parameters<typeof record>) =>
    searchedFilter.some((pattern) => fits(record(...change) as never, pattern));

  test("lets pass each change that may add entries", () => {
    expect(wakes(undefined, job)).toBe(true);
    expect(wakes({ ...job, status: "running" }, failed)).toBe(true);
    expect(wakes(job, { ...job, search: { rev: "", values: { order: "B" } } })).toBe(true);
    expect(wakes(aJob(), aJob({ search: { rev: "r" } }))).toBe(true);
  });

  test("withholds claims, deletions, and all of what has no values", () => {
    expect(wakes(job, { ...job, status: "running" })).toBe(false);
    expect(wakes(job, undefined)).toBe(false);
    expect(wakes(undefined, aJob())).toBe(false);
    expect(wakes(aJob(), { ...aJob(), status: "completed", finished_at: noon })).toBe(false);
  });
});
