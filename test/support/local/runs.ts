import { join } from "node:path";
import { afterEach } from "@jest/globals";
import { endRuns, type RunOptions, runLocal } from "./run-local.ts";
import { tempFolder } from "./temp-folder.ts";

/** Systems that end with the test that started them, on data that is new unless `data` says where it is. */
export function localRuns() {
  const folder = tempFolder();
  let count = 0;
  const newFolder = () => join(folder, String(++count));
  afterEach(endRuns);
  return {
    folder,
    newFolder,
    run: (options: Partial<RunOptions> = {}) => runLocal({ data: newFolder(), ...options }),
  };
}

/** What the system's outbox has caught, the newest first. */
export async function outboxOf(url: string): Promise<Record<string, unknown>[]> {
  return ((await (await fetch(`${url}/outbox`)).json()) as { items: Record<string, unknown>[] }).items;
}
