import { DuctapeError } from "../lambdas/core/errors.ts";

/** What whoever runs the command has to mend. It is shown without a stack trace. */
export class KeysError extends DuctapeError {
  constructor(message: string, options?: { cause?: unknown }) {
    super("KEYS_ERROR", message, options);
  }
}
