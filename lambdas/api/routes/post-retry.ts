import { retry } from "../../core/operations/change-job.ts";
import { requireFeature } from "../../core/operations/parent-guard.ts";
import { parseRetry, RetryRequest } from "../../core/requests/reschedule-request.ts";
import { changeRoute } from "../change-route.ts";

export const { handle, doc } = changeRoute({
  summary: "Retry a failed job",
  description:
    "Runs a failed job again, with its full number of retries: now, after `delay_ms`, or at `start_at`. A step of a cancelled " +
    "feature is refused with 409: schedule a new job for the feature.",
  change: (body, now) => retry(parseRetry(body, now)),
  admit: requireFeature,
  body: {
    schema: RetryRequest,
    optional: true,
    examples: { delay: { delay_ms: 60_000 }, time: { start_at: "2030-01-31T09:00:00+01:00" } },
  },
});
