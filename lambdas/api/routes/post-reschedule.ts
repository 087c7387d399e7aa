import { reschedule } from "../../core/operations/change-job.ts";
import { parseReschedule, RescheduleRequest } from "../../core/requests/reschedule-request.ts";
import { changeRoute } from "../change-route.ts";

export const { handle, doc } = changeRoute({
  summary: "Move a job to another time",
  description:
    "Moves a job that has not started to another time, or a recurring one to another series. `start_at` and `repeat` are those of the request for a job; with `repeat` the new series starts at `start_at`, else now.",
  change: (body, now) => reschedule(parseReschedule(body, now)),
  body: {
    schema: RescheduleRequest,
    examples: {
      time: { start_at: "2030-01-31T09:00:00+01:00" },
      series: { repeat: { cron: "0 9 * * MON-FRI", tz: "Europe/Berlin" } },
    },
  },
});
