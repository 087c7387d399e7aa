import { cpSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "@jest/globals";
import { startLocal } from "../../../local/runtime/start.ts";
import { StartError } from "../../../local/runtime/start-error.ts";
import { anOrder } from "../../support/local/an-order.ts";
import { ask } from "../../support/local/run-local.ts";
import { localRuns } from "../../support/local/runs.ts";

const { folder, newFolder, run } = localRuns();
const good = join(folder, "good");
/** A copy of the data of a system that has run. */
const dataFolder = () => {
  const data = newFolder();
  cpSync(good, data, { recursive: true });
  return data;
};

const minute = 60_000;
const order = (start_at: number, body: object = {}) =>
  anOrder({ start_at, input: { params: { customer: "c1" }, body } });
/** One job in its queue, and one with the Scheduler. */
const waiting: unknown[] = [];

beforeAll(async () => {
  const local = run({ data: good });
  await local.ready();
  for (const ahead of [10, 20]) {
    waiting.push((await ask(local.running(), "/v1/jobs", order(Date.now() + ahead * minute))).job_id);
  }
  await local.terminate();
}, 60_000);

const garbage = "this is no database, and it has been none for as long as anybody remembers. ".repeat(20);
const spoil = (...path: string[]) => writeFileSync(join(...path), garbage);
const manifest = (data: string) =>
  readdirSync(join(data, "dynamodb")).find((name) => name.startsWith("MANIFEST")) as string;
const becomesFile = (place: string) => {
  rmSync(place, { recursive: true });
  writeFileSync(place, "a file");
};
const becomesFolder = (file: string) => {
  rmSync(file, { force: true });
  mkdirSync(file);
};

test.each<[string, (data: string) => void, string, RegExp]>([
  [
    "jobs whose manifest is damaged",
    (data) => spoil(data, "dynamodb", manifest(data)),
    "dynamodb",
    /damaged.*delete it/,
  ],
  [
    "jobs whose root is gone",
    (data) => rmSync(join(data, "dynamodb/CURRENT")),
    "dynamodb",
    /damaged: .*CURRENT.*delete/,
  ],
  ["queues that are not a database", (data) => spoil(data, "sqs-s3/fauxqs.db"), "sqs-s3", /damaged\. Delete it/],
  [
    "queues that are truncated",
    (data) => truncateSync(join(data, "sqs-s3/fauxqs.db"), 5000),
    "sqs-s3",
    /damaged\. Delete/,
  ],
  [
    "schedules that are truncated",
    (data) => truncateSync(join(data, "schedules.db"), 5000),
    "schedules.db",
    /damaged\. Delete/,
  ],
  ["a stream that is not a database", (data) => spoil(data, "stream.db"), "stream.db", /damaged\. Delete it/],
  ["a lock that is not a database", (data) => spoil(data, "lock"), "lock", /damaged\. Delete it/],
  [
    "a clock without a time",
    (data) => spoil(data, "clock.json"),
    "clock.json",
    /does not contain the offset of the local clock/,
  ],
  [
    "a key that cannot be read",
    (data) => becomesFolder(join(data, "api-key")),
    "api-key",
    /cannot be opened \(EISDIR\)/,
  ],
  [
    "schedules that cannot be opened",
    (data) => becomesFolder(join(data, "schedules.db")),
    "schedules.db",
    /cannot be opened/,
  ],
  [
    "jobs whose manifest is gone",
    (data) => rmSync(join(data, "dynamodb", manifest(data))),
    "dynamodb",
    /damaged.*delete/,
  ],
  [
    "jobs whose manifest is empty",
    (data) => truncateSync(join(data, "dynamodb", manifest(data))),
    "dynamodb",
    /damaged.*delete/,
  ],
  ["jobs whose root is garbage", (data) => spoil(data, "dynamodb/CURRENT"), "dynamodb", /damaged.*delete/],
  ["jobs whose root is empty", (data) => truncateSync(join(data, "dynamodb/CURRENT")), "dynamodb", /damaged.*delete/],
  [
    "jobs whose root is a folder",
    (data) => becomesFolder(join(data, "dynamodb/CURRENT")),
    "dynamodb",
    /(damaged|cannot be opened).*/,
  ],
  ["jobs that are a file", (data) => becomesFile(join(data, "dynamodb")), "dynamodb", /cannot be opened|damaged/],
  ["queues that are a file", (data) => becomesFile(join(data, "sqs-s3")), "sqs-s3", /cannot be opened|damaged/],
  ["a log that is a file", (data) => becomesFile(join(data, "log")), "log", /log.*(EEXIST|ENOTDIR)/],
  ["a stream that is a folder", (data) => becomesFolder(join(data, "stream.db")), "stream.db", /cannot be opened/],
  [
    "a clock that is a folder",
    (data) => becomesFolder(join(data, "clock.json")),
    "clock.json",
    /does not contain|cannot be/,
  ],
  ["an invalid key", (data) => spoil(data, "api-key"), "api-key", /is not .*Delete it/],
  [
    "an invalid key of the demo's push service",
    (data) => spoil(data, "fcm-key.pem"),
    "fcm-key.pem",
    /is not .*Delete it/,
  ],
  [
    "an invalid password of the demo's database",
    (data) => spoil(data, "postgres-password"),
    "postgres-password",
    /is not .*Delete/,
  ],
])("a start with %s names the problem, the place and what to do", async (_what, damage, place, says) => {
  const dataDir = dataFolder();
  damage(dataDir);
  const fault = await startLocal({ port: 0, dataDir }).catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(StartError);
  expect((fault as StartError).message).toMatch(says);
  expect((fault as StartError).message).toContain(join(dataDir, place));
});

test("no job is lost after schedules and queues are removed as advised", async () => {
  const data = dataFolder();
  for (const part of ["schedules.db", "schedules.db-wal", "schedules.db-shm", "sqs-s3"]) {
    rmSync(join(data, part), { recursive: true, force: true });
  }
  const local = run({ data });
  await local.ready();
  expect(await ask(local.running(), "/local/clock", { advance: "1h" })).toMatchObject({ reached: true });
  for (const id of waiting) {
    const job = await ask(local.running(), `/v1/jobs/${id}`);
    expect(job).toMatchObject({ status: "completed" });
    expect((job.attempts as { lateness_ms: number }[])[0]?.lateness_ms).toBeLessThan(minute);
  }
});

test("a start that fails prints one line and exits with 1", async () => {
  const data = dataFolder();
  spoil(data, "dynamodb", manifest(data));
  const local = run({ data });
  expect(await local.exit).toBe(1);
  expect(local.output().trim().split("\n")).toHaveLength(1);
});

test("a full disk at the start is reported on one line", async () => {
  const local = run({ largestFileKb: 8 });
  expect(await local.exit).toBe(1);
  expect(local.output().trim().split("\n")).toEqual([
    expect.stringMatching(/cannot be written: the disk is full.*Free/),
  ]);
});

test("a disk that fills up loses no accepted job", async () => {
  const data = newFolder();
  const local = run({ data, largestFileKb: 1200 });
  await local.ready();
  const body = { text: "x".repeat(3500) };
  const accepted: string[] = [];
  const refused: unknown[] = [];
  for (let i = 0; i < 600 && refused.length === 0; i++) {
    const answer = await ask(local.running(), "/v1/jobs", order(i % 2 ? 0 : Date.now() + 1000, body));
    if (answer.job_id && answer.status !== 503) accepted.push(answer.job_id as string);
    else refused.push(answer);
  }
  expect(refused).toMatchObject([{ status: 503, code: "UNAVAILABLE" }]);
  await local.says("cannot be written: the disk is full");
  await local.terminate();

  const again = run({ data });
  await again.ready();
  await ask(again.running(), "/local/clock", { advance: "1h" });
  expect(accepted.length).toBeGreaterThan(5);
  for (const id of accepted)
    expect(await ask(again.running(), `/v1/jobs/${id}`)).toMatchObject({ status: "completed" });
}, 120_000);
