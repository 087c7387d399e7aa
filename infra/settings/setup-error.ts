import { DuctapeError } from "../../lambdas/core/kernel/errors.ts";

/** Faults that must be fixed before synthesis can continue, a line per fault. Shown without a stack trace. */
export class SetupError extends DuctapeError {
  constructor(title: string, faults: readonly string[]) {
    super("SETUP_ERROR", [title, ...faults.map((fault) => `  ${fault}`)].join("\n"));
  }
}
