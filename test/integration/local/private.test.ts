import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { openDataFolder } from "../../../local/data/data-folder.ts";
import { anOrder } from "../../support/local/an-order.ts";
import { ask } from "../../support/local/run-local.ts";
import { localRuns } from "../../support/local/runs.ts";

const { newFolder, run } = localRuns();
const modeOf = (path: string) => statSync(path).mode & 0o777;

/** The files below a folder that others can read, as far as they can get. */
const open = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if ((modeOf(path) & 0o077) === 0) return [];
    return entry.isDirectory() ? open(path) : [path];
  });

test("nothing in the data folder is readable by other users", async () => {
  const data = newFolder();
  mkdirSync(data, { mode: 0o755 });
  chmodSync(data, 0o755);
  const local = run({ data });
  await local.ready();
  await ask(local.running(), "/v1/jobs", anOrder({ start_at: Date.now() + 3_600_000 }));
  const clock = { method: "POST", headers: { "content-type": "application/json" }, body: '{"advance": "1s"}' };
  expect((await fetch(`${local.running().url}/local/clock`, clock)).status).toBe(200);
  expect(open(data)).toEqual([]);
  expect(modeOf(data)).toBe(0o755);
});

test("files that an earlier version left readable are closed at the next start", async () => {
  const data = newFolder();
  for (const folder of ["dynamodb", "sqs-s3", "log"]) mkdirSync(join(data, folder), { recursive: true });
  for (const file of ["schedules.db", "schedules.db-wal", "stream.db"]) writeFileSync(join(data, file), "");
  for (const name of readdirSync(data)) chmodSync(join(data, name), name.includes(".") ? 0o644 : 0o755);
  expect(open(data)).not.toEqual([]);
  (await openDataFolder(data)).release();
  expect(open(data)).toEqual([]);
});

const opened = async (data: string) => (await openDataFolder(data)).release();

test("git ignores a data folder, also one of an earlier version", async () => {
  const data = newFolder();
  await opened(data);
  expect(readFileSync(join(data, ".gitignore"), "utf8")).toBe("*\n");
  const earlier = newFolder();
  for (const folder of ["dynamodb", "sqs-s3", "log", "catalog", "postgres"])
    mkdirSync(join(earlier, folder), { recursive: true });
  for (const file of ["schedules.db-wal", "lock", "api-key", "ports.json"]) writeFileSync(join(earlier, file), "");
  await opened(earlier);
  expect(readFileSync(join(earlier, ".gitignore"), "utf8")).toBe("*\n");
});

test("a present .gitignore is kept, and a folder with other uses gets none", async () => {
  const data = newFolder();
  mkdirSync(data);
  writeFileSync(join(data, ".gitignore"), "log/\n");
  await opened(data);
  expect(readFileSync(join(data, ".gitignore"), "utf8")).toBe("log/\n");
  const shared = newFolder();
  mkdirSync(shared);
  writeFileSync(join(shared, "notes.txt"), "");
  await opened(shared);
  expect(existsSync(join(shared, ".gitignore"))).toBe(false);
});
