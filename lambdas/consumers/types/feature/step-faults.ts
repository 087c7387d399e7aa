import type { AttemptError } from "../../../core/job/attempt.ts";
import type { Job } from "../../../core/job/job.ts";
import { JobError } from "../../../core/job/job-error.ts";
import type { RequestError } from "../../../core/kernel/request-error.ts";
import { shorten } from "../../../core/kernel/sizes.ts";
import type { JobStepView } from "../../../core/queries/step-view.ts";

/** What a deployment has taken away, another one can bring back: the run keeps the definition that has it. */
export const isMissing = ({ code }: RequestError): boolean =>
  code === "EVENT_NOT_FOUND" || code === "ENV_NOT_FOUND" || code === "PRODUCT_NOT_FOUND";

/** Why a step waits for what the catalog has lost. */
export const waitsFor = (loss: string): AttemptError => ({
  code: "CONFIGURATION_ERROR",
  message: `${loss} The step starts once a deployment has it.`,
  retryable: true,
});

/** Why a step waits for its event, which the catalog may never have had: code names it where it calls it. Or for the env of its run. */
export function missingEvent({ code }: RequestError, { product, env }: Pick<Job, "product" | "env">, event: string) {
  if (code === "PRODUCT_NOT_FOUND") return waitsFor(`The catalog no longer has product ${product}.`);
  if (code === "ENV_NOT_FOUND") return waitsFor(`The catalog no longer has env ${env} of ${product}.`);
  return waitsFor(`The catalog has no event ${event}.`);
}

/** Why an event refuses the input of a step. The message says where the fault is, without the value. */
export const stepRefusal = (error: RequestError): AttemptError => ({
  code: "VALIDATION_ERROR",
  message: shorten([error.message, ...error.faults.map(({ pointer, detail }) => `${pointer} ${detail}`)].join(" ")),
  retryable: false,
});

/** The failure of a step whose definition or input leads to what it cannot work with. */
export const unusable = (message: string): JobError =>
  new JobError("VALIDATION_ERROR", `${message}.`, { retryable: false });

/** The end of a step that could not be started. */
export const refusedStep = (error: AttemptError, now: number): JobStepView => ({
  status: "failed",
  finished_at: now,
  error,
});
