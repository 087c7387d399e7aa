import * as z from "zod";
import { at } from "./at.ts";
import { JobStatusSchema } from "./job.ts";
import { RunWaitSchema } from "./progress.ts";

const whysNotTaken = ["before_run", "other_payload", "taken", "not_seen"] as const;

const MessageSchema = z
  .object({
    signal: z.string(),
    id: z.string(),
    at: at("When it was accepted."),
    why: z
      .enum(whysNotTaken)
      .describe(
        "Why the run has not taken it. `before_run`: it came before the run was made. `other_payload`: its payload lacks what the run's definition declares. `taken`: another wait of the run has. `not_seen`: the run has not looked since.",
      ),
  })
  .meta({ id: "UntakenSignal" });

export const JobExplanationSchema = z
  .object({
    job_id: z.string(),
    status: JobStatusSchema,
    says: z.array(z.string()).describe("What it waits for, or how it has ended, in sentences."),
    waits: z
      .array(
        RunWaitSchema.extend({
          messages: z
            .array(MessageSchema)
            .exactOptional()
            .describe("The latest messages of its signals that the run has not taken, the last one first: at most 20."),
        }),
      )
      .exactOptional()
      .describe("The waits of a run of a feature, with what has come in vain."),
  })
  .meta({ id: "JobExplanation", description: "What a job waits for, and why." });
