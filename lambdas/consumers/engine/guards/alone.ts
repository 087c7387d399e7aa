import { mayHaveCrashed } from "../../../core/job/transitions.ts";
import { type Guard, NotStarted } from "../context.ts";

/** Before the memory, since a job that has to be alone waits for the others, and they give theirs back. */
export const alone: Guard = async ({ engine, job, held }) => {
  const leave = await engine.batchmates.enter(mayHaveCrashed(job));
  if (leave) held.defer(leave);
  const why = "it or another job of its batch may have crashed a process, and runs alone";
  return leave ? undefined : new NotStarted(why, { delaySeconds: 2 });
};
