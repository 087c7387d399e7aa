import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { crash } from "../../crash/crash.ts";
import { tempFolder } from "../../support/local/temp-folder.ts";

const folder = tempFolder();

/** The short form of `npm run crash`. */
test("the local system loses and repeats no job when it is killed three times under load", async () => {
  const report = await crash({ kills: 3, seed: 7, folder: join(folder, "code") });
  expect(report.faults).toEqual([]);
  expect(report.jobs).toBeGreaterThan(10);
  expect(report.executions).toBeGreaterThan(10);
}, 120_000);
