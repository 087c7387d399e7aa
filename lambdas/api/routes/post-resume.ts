import { resume } from "../../core/operations/change-job.ts";
import { changeRoute, NoBody, noBody } from "../change-route.ts";

export const { handle, doc } = changeRoute({
  name: "resume",
  summary: "Resume a paused job",
  description:
    "Continues with the next occurrence from now on. Occurrences that were missed in the meantime are not made up for. Safe to repeat.",
  change: noBody(resume),
  body: { schema: NoBody, optional: true },
});
