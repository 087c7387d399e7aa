import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { watchFolders } from "../../../local/host/watch.ts";
import { tempFolder } from "../../support/local/temp-folder.ts";
import { until } from "../../support/until.ts";

const temporary = tempFolder();
const closings: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

let count = 0;

/** A watched folder with one file in a subfolder, and how often a change was reported. */
async function watched() {
  const folder = join(temporary, String(++count));
  const file = join(folder, "products/shop.ts");
  const env = join(folder, ".env.local");
  mkdirSync(join(folder, "products"), { recursive: true });
  writeFileSync(file, "1");
  let reports = 0;
  const watcher = watchFolders([join(folder, "products"), env], () => reports++);
  closings.push(() => watcher.close());
  await watcher.ready();
  return {
    folder,
    file,
    env,
    /** Makes a change and waits until it is reported. */
    async reported(change: () => void) {
      const before = reports;
      change();
      await until(() => reports > before);
    },
    reports: () => reports,
  };
}

/** Writes as `sed -i`, `git checkout` and many editors do. */
function replace(file: string, content: string) {
  writeFileSync(`${file}~`, content);
  renameSync(`${file}~`, file);
}

test("a replaced file is still watched, however often it is replaced", async () => {
  const { file, reported } = await watched();
  for (const content of ["2", "3", "4"]) await reported(() => replace(file, content));
  await reported(() => writeFileSync(file, "5"));
});

test("a file that is deleted and created again is still watched", async () => {
  const { file, reported } = await watched();
  await reported(() => rmSync(file));
  await reported(() => writeFileSync(file, "2"));
  await reported(() => writeFileSync(file, "3"));
});

test("a new folder and its content are watched too", async () => {
  const { folder, reported } = await watched();
  const added = join(folder, "products/more");
  await reported(() => {
    mkdirSync(added);
    writeFileSync(join(added, "other.ts"), "1");
  });
  await reported(() => replace(join(added, "other.ts"), "2"));
});

test("a single watched file may appear later, be replaced and disappear", async () => {
  const { env, reported } = await watched();
  await reported(() => writeFileSync(env, "a=1"));
  await reported(() => replace(env, "a=2"));
  await reported(() => rmSync(env));
  await reported(() => writeFileSync(env, "a=3"));
});

test("a burst of changes is reported once, and other files never", async () => {
  const { folder, file, reported, reports } = await watched();
  writeFileSync(join(folder, "products/notes.md"), "1");
  await reported(() => {
    for (const content of ["2", "3", "4"]) replace(file, content);
  });
  expect(reports()).toBe(1);
});
