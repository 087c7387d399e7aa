import * as z from "zod";
import { StepSchema } from "./progress.ts";

const StepMoveSchema = z
  .object({
    step: z.string().describe("The step, as `sequence.step`."),
    action: z
      .enum(["kept", "runs_again", "runs", "new", "dropped"])
      .describe(
        "`kept`: it has begun, and is not run again. `runs_again`: it has failed, and a retry of the run runs it again. `runs`: it has not begun. `new`: the run did not have it. `dropped`: the run has it no longer.",
      ),
    status: StepSchema.shape.status,
    changed: z
      .array(z.string())
      .exactOptional()
      .describe(
        "The fields that the two definitions do not have alike. A step that has begun has what it began with, of its event and its input too.",
      ),
  })
  .meta({ id: "StepMove", description: "What becomes of a step of a run that goes on by another definition." });

export const MigrationSchema = z
  .object({
    job_id: z.string(),
    from: z.string().describe("The id of the definition that the run has kept."),
    to: z.string().describe("The id of the one by which it goes on: the same if that is what the catalog says now."),
    steps: z
      .array(StepMoveSchema)
      .describe("The steps of the definition by which it goes on, in their order, and then those that are dropped."),
  })
  .meta({ id: "Migration", description: "What becomes of the run of a feature that goes on by another definition." });
