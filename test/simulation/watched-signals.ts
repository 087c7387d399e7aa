import type { JobChange } from "../../lambdas/aws/lambda/stream-handler.ts";
import type { Signals } from "../../lambdas/core/ports/signals.ts";
import type { Kept } from "./ledger.ts";

/** The port that notes which messages were kept, and hands them to the table's stream. */
export const watchedSignals = (
  signals: Signals,
  now: () => number,
  kept: Kept[],
  record: (signal: NonNullable<JobChange["signal"]>) => void,
): Signals => ({
  ...signals,
  async put(address, signal, keptUntil) {
    const there = await signals.put(address, signal, keptUntil);
    kept.push({ address, id: signal.id, at: signal.at, written: now() });
    record({ address, ...(signal.wake && { wake: signal.wake }) });
    return there;
  },
  async decide(address, signal, keptUntil) {
    const there = await signals.decide(address, signal, keptUntil);
    // The second one is not written, so it is no change of the table.
    if (there.id === signal.id) record({ address, ...(signal.wake && { wake: signal.wake }) });
    return there;
  },
});
