import type { Job } from "../../../core/job/job.ts";
import type { Measure } from "../../../core/job/measures.ts";
import type { Log } from "../../../core/ports/log.ts";
import type { StepState, StepStates } from "./step-state.ts";
import { waitTimer } from "./waits.ts";

/** Measures that waits of a run have begun. */
export function measureBegun(log: Log, { product }: Job, count: number): void {
  if (count > 0) log.measure("waits began", { values: { waits_begun: count }, of: { type: "feature", product } });
}

/** Measures how waits of a run have ended at `now`: by a message, and after how long, or by time, and how late that was seen. */
export function measureEnded(log: Log, { product }: Job, ended: StepStates, now: number): void {
  for (const [step, state] of Object.entries(ended))
    log.measure("a wait ended", { values: measuresOf(state, now), of: { type: "feature", product } }, { step });
}

function measuresOf(state: StepState, now: number): Partial<Record<Measure, number>> {
  const { received, started_at = now, timed_out } = state;
  if (received) return { waits_signalled: 1, wait_ms: now - started_at };
  return { ...(timed_out && { waits_timed_out: 1 }), wait_late_ms: Math.max(0, now - waitTimer(state)) };
}
