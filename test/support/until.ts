import { setImmediate } from "node:timers/promises";

/** Looks until the condition holds, without sleeping. Gives up in time for the test to say so: a loop would outlive it. */
export async function until(condition: () => unknown, patienceMs = 15_000): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`did not come about in ${patienceMs} ms: ${condition}`);
    await setImmediate();
  }
}
