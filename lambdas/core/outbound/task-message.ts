import * as z from "zod";
import type { Stored } from "../job/job.ts";
import { TaskToken } from "../job/task-token.ts";

const StoredValue: z.ZodType<Stored, Stored> = z.union([
  z.object({ blob: z.string(), bytes: z.int() }),
  z.object({ inline: z.unknown() }),
]);

/** How a job ended, for Step Functions. */
const Outcome = z.discriminatedUnion("status", [
  z.object({
    status: z.literal("completed"),
    result: StoredValue.optional(),
    /** The JSON pointers of what of the result is not shown. */
    redact: z.array(z.string()).optional(),
  }),
  z.object({ status: z.enum(["failed", "cancelled"]), error: z.string(), cause: z.string() }),
]);
export type Outcome = z.infer<typeof Outcome>;

/**
 * A queued message for Step Functions. It contains the whole outcome, so that the task gets its answer even if the job is
 * deleted right after its end.
 */
export const TaskMessage = z.discriminatedUnion("kind", [
  z.object({
    v: z.literal(1),
    kind: z.literal("outcome"),
    job_id: z.string(),
    tokens: z.array(TaskToken),
    outcome: Outcome,
  }),
  z.object({
    v: z.literal(1),
    kind: z.literal("heartbeat"),
    job_id: z.string(),
    token: TaskToken,
    /** The time that it is planned for, epoch milliseconds: the same in duplicates. Absent in messages of older versions. */
    at: z.int().optional(),
  }),
]);
export type TaskMessage = z.infer<typeof TaskMessage>;
