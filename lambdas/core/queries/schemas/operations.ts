import * as z from "zod";
import { ActorSchema } from "../../job/actor-schema.ts";
import { operationActions, operationReasons, operationStates } from "../../job/operation.ts";
import { jobStatuses } from "../../kernel/job-status.ts";
import { jobTypes } from "../../kernel/job-type.ts";
import { at } from "./at.ts";

export const OperationStateSchema = z
  .enum(operationStates)
  .describe(
    "`collecting`: it looks for its jobs. `ready`: it has found them. `canary`: it has changed a few of them, and looks what becomes of these. `running`: it changes the others. `done`; `stopped`, by a caller; `halted`, by itself; `refused`, before it changed any job.",
  );

const ReasonSchema = z
  .enum(operationReasons)
  .describe(
    "`CANARY_FAILED`, `CANARY_UNDECIDED`; `KEY_REVOKED`, `KEY_EXPIRED`, `SCOPE_NARROWED`, `PRODUCT_GONE`: its caller does not reach its jobs any more; `LIST_GONE`: its list is not kept any more; `OTHER_NUMBER`: it has found another number of jobs than it was to; `TOO_MANY`.",
  );

const FilterSchema = z
  .object({
    status: z.array(z.enum(jobStatuses)),
    type: z.array(z.enum(jobTypes)).exactOptional(),
    event: z.string().exactOptional(),
    label: z.string().exactOptional(),
    recurring: z.boolean().exactOptional(),
    waiting: z.boolean().exactOptional(),
    retrying: z.boolean().exactOptional(),
    cause: z.string().exactOptional().describe("The id of the cause for which its jobs have failed."),
    where: z
      .record(z.string(), z.string())
      .exactOptional()
      .describe(
        "The value of one field that its jobs have. `[sealed]` stands for one that is kept as a hash only, and `[redacted]` for one by which the key may not search.",
      ),
    from: at("Inclusive.").exactOptional(),
    until: at("Inclusive.").exactOptional(),
  })
  .describe("Which jobs. Of `retry` and `delete` none that has ended after it was made.");

export const OperationSchema = z
  .object({
    operation_id: z.string(),
    action: z.enum(operationActions),
    product_tag: z.string(),
    envs: z.array(z.string()).describe("The envs that its caller reached."),
    filter: FilterSchema,
    state: OperationStateSchema,
    matched: z.int().describe("How many jobs it has found; all of them from `ready` on."),
    changed: z.int().describe("How many of them it has changed, each once. Of `delete`: how many of them are gone."),
    unchanged: z.int().describe("How many of them were left as they were, because their state left nothing to do."),
    failed: z.int().describe("How many of them could not be changed."),
    remaining: z.int().describe("How many of them it has not come to."),
    reason: z.string().exactOptional(),
    rate_per_second: z.int().describe("How many jobs a second it changes at most."),
    start_at: at("When the first job is due, of `reschedule`.").exactOptional(),
    canary: z
      .object({
        count: z.int(),
        for_ms: z.int().describe("For how long it looks at them before it asks, in milliseconds."),
        max_failures: z.int(),
        until: at("Until when it looks at them.").exactOptional(),
      })
      .exactOptional()
      .describe("The jobs that it changes first."),
    expect: z.int().exactOptional().describe("How many jobs it must find."),
    dry_run: z.boolean().exactOptional().describe("It changes nothing."),
    sample: z
      .array(z.string())
      .describe("Up to ten of its jobs, chosen by chance: with a canary, those that it changes first."),
    paused: z
      .object({
        at: at("Since when."),
        why: ReasonSchema.exactOptional().describe("Absent: a caller wants it."),
        detail: z.string().exactOptional(),
      })
      .exactOptional()
      .describe("It waits for a caller to continue or stop it."),
    stopping: z
      .boolean()
      .exactOptional()
      .describe("It is being stopped: what it has begun is ended and counted first."),
    why: ReasonSchema.exactOptional().describe("Why it was halted or refused."),
    detail: z.string().exactOptional().describe("The same in words."),
    made_by: ActorSchema,
    created_at: at("When it was made."),
    collected_at: at("When it had found its jobs.").exactOptional(),
    ended_at: at("When it ended.").exactOptional(),
  })
  .meta({ id: "Operation", description: "A change of many jobs that goes on by itself." });

export const OperationListSchema = z
  .object({
    operations: z.array(OperationSchema),
    next_cursor: z.string().exactOptional().describe("The cursor of the next page; absent on the last page."),
  })
  .meta({ id: "OperationList" });

export const NotChangedSchema = z
  .object({
    job_id: z.string(),
    outcome: z
      .enum(["unchanged", "failed"])
      .describe("`unchanged`: its state left nothing to do. `failed`: it could not be changed."),
    code: z
      .string()
      .describe("A stable code.")
      .meta({ examples: ["STATE_CONFLICT"] }),
    detail: z.string(),
  })
  .meta({ id: "NotChanged", description: "A job that an operation has not changed, and why." });

export const NotChangedListSchema = z
  .object({
    jobs: z.array(NotChangedSchema),
    next_cursor: z.string().exactOptional().describe("The cursor of the next page; absent on the last page."),
  })
  .meta({ id: "NotChangedList" });
