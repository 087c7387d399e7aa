import { PermanentError, TransientError } from "../../../lambdas/core/kernel/errors.ts";

/** The error of a port while AWS has no capacity. */
export const throttled = (message = "throttled") => new TransientError("ThrottlingException", message);

/** The error of a port for what AWS permanently refuses. */
export const refusedForGood = (message = "refused for good") => new PermanentError("ValidationException", message);

/** The error of a port where the deployment lacks a permission: it does not pass, and it is not the job's fault. */
export const denied = () => Object.assign(new Error("denied"), { name: "AccessDeniedException" });
