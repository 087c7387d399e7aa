import { parseOptionalBody } from "../../core/kernel/parse-body.ts";
import { strict } from "../../core/kernel/schema.ts";
import { cancel, defaultReason } from "../../core/operations/change-job.ts";
import { CancelReason } from "../../core/requests/cancel-reason.ts";
import { changeRoute } from "../change-route.ts";

const CancelRequest = strict({
  reason: CancelReason.describe("Why the job is cancelled; shown with the job."),
});

export const { handle, doc } = changeRoute({
  summary: "Cancel a job",
  description:
    "Ends a job that has not finished, and with a feature all its steps. The outcome of a running attempt is discarded. Safe to repeat.",
  change: (body) => cancel(parseOptionalBody(CancelRequest, body).reason ?? defaultReason),
  body: { schema: CancelRequest, optional: true, examples: { reason: { reason: "the order was returned" } } },
});
