import type { ChildProcess } from "node:child_process";
import { afterAll } from "@jest/globals";

const alive = new Set<ChildProcess>();

/**
 * A server of a test file, which goes with it even where nobody stops it because `beforeAll` failed or was too slow: one that
 * is left keeps jest from ending. The stops of a `describe` come before this.
 */
export function endsWithFile<T extends ChildProcess>(child: T): T {
  alive.add(child);
  child.once("exit", () => alive.delete(child));
  return child;
}
afterAll(() => {
  for (const child of alive) child.kill("SIGKILL");
});
