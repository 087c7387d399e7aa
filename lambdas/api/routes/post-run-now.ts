import { runNow } from "../../core/operations/change-job.ts";
import { changeRoute, NoBody, noBody } from "../change-route.ts";

export const { handle, doc } = changeRoute({
  name: "run_now",
  summary: "Run a waiting job now",
  description: "Makes a waiting job due now. The series of a recurring job continues as before.",
  change: noBody(runNow),
  body: { schema: NoBody, optional: true },
});
