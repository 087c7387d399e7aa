import type { StepView } from "../../../core/queries/step-view.ts";

/**
 * The state of a step as its run keeps it: what is shown, and the result of a step that has no job, or whose job may be deleted before
 * its run ends.
 */
export type StepState = StepView & { result?: { value: unknown } };

/** The states of steps by `sequence.step`. A step that has not started is absent. */
export type StepStates = Record<string, StepState>;

const endings = ["completed", "failed", "cancelled", "skipped"];
export const hasEnded = (state: StepState | undefined): boolean =>
  state !== undefined && endings.includes(state.status);
