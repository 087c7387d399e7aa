import { join } from "node:path";
import { afterAll, afterEach, beforeAll } from "@jest/globals";
import { sharedCheckout } from "./checkout.ts";
import { endRuns, type Run, type RunOptions, runLocal } from "./run-local.ts";
import { tempFolder } from "./temp-folder.ts";

/**
 * Systems that end with the test that started them, on new data unless `data` says otherwise. Their code is the checkout with
 * the tests' catalog.
 */
export function localRuns() {
  const folder = tempFolder();
  const cwd = sharedCheckout();
  let count = 0;
  const newFolder = () => join(folder, String(++count));
  afterEach(endRuns);
  return {
    folder,
    newFolder,
    run: (options: Partial<RunOptions> = {}) => runLocal({ data: newFolder(), cwd, ...options }),
  };
}

/** One system for all tests of a file, on new data. Its code is the checkout with the tests' catalog. */
export function localSystem() {
  let local: Run | undefined;
  // Registered before the folder's own removal, so that the system has stopped by then.
  afterAll(() => local?.terminate());
  const folder = tempFolder();
  const data = join(folder, "data");
  const cwd = sharedCheckout();
  local = runLocal({ data, cwd });
  const { ready } = local;
  beforeAll(ready, 90_000);
  return { ...local, data, cwd };
}

/** What the system's outbox has caught, newest first. */
export async function outboxOf(url: string): Promise<Record<string, unknown>[]> {
  return ((await (await fetch(`${url}/outbox`)).json()) as { items: Record<string, unknown>[] }).items;
}
