import type { ChildProcess } from "node:child_process";
import { afterAll } from "@jest/globals";

const alive = new Set<ChildProcess>();

/**
 * Ties a server to its test file, so that it stops even where nobody stops it because `beforeAll` failed or was too slow: a
 * server that is left running keeps jest from ending. The stops of a `describe` run before this.
 */
export function endsWithFile<T extends ChildProcess>(child: T): T {
  alive.add(child);
  child.once("exit", () => alive.delete(child));
  return child;
}
afterAll(() => {
  for (const child of alive) child.kill("SIGKILL");
});
