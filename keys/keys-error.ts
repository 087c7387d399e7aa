import { DuctapeError } from "../lambdas/core/kernel/errors.ts";

/** An error that the user can correct. It is shown without a stack trace. */
export class KeysError extends DuctapeError {
  constructor(message: string, options?: { cause?: unknown }) {
    super("KEYS_ERROR", message, options);
  }
}
