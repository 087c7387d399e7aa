import type * as z from "zod";
import { deployedKeyId } from "../access/calling-actor.ts";
import type { Caller, ChangedBy } from "../job/actor.ts";
import type { ActorSchema, ChangedBySchema } from "../job/actor-schema.ts";
import type { Job } from "../job/job.ts";
import { defined } from "../kernel/defined.ts";

type ActorView = z.infer<typeof ActorSchema>;

type Made = Pick<Job, "made_by" | "made_by_name" | "by" | "parent" | "schedule">;

/** Who made a job, and who changed it last. Absent where the job does not know: it was stored before jobs kept it. */
export const actorsShown = (job: Made) => defined({ made_by: makerOf(job), by: job.by && changerOf(job.by) });

const changerOf = ({ change, at, operation, ...caller }: ChangedBy): z.infer<typeof ChangedBySchema> => ({
  ...actorOf(caller),
  change,
  at,
  ...defined({ operation_id: operation }),
});

function makerOf({ made_by: actor, made_by_name: name, parent, schedule }: Made): ActorView | undefined {
  if (parent) return { kind: "parent", id: parent.message.job_id };
  if (schedule) return { kind: "schedule", name: schedule.name };
  return actor && actorOf({ actor, ...defined({ name }) });
}

/** The id of a key or an identity, or the name of a service, without what says which of these it is. */
export const actorId = (actor: string): string => actor.replace(/^\w+:/, "") || (actor === "k:" ? deployedKeyId : "");

export function actorOf({ actor, name }: Caller): ActorView {
  const [prefix, id = ""] = actor.split(/:(.*)/s);
  switch (prefix) {
    case "k":
      return { kind: "key", id: id || deployedKeyId, ...defined({ name }) };
    case "i":
      return { kind: "identity", id };
    case "s":
      return { kind: "service", name: id };
    case "alert":
      return { kind: "alert" };
    default:
      return { kind: "schedule" };
  }
}
