import * as z from "zod";
import { requestLimits } from "../kernel/request-limits.ts";
import { notWellFormed, wellFormed } from "../kernel/schema.ts";

/** Why jobs are cancelled, in a request for one or for many. */
export const CancelReason = z.string().min(1).max(requestLimits.reason).refine(wellFormed, notWellFormed).optional();
