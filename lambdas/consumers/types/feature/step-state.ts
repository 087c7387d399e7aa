import type { AttemptError } from "../../../core/job/attempt.ts";
import type { StepView } from "../../../core/queries/step-view.ts";

/**
 * The state of a step as its run keeps it: what is shown, and the result of a step that has no job, or whose job may be deleted before
 * its run ends.
 */
export type StepState = StepView & { result?: { value: unknown } };

/** The states of steps by `sequence.step`. A step that has not started is absent. */
export type StepStates = Record<string, StepState>;

const endings = ["completed", "failed", "cancelled", "skipped"];
export const hasEnded = (state: Pick<StepState, "status"> | undefined): boolean =>
  state !== undefined && endings.includes(state.status);

/** Whether the result of a completed step was deleted with its job. */
export const isGone = (state: StepState | undefined): boolean =>
  state?.status === "completed" && state.result === undefined;

/** The end of a step whose job was deleted before its run saw how it ended. */
export const unknownEnd: AttemptError = {
  code: "NOT_FOUND",
  message: "Its job was deleted before the feature saw how it ended.",
  retryable: false,
};
