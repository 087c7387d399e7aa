import type * as z from "zod";
import { isWaiting, type Job } from "../job/job.ts";
import type { LimitWaitSchema } from "./schemas/job.ts";

type LimitWait = z.infer<ReturnType<typeof LimitWaitSchema>>;

/** The start that a rate has given a job, while it waits for it. */
export function reservedWait(job: Job, now: number): LimitWait | undefined {
  const { reserved } = job;
  if (!reserved || !isWaiting(job) || reserved.until !== job.due_at || job.due_at <= now) return undefined;
  return { ...reserved.gate, since: reserved.since, starts_at: reserved.until };
}
