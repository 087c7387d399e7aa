import { DuctapeError } from "../../lambdas/core/errors.ts";

/** What whoever deploys has to mend before synth can go on, one line a fault. It is shown without a stack trace. */
export class SetupError extends DuctapeError {
  constructor(title: string, faults: readonly string[]) {
    super("SETUP_ERROR", [title, ...faults.map((fault) => `  ${fault}`)].join("\n"));
  }
}
