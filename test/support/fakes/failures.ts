import { PermanentError, TransientError } from "../../../lambdas/core/errors.ts";

/** What a port throws while AWS has no capacity. */
export const throttled = (message = "throttled") => new TransientError("ThrottlingException", message);

/** What a port throws for what AWS will never take. */
export const refusedForGood = (message = "refused for good") => new PermanentError("ValidationException", message);

/** What a port throws where the deployment lacks a permission: it neither passes nor is it the job's fault. */
export const denied = () => Object.assign(new Error("denied"), { name: "AccessDeniedException" });
