import type * as z from "zod";
import { isWaiting, type Job } from "../job/job.ts";
import type { LimitWaitSchema } from "./schemas/job.ts";

type LimitWait = z.infer<typeof LimitWaitSchema>;

/** The start that version 0.3 reserved for a job and moved it to, while it waits for it. Such a job stands in no line. */
export function reservedWait(job: Job, now: number): LimitWait | undefined {
  const { reserved } = job;
  if (!reserved || !isWaiting(job) || reserved.until !== job.due_at || job.due_at <= now) return undefined;
  return { ...reserved.gate, since: reserved.since, starts_at: reserved.until };
}
