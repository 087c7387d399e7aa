import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const testsBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => join(folder, name))
    .sort();

/** A hook outside of `describe` would run for the tests of the other files too. */
const hasHooks = (file: string): boolean => /^(before|after)(Each|All)\(/m.test(readFileSync(file, "utf8"));

/**
 * Runs the tests of a folder as one file of Jest, which loads all modules anew for each of its files: that takes longer than most tests.
 * Called by `together.ts` of the folder. Files with hooks stay files of their own.
 */
export async function together(folder: string): Promise<void> {
  for (const file of testsBelow(folder)) if (!hasHooks(file)) await import(pathToFileURL(file).href);
}

/** What Jest runs instead of the test files below `root`: one file for each folder of it that has a `together.ts`, and the others. */
export function filesOf(root: string): string[] {
  const folders = readdirSync(root)
    .map((name) => join(root, name))
    .filter((folder) => existsSync(join(folder, "together.ts")));
  const isJoined = (file: string) => folders.some((folder) => file.startsWith(join(folder, "/"))) && !hasHooks(file);
  return [
    ...folders.map((folder) => join(folder, "together.ts")),
    ...testsBelow(root).filter((file) => !isJoined(file)),
  ];
}
