import * as z from "zod";
import type { IndexPosition } from "../core/job/index-position.ts";
import { jobTypes } from "../core/job/job.ts";
import { jobIdPattern } from "../core/job/job-id.ts";
import { jobStatuses } from "../core/kernel/job-status.ts";
import { requestLimits } from "../core/kernel/request-limits.ts";
import { strict } from "../core/kernel/schema.ts";
import { epochMs } from "../core/kernel/start-time.ts";
import { SearchedText } from "../core/requests/find-request.ts";
import { Cursor, Limit, QueryTime, YesOrNo } from "./parse-query.ts";

/** What the cursor of a list of jobs holds. */
export const Position: z.ZodType<IndexPosition> = z.strictObject({
  time: z.int().min(0),
  id: z.string().regex(jobIdPattern),
});

const Name = z.string().min(1).max(requestLimits.name);

/** API Gateway joins a repeated parameter with commas, so a caller may write it that way too. */
export const oneOrMore = <Value extends string>(values: readonly [Value, ...Value[]]) =>
  z
    .string()
    .refine((text) => text.split(",").every((one) => (values as readonly string[]).includes(one)), {
      error: `one or more of ${values.join(", ")}`,
      abort: true,
    })
    .meta({ pattern: `^(${values.join("|")})(,(${values.join("|")}))*$` })
    .transform((text) => [...new Set(text.split(","))] as Value[]);

/** The product and env of a query; absent ones stand for all that the key has access to. */
export const TenantParameters = { product_tag: Name.optional(), env: Name.optional() };

/** The filters of the list of jobs, as the query string has them. */
export const ListParameters = strict({
  ...TenantParameters,
  status: oneOrMore(jobStatuses).optional(),
  type: oneOrMore(jobTypes).optional(),
  event: Name.optional(),
  label: Name.optional(),
  recurring: YesOrNo.optional().describe("Whether a job has a series of runs. Default: either."),
  waiting: YesOrNo.optional().describe(
    "Whether a run of a feature waits for a signal or a time. Default: either. `true` goes well with `status=running`.",
  ),
  retrying: YesOrNo.optional().describe(
    "Whether an attempt of the run has failed, and another one is made or waits for its time. Default: either.",
  ),
  where: z
    .record(z.string(), SearchedText)
    .optional()
    .meta({
      description:
        "Values by which the catalog has jobs found: `where[order]=A-17`, all of which a job has. Fields need `jobs:input`, unless they are public. The latest made come first, or with `status=failed` alone the latest failure.",
      examples: [{ order: "A-17" }],
    }),
  created_from: QueryTime.transform(epochMs)
    .optional()
    .describe("Only with `where`: when the job was made. `created_from` is inclusive, `created_to` is exclusive."),
  created_to: QueryTime.transform(epochMs).optional(),
  from: QueryTime.transform(epochMs)
    .optional()
    .describe(
      "Compared with `due_at` while a job is pending, and with `finished_at` afterwards. `from` is inclusive, `to` is exclusive. Paused jobs sort after all others.",
    ),
  to: QueryTime.transform(epochMs).optional(),
  order: z.enum(["asc", "desc"]).default("desc"),
  limit: Limit,
  cursor: Cursor.optional(),
})
  .refine(({ from = 0, to = Number.POSITIVE_INFINITY }) => !(from >= to), {
    path: ["to"],
    message: "must be after `from`",
  })
  .refine(({ created_from: from = 0, created_to: to = Number.POSITIVE_INFINITY }) => !(from >= to), {
    path: ["created_to"],
    message: "must be after `created_from`",
  })
  .refine(({ where, created_from }) => where !== undefined || created_from === undefined, {
    path: ["created_from"],
    message: "goes with `where` only",
  })
  .refine(({ where, created_to }) => where !== undefined || created_to === undefined, {
    path: ["created_to"],
    message: "goes with `where` only",
  })
  .refine(({ where, order }) => where === undefined || order === "desc", {
    path: ["order"],
    message: "must be `desc`, or left out, with `where`",
  });
export type ListParameters = z.output<typeof ListParameters>;
