import { runNow } from "../../core/operations/change-job.ts";
import { changeRoute, NoBody, noBody } from "../change-route.ts";

export const { handle, doc } = changeRoute({
  summary: "Run a waiting job now",
  description: "Makes a job that waits for its time due now. A recurring job's series goes on as it was.",
  change: noBody(runNow),
  body: { schema: NoBody, optional: true },
});
