import { retry } from "../../core/operations/change-job.ts";
import { requireFeature } from "../../core/operations/parent-guard.ts";
import { checkKey, requireKey, yieldKey } from "../../core/operations/schedule-shared.ts";
import { parseRetry, RetryRequest } from "../../core/requests/reschedule-request.ts";
import { changeRoute } from "../change-route.ts";

export const { handle, doc } = changeRoute({
  name: "retry",
  summary: "Retry a failed job",
  description:
    "Runs a failed job again, with its full number of retries: now, after `delay_ms`, or at `start_at`. A feature goes on by the " +
    "definition that its run keeps, or with `definition: current` by that of the present catalog. A step of a cancelled " +
    "feature is refused with 409: schedule a new job for the feature. So is a job while another one with its unique key is open.",
  change: (body, now) => {
    const { delay, ...how } = parseRetry(body, now);
    return retry(delay, how);
  },
  admit: async (services, job) => {
    await requireFeature(services, job);
    await requireKey(services, job);
  },
  check: async (services, job) => {
    await requireFeature(services, job);
    await checkKey(services, job);
  },
  afterwards: yieldKey,
  body: {
    schema: RetryRequest,
    optional: true,
    examples: {
      delay: { delay_ms: 60_000 },
      time: { start_at: "2030-01-31T09:00:00+01:00" },
      definition: { definition: "current" },
    },
  },
});
