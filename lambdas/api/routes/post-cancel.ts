import * as z from "zod";
import { cancelling } from "../../core/change-job.ts";
import { parseOptionalBody } from "../../core/parse-body.ts";
import { strict } from "../../core/schema.ts";
import { changeRoute } from "../change-route.ts";

/** What is kept of a job that its caller gave no reason for. */
const defaultReason = "cancelled by request";

/** Why a job is cancelled; shown with it. */
export const Reason = z.string().min(1).max(200);
const CancelRequest = strict({ reason: Reason.optional() });

export const postCancel = changeRoute({
  verb: "cancel",
  summary: "Cancel a job",
  description:
    "Ends a job that has not finished; a feature's steps end with it. The outcome of an attempt that runs is discarded. Safe to repeat.",
  change: (body) => cancelling(parseOptionalBody(CancelRequest, body).reason ?? defaultReason),
  body: { schema: CancelRequest, optional: true, examples: { reason: { reason: "the order was returned" } } },
});
