import { pauseJob } from "../../core/operations/change-job.ts";
import { changeRoute, NoBody, noBody } from "../change-route.ts";

export const { handle, doc } = changeRoute({
  name: "pause",
  summary: "Pause a recurring job",
  description:
    "Stops a recurring job from starting new runs until it is resumed. A run that has started goes on to its end. Safe to repeat.",
  change: noBody(pauseJob),
  body: { schema: NoBody, optional: true },
});
