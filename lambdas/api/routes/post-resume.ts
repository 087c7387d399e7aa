import { resume } from "../../core/operations/change-job.ts";
import { changeRoute, NoBody, noBody } from "../change-route.ts";

export const { handle, doc } = changeRoute({
  summary: "Resume a paused job",
  description:
    "Goes on with the next occurrence from now; what was missed meanwhile is not made up for. Safe to repeat.",
  change: noBody(resume),
  body: { schema: NoBody, optional: true },
});
