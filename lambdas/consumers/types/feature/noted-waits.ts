import type { RunWait } from "../../../core/job/run-wait.ts";
import { defined } from "../../../core/kernel/defined.ts";
import type { StepState, StepStates } from "./step-state.ts";

/**
 * The most open waits, and signals or persons of each, that a job notes, and the most messages that a decision has taken: each write of it pays
 * for them, and thousands would not fit into its item. The steps of the run have all.
 */
export const mostNoted = { waits: 10, signals: 3, received: 100 } as const;

/**
 * What the job of a run notes of its waits: those that are open, the oldest first, so that one that is noted stays so; and those that a
 * message has ended since `recorded`.
 */
export function notedWaits(states: StepStates, recorded: StepStates): RunWait[] {
  const waits = Object.entries(states);
  const open = waits.filter(([, { status }]) => status === "waiting").map(([step, state]) => waitOf(step, state));
  const ended = waits
    .filter(([step, { received }]) => received !== undefined && received.id !== recorded[step]?.received?.id)
    .slice(0, mostNoted.received)
    .map(([step, state]): RunWait => ({ ...waitOf(step, state), ...defined({ received: state.received }) }));
  return [...open.sort((a, b) => a.since - b.since).slice(0, mostNoted.waits), ...ended];
}

const waitOf = (step: string, { started_at: since = 0, until = 0, waits_for, approval }: StepState): RunWait => ({
  step,
  since,
  until,
  ...defined({ signals: waits_for?.slice(0, mostNoted.signals), asked: approval?.asked.slice(0, mostNoted.signals) }),
});
