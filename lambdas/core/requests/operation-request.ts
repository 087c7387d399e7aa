import * as z from "zod";
import { causeIdPattern } from "../job/incident.ts";
import { jobIdPattern } from "../job/job-id.ts";
import { type OperationAction, operationActions, operationLimits } from "../job/operation.ts";
import { duration } from "../kernel/duration.ts";
import { type JobStatus, jobStatuses } from "../kernel/job-status.ts";
import { requestLimits } from "../kernel/request-limits.ts";
import { notWellFormed, strict, wellFormed } from "../kernel/schema.ts";
import { Time } from "../kernel/start-time.ts";
import { changeable, checkTimes, filterFields } from "./bulk-request.ts";
import { SearchedText } from "./find-request.ts";

/** The statuses of the jobs that each action can change. */
export const operable: Record<OperationAction, readonly JobStatus[]> = {
  ...changeable,
  reschedule: ["scheduled", "queued", "paused"],
  "run-now": ["scheduled"],
  count: jobStatuses,
};

/** The actions that make a run begin soon, so that a canary says how the others will fare. */
const startingNow: readonly OperationAction[] = ["retry", "run-now"];

const { ratePerSecond, sample, ids } = operationLimits;

const RatePerSecond = z
  .int()
  .min(1)
  .max(ratePerSecond.most)
  .describe(
    `How many jobs a second it changes at most, 1 to ${ratePerSecond.most}. Those that it makes due are due no closer to each other. Default: ${ratePerSecond.usual}.`,
  );

/** A value by which jobs are found, as the text that it is compared as. */
const SearchedValue = z
  .union([SearchedText, z.number(), z.boolean()], "must be a text of 1 to 256 characters, a number, true or false")
  .transform(String);

/** Selects jobs by the fields of the list of jobs, its values too. */
const OperationFilter = strict({
  ...filterFields,
  cause: z
    .string()
    .regex(causeIdPattern, "must be the id of an incident of failed attempts: 16 hexadecimal digits")
    .optional()
    .meta({
      description:
        "Only jobs that have failed for this cause: the `id` of an incident of the kind `cause`. Default: any.",
      examples: ["9f3c0a7be1d24c58"],
    }),
  where: z
    .record(z.string().min(1).max(requestLimits.searchName), SearchedValue)
    .refine((values) => Object.keys(values).length === 1, "must have one field")
    .optional()
    .meta({
      description:
        "The value of one field by which the catalog has jobs found, which may be sealed. It needs `jobs:input`, unless the field is public. Default: any.",
      examples: [{ order: "A-17" }],
      minProperties: 1,
      maxProperties: 1,
    }),
}).superRefine(checkTimes);

/** A few jobs first. */
const Canary = strict({
  count: z.int().min(1).max(sample).default(sample).describe(`How many jobs it changes first, 1 to ${sample}.`),
  for: duration(60_000, 24 * 3_600_000)
    .default("10m")
    .describe(
      "How long it waits for them to end, a minute to a day: milliseconds, or a text such as `10m`. Then it asks whether to continue.",
    ),
  max_failures: z
    .int()
    .min(0)
    .max(sample - 1)
    .default(0)
    .describe("How many of them may fail before it halts."),
});

/** Asks for a change of many jobs, which goes on by itself. */
export const OperationRequest = strict({
  action: z.enum(operationActions).describe("What it does to each job. `count` only counts them."),
  filter: OperationFilter.describe(
    "Which jobs: all conditions hold, when they are found and when they are changed. One beside `product_tag` and `env` is needed, or `job_ids`.",
  ),
  job_ids: z
    .array(z.string().regex(jobIdPattern, "must be the id of a job"))
    .min(1)
    .max(ids)
    .optional()
    .describe(`Only these jobs, 1 to ${ids}, as far as the filter selects them.`),
  start_at: Time.optional().describe(
    "Of `reschedule`, which needs it: when the first job is due. The others follow at the rate.",
  ),
  reason: z
    .string()
    .min(1)
    .max(requestLimits.reason)
    .refine(wellFormed, notWellFormed)
    .optional()
    .meta({
      description: "Why, for everybody who wonders: 1 to 200 characters. Only `count` may do without.",
      examples: ["the provider is back"],
    }),
  rate_per_second: RatePerSecond.default(ratePerSecond.usual),
  canary: Canary.optional().describe("Of `retry` and `run-now`: changes a few jobs first, and halts if they fail."),
  expect: z
    .int()
    .min(0)
    .max(operationLimits.jobs)
    .optional()
    .describe("How many jobs it must find. Finding any other number, it changes none."),
  dry_run: z.boolean().optional().describe("Finds and counts the jobs, and changes none of them. Default: false."),
  idempotency_key: z
    .string()
    .min(1)
    .max(requestLimits.idempotencyKey)
    .optional()
    .describe("A request that is repeated with it finds its operation."),
}).superRefine(({ action, filter, job_ids, start_at, reason, canary }, context) => {
  const fault = (path: string[], message: string) => context.addIssue({ code: "custom", path, message });
  const { product_tag: _product, env: _env, ...conditions } = filter;
  if (job_ids === undefined && Object.values(conditions).every((value) => value === undefined))
    fault(
      ["filter"],
      "must have a condition besides `product_tag` and `env`, such as `status`: it would select everything",
    );
  const no = [filter.status ?? []].flat().filter((status) => !operable[action].includes(status));
  if (no.length > 0)
    fault(["filter", "status"], `${action} applies only to jobs that are ${operable[action].join(", ")}`);
  if (action === "reschedule" && start_at === undefined) fault(["start_at"], "is needed for reschedule");
  if (action !== "reschedule" && start_at !== undefined) fault(["start_at"], "applies to reschedule only");
  if (action !== "count" && reason === undefined) fault(["reason"], "is needed");
  if (canary && !startingNow.includes(action)) fault(["canary"], `applies to ${startingNow.join(" and ")} only`);
});
export type OperationRequest = z.output<typeof OperationRequest>;

/** Another rate for an operation. */
export const RateRequest = strict({ rate_per_second: RatePerSecond });
