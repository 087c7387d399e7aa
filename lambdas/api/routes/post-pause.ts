import { pause } from "../../core/operations/change-job.ts";
import { changeRoute, NoBody, noBody } from "../change-route.ts";

export const { handle, doc } = changeRoute({
  summary: "Pause a recurring job",
  description: "Holds a recurring job until it is resumed; a run under way goes on to its end. Safe to repeat.",
  change: noBody(pause),
  body: { schema: NoBody, optional: true },
});
