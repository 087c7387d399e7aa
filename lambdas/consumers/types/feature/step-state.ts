import type { ShownValue } from "../../../core/job/approval.ts";
import type { AttemptError } from "../../../core/job/attempt.ts";
import type { StepView } from "../../../core/queries/step-view.ts";
import type { PlacedStep } from "./steps.ts";

/**
 * The state of a step as its run keeps it: what is shown, and the result of a step that has no job, or whose job may be deleted before
 * its run ends; and what an approval shows and asks.
 */
export type StepState = StepView & { result?: { value: unknown }; asking?: KeptApproval };

/** A wait or an approval that begins, with the state that it has while it lasts. */
export interface BegunWait {
  placed: PlacedStep;
  opened: StepState;
}

/** Someone who is to be asked, with an input in which the mark stands for the address. */
export interface Asking {
  event: string;
  app?: string;
  input: Record<string, unknown>;
}

/** What a run keeps of an approval beyond what is shown of it. */
export interface KeptApproval {
  show: ShownValue[];
  /** Those who are to be asked. Absent once their jobs were started. */
  asks?: { mark: string; of: Asking[] };
}

/** The states of steps by `sequence.step`. A step that has not started is absent. */
export type StepStates = Record<string, StepState>;

const endings = ["completed", "failed", "cancelled", "skipped"];
export const hasStepEnded = (state: Pick<StepState, "status"> | undefined): boolean =>
  state !== undefined && endings.includes(state.status);

/** Whether the result of a completed step was deleted with its job. */
export const isResultGone = (state: StepState | undefined): boolean =>
  state?.status === "completed" && state.result === undefined;

/** The end of a step whose job was deleted before its run saw how it ended. */
export const unknownEnd: AttemptError = {
  code: "NOT_FOUND",
  message: "Its job was deleted before the feature saw how it ended.",
  retryable: false,
};
