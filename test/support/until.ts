import { setImmediate } from "node:timers/promises";

/**
 * Checks until the condition holds, without sleeping. Gives up early enough for the test to report it: an endless loop would
 * outlive the test.
 */
export async function until(condition: () => unknown, patienceMs = 15_000): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`did not come about in ${patienceMs} ms: ${condition}`);
    await setImmediate();
  }
}
