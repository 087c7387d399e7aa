import * as z from "zod";
import type { Stored } from "../job/job.ts";
import { TaskToken } from "../job/task-token.ts";

const StoredValue: z.ZodType<Stored, Stored> = z.union([
  z.strictObject({ inline: z.unknown() }),
  z.strictObject({ blob: z.string(), bytes: z.int() }),
]);

/** How a job ended, as Step Functions is told. */
const Outcome = z.discriminatedUnion("status", [
  z.strictObject({ status: z.literal("completed"), result: StoredValue.optional() }),
  z.strictObject({ status: z.enum(["failed", "cancelled"]), error: z.string(), cause: z.string() }),
]);
export type Outcome = z.infer<typeof Outcome>;

/** What waits to be said to Step Functions. Whole: a job that is deleted right after its end is still answered for. */
export const TaskMessage = z.discriminatedUnion("kind", [
  z.strictObject({
    v: z.literal(1),
    kind: z.literal("outcome"),
    job_id: z.string(),
    tokens: z.array(TaskToken),
    outcome: Outcome,
  }),
  z.strictObject({
    v: z.literal(1),
    kind: z.literal("heartbeat"),
    job_id: z.string(),
    token: TaskToken,
    /** Epoch milliseconds for which it is planned: those that are doubled have the same. Absent in older ones. */
    at: z.int().optional(),
  }),
]);
export type TaskMessage = z.infer<typeof TaskMessage>;
