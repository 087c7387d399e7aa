import type { LogError } from "../../core/job/decide-messages.ts";

/** A call of ctx that has failed, as the handler catches it. */
export class StepError extends Error {
  override readonly name: string = "StepError";
  /** The key of the call. */
  readonly step: string;
  /** The error's code: that of the job, or the `code` or name of what own code threw. `TIMEOUT` for a wait. */
  readonly code: string;
  /** What failed, as the log has it. */
  readonly error: LogError;

  /** Also one of another copy of this package: a team's bundle may bring one. Another library's may have the name alone. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isErrorNamed(value, "StepError", isOfStep);
  }

  constructor(step: string, error: LogError) {
    super(error.message);
    this.step = step;
    this.code = error.code;
    this.error = error;
  }
}

/** Open calls of a run that is cancelled throw it. What the handler makes of it changes nothing: the run is undone and ends. */
export class CancelledError extends Error {
  override readonly name = "CancelledError";
  readonly code = "CANCELLED";

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isErrorNamed(value, "CancelledError");
  }
}

/** What `ctx.rollback` throws. Within a step that calls ctx it reaches the handler as a StepError with the same code. Caught, it is done later. */
export class RollbackError extends Error {
  override readonly name = "RollbackError";
  readonly code = rolledBack;
}
export const rolledBack = "ROLLED_BACK";

/** Whether an error is a rollback that the handler has asked for, or says of a step that it has. What is thrown may refuse to be read. */
export function isRollback(error: unknown): boolean {
  try {
    return error instanceof RollbackError || (error instanceof StepError && error.error.name === "RollbackError");
  } catch {
    return false;
  }
}

/** Whether another attempt at a step may help: not where its error says otherwise, nor where it has asked for a rollback. */
export const isRetryableStep = (error: unknown): error is StepError =>
  error instanceof StepError && error.error.retryable !== false && !isRollback(error);

function isOfStep(value: object): boolean {
  const { step, error } = value as { step?: unknown; error?: { code?: unknown } };
  return typeof step === "string" && typeof error?.code === "string" && "message" in error;
}

/** What is thrown may refuse to be read. */
function isErrorNamed(value: unknown, name: string, has: (value: object) => boolean = () => true): value is object {
  try {
    return typeof value === "object" && value !== null && (value as { name?: unknown }).name === name && has(value);
  } catch {
    return false;
  }
}
