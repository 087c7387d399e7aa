import { skipNext } from "../../core/operations/change-job.ts";
import { changeRoute, NoBody, noBody } from "../change-route.ts";

export const { handle, doc } = changeRoute({
  name: "skip_next",
  summary: "Skip the next run of a series",
  description:
    "Moves a recurring job that waits for its next run to the occurrence after it. The skipped run takes no number and does not count towards the limit. Repeating the request skips one more. A series that is paused, whose run has begun, or that would end is not changed.",
  change: noBody(skipNext),
  body: { schema: NoBody, optional: true },
});
