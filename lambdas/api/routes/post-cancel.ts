import * as z from "zod";
import { parseOptionalBody } from "../../core/kernel/parse-body.ts";
import { strict } from "../../core/kernel/schema.ts";
import { cancel, defaultReason } from "../../core/operations/change-job.ts";
import { CancelReason } from "../../core/requests/cancel-reason.ts";
import { changeRoute } from "../change-route.ts";

const CancelRequest = strict({
  reason: CancelReason.describe("Why the job is cancelled; shown with the job."),
  force: z
    .boolean()
    .optional()
    .describe("The run of a feature ends at once, and nothing more of it is undone. Default: false."),
});

export const { handle, doc } = changeRoute({
  name: "cancel",
  summary: "Cancel a job",
  description:
    "Ends a job that has not finished, and with a feature all its steps. The outcome of a running attempt is discarded. A feature whose " +
    "steps have an `undo` is `running`, with `ending`, until they are undone: a second request, at least a minute after the first, or " +
    "`force` ends it at once. Safe to repeat.",
  change: (body) => {
    const { reason = defaultReason, force } = parseOptionalBody(CancelRequest, body);
    return cancel(reason, { force, isDecided: true });
  },
  body: {
    schema: CancelRequest,
    optional: true,
    examples: { reason: { reason: "the order was returned" }, force: { force: true } },
  },
});
