import { reschedule } from "../../core/operations/change-job.ts";
import { parseReschedule, RescheduleRequest } from "../../core/requests/reschedule-request.ts";
import { changeRoute } from "../change-route.ts";

export const { handle, doc } = changeRoute({
  name: "reschedule",
  summary: "Move a job to another time",
  description:
    "Moves a job that has not started to another time, or gives a recurring job a new series. `start_at` and `repeat` have the same form as in the request for a job. With `repeat`, the new series starts at `start_at`, or now by default.",
  change: (body, now, calendars) => reschedule(parseReschedule(body, now, calendars)),
  body: {
    schema: RescheduleRequest,
    examples: {
      time: { start_at: "2030-01-31T09:00:00+01:00" },
      series: { repeat: { cron: "0 9 * * MON-FRI", tz: "Europe/Berlin" } },
    },
  },
});
