import * as z from "zod";
import { jobTypes } from "../job/job.ts";
import { defined } from "../kernel/defined.ts";
import { type JobStatus, jobStatuses } from "../kernel/job-status.ts";
import { must } from "../kernel/plain-faults.ts";
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
const valueOrList = <Value extends string>(values: readonly [Value, ...Value[]]) =>
  z.union(
    [z.enum(values), z.array(z.enum(values)).min(1).max(values.length)],
    must(`must be one or more of ${values.join(", ")}`),
  );

/** The fields of the list of jobs by which many are selected. */
export const filterFields = {
  product_tag: Name,
  env: Name.optional().describe("Default: every env that the key has access to."),
  status: valueOrList(jobStatuses)
    .optional()
    .meta({
      description: "One status or more, of those that the action can change. Default: all of them.",
      examples: [["scheduled", "queued"]],
    }),
  type: valueOrList(jobTypes)
    .optional()
    .meta({ description: "One type or more. Default: any.", examples: ["notification"] }),
  event: EventName.optional().meta({
    description: "One of the product's events. Default: all of them.",
    examples: ["create_order"],
  }),
  label: Name.optional().meta({ description: "One of the job's labels. Default: any.", examples: ["order-12345"] }),
  recurring: z
    .boolean()
    .optional()
    .meta({ description: "Whether the job has a series of runs. Default: either.", examples: [true] }),
  waiting: z
    .boolean()
    .optional()
    .meta({
      description: "Whether a run of a feature waits for a signal or a time. Default: either.",
      examples: [true],
    }),
  retrying: z
    .boolean()
    .optional()
    .meta({
      description: "Whether an attempt of the run has failed, and another one is made or waits. Default: either.",
      examples: [true],
    }),
  from: Time.optional().meta({
    description:
      "The earliest time (inclusive): compared with `due_at` of pending jobs and with `finished_at` of finished ones. Default: no limit.",
    examples: ["2030-01-31T00:00:00Z"],
  }),
  to: Time.optional().meta({
    description: "The latest time (exclusive). Default: no limit.",
    examples: [1_900_000_000],
  }),
};

/** Refuses such a filter whose times leave nothing between them. */
export function checkTimes(
  { from, to }: { from?: z.infer<typeof Time> | undefined; to?: z.infer<typeof Time> | undefined },
  context: z.RefinementCtx,
): void {
  if (from === undefined || to === undefined || epochMs(from) < epochMs(to)) return;
  context.addIssue({ code: "custom", path: ["to"], message: "must be after `from`" });
}

/** Selects jobs by the same fields as the list of jobs. */
export const BulkFilter = strict(filterFields).superRefine(checkTimes);
export type BulkFilter = z.infer<typeof BulkFilter>;

/**
 * The conditions of a filter as a list of jobs has them. Jobs that finish after `endedBy` are left alone: otherwise one that is retried and
 * fails again would be found for ever.
 */
export function filterConditions(
  { status, type, event, label, recurring, waiting, retrying, from, to }: BulkFilter,
  { statuses, endedBy = Number.POSITIVE_INFINITY }: { statuses: readonly JobStatus[]; endedBy?: number | undefined },
) {
  const until = Math.min(to === undefined ? Number.POSITIVE_INFINITY : epochMs(to) - 1, endedBy);
  return {
    status: status === undefined ? statuses : [status].flat(),
    ...defined({
      event,
      label,
      recurring,
      waiting,
      retrying,
      type: type === undefined ? undefined : [type].flat(),
      from: from === undefined ? undefined : epochMs(from),
      until: until === Number.POSITIVE_INFINITY ? undefined : until,
    }),
  };
}

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
