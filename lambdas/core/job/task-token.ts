import * as z from "zod";
import type { Job } from "./job.ts";

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html */
export const longestTaskToken = 2048;

export const TaskToken = z.string().min(1).max(longestTaskToken);

/**
 * How many task tokens a job answers. Step Functions gives each try of a state a new token, and a message with an earlier
 * one may still come late: it must not push out the newest.
 */
export const keptTokens = 3;

/** The job with this token among those that it answers. The same object if it has the token already, or there is none. */
export function withTaskToken(job: Job, token: string | undefined): Job {
  const { task_tokens = [] } = job;
  if (token === undefined || task_tokens.includes(token)) return job;
  return { ...job, task_tokens: [...task_tokens, token].slice(-keptTokens), version: job.version + 1 };
}
