import * as z from "zod";
import { jobTypes } from "../job/job.ts";
import { type JobStatus, jobStatuses } from "../kernel/job-status.ts";
import { requestLimits } from "../kernel/request-limits.ts";
import { strict } from "../kernel/schema.ts";
import { epochMs, Time } from "../kernel/start-time.ts";
import { CancelReason } from "./cancel-reason.ts";

const bulkActions = ["cancel", "pause", "resume", "retry", "delete"] as const;
export type BulkAction = (typeof bulkActions)[number];

/** The statuses that each action can change. An action looks for all of them unless the filter names fewer. */
export const changeable: Record<BulkAction, readonly JobStatus[]> = {
  cancel: ["scheduled", "queued", "running", "paused"],
  pause: ["scheduled", "queued", "running"],
  resume: ["paused"],
  retry: ["failed"],
  delete: ["completed", "failed", "cancelled"],
};

const Name = z.string().min(1).max(requestLimits.name);
const EventName = z.string().min(1).max(requestLimits.event);
const oneOrMore = <Value extends string>(values: readonly [Value, ...Value[]]) =>
  z.union([z.enum(values), z.array(z.enum(values)).min(1).max(values.length)]);

/** Selects jobs by the same fields as the list of jobs. */
export const BulkFilter = strict({
  product_tag: Name,
  env: Name.optional().describe("Default: every env that the key has access to."),
  status: oneOrMore(jobStatuses)
    .optional()
    .describe("One or more of the statuses that the action can change. Default: all of them."),
  type: oneOrMore(jobTypes).optional(),
  event: EventName.optional(),
  label: Name.optional(),
  recurring: z.boolean().optional().describe("Whether a job has a series of runs. Default: either."),
  from: Time.optional().describe(
    "Compared with `due_at` while a job is pending, and with `finished_at` afterwards. `from` is inclusive, `to` is exclusive.",
  ),
  to: Time.optional(),
}).refine(({ from, to }) => from === undefined || to === undefined || epochMs(from) < epochMs(to), {
  path: ["to"],
  message: "must be after `from`",
});
export type BulkFilter = z.infer<typeof BulkFilter>;

/** Changes the jobs that match a filter, one page per request. */
export const BulkRequest = strict({
  action: z.enum(bulkActions),
  filter: BulkFilter,
  reason: CancelReason.describe("Why the jobs are cancelled. For `cancel` only."),
  cursor: z.string().max(requestLimits.cursor).optional().describe("The `next_cursor` of the previous answer."),
  limit: z
    .int()
    .min(1)
    .max(requestLimits.page)
    .default(requestLimits.page)
    .describe("The most jobs that this request changes."),
})
  .superRefine(({ action, filter, reason }, context) => {
    const no = [filter.status ?? []].flat().filter((status) => !changeable[action].includes(status));
    if (no.length > 0) {
      const message = `${action} applies only to jobs that are ${changeable[action].join(", ")}`;
      context.addIssue({ code: "custom", path: ["filter", "status"], message });
    }
    if (reason !== undefined && action !== "cancel") {
      context.addIssue({ code: "custom", path: ["reason"], message: "applies to cancel only" });
    }
  })
  .meta({ dependentSchemas: { reason: { properties: { action: { const: "cancel" } } } } });
export type BulkRequest = z.output<typeof BulkRequest>;
