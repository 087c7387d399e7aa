import * as z from "zod";
import { changeNames } from "./actor.ts";

const actorFields = {
  kind: z
    .enum(["key", "identity", "service", "schedule", "parent", "alert"])
    .describe(
      "An API key, an IAM identity, a service of AWS that brought the request, a schedule of the catalog, the feature of which the job is a step, or an alert of the catalog.",
    ),
  id: z
    .string()
    .exactOptional()
    .describe(
      "The id of the key, `deployed` for the one that the deployment created; of the identity, or of the feature's job.",
    ),
  name: z.string().exactOptional().describe("The name of the key, of the service, or of the schedule."),
};

export const ActorSchema = z.object(actorFields).meta({ id: "Actor", description: "Who made a job." });

export const ChangedBySchema = z
  .object({
    ...actorFields,
    change: z.enum(changeNames).describe("What was done to the job."),
    at: z.int().describe("When that was. Epoch milliseconds."),
    operation_id: z.string().exactOptional().describe("The operation on many jobs that has done it."),
  })
  .meta({ id: "ChangedBy", description: "The last change of a job by a caller, and not by its own execution." });
