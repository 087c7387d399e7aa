import type { AttemptError } from "../../../core/job/attempt.ts";
import type { RequestError } from "../../../core/kernel/request-error.ts";
import { shorten } from "../../../core/kernel/sizes.ts";
import type { StepView } from "../../../core/queries/step-view.ts";

/** What a deployment has taken away, another one can bring back: the run keeps the definition that has it. */
export const isMissing = ({ code }: RequestError): boolean =>
  code === "EVENT_NOT_FOUND" || code === "ENV_NOT_FOUND" || code === "PRODUCT_NOT_FOUND";

/** Why a step waits whose event the catalog has lost. */
export const missingEvent = (event: string): AttemptError => ({
  code: "CONFIGURATION_ERROR",
  message: `The catalog no longer has the event ${event}. The step starts once a deployment has it again.`,
  retryable: true,
});

/** The end of a step whose event refuses its input. The message says where the fault is, without the value. */
export const refusedStep = (error: RequestError, now: number): StepView => ({
  status: "failed",
  finished_at: now,
  error: {
    code: "VALIDATION_ERROR",
    message: shorten([error.message, ...error.faults.map(({ pointer, detail }) => `${pointer} ${detail}`)].join(" ")),
    retryable: false,
  },
});
