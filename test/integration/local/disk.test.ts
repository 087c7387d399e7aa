import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, expect, jest, test } from "@jest/globals";
import { openScheduleStore } from "../../../local/scheduler/store.ts";
import { startSqsAndS3 } from "../../../local/servers/sqs-s3.ts";
import { tempFolder } from "../../support/local/temp-folder.ts";

const folder = tempFolder();
const exec = jest.spyOn(DatabaseSync.prototype, "exec");
afterAll(() => exec.mockRestore());

/** Whether each commit of the databases that were opened waits for the disk. */
const waits = () =>
  [...new Set(exec.mock.contexts as DatabaseSync[])].map(
    (database) => database.prepare("PRAGMA synchronous").get()?.synchronous !== 1,
  );

test("no message waits for the disk, and with it everything else in the process", async () => {
  const servers = await startSqsAndS3(join(folder, "sqs-s3"), []);
  try {
    expect(waits()).toEqual([false]);
    expect(DatabaseSync.prototype.exec).toBe(exec);
  } finally {
    await servers.close();
    exec.mockClear();
  }
});

test("nor does a schedule", () => {
  const store = openScheduleStore(join(folder, "schedules.db"));
  try {
    expect(waits()).toEqual([false]);
  } finally {
    store.close();
  }
});
