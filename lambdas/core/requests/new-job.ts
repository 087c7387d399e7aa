import type { Job, Stored } from "../job/job.ts";
import { waiting } from "../job/transitions.ts";
import type { AcceptedRequest } from "./request.ts";

export interface Birth {
  id: string;
  /** Random: tells this write from any other that made an item of the same id. */
  writeId: string;
  now: number;
  input: Stored;
}

/** A job as it is first stored. */
export function newJob(request: AcceptedRequest, { id, writeId, now, input }: Birth): Job {
  return {
    id,
    product: request.product.tag,
    env: request.env,
    event: request.tag,
    type: request.event.type,
    ...(request.app !== undefined && { app: request.app }),
    input,
    status: waiting(request.due_at, now),
    run: 1,
    attempt: 1,
    due_at: request.due_at,
    scheduled_at: request.due_at,
    created_at: now,
    timeout_ms: request.timeout_ms,
    retries: request.retries,
    retry_policy: request.retry_policy,
    ...(request.repeat !== undefined && { repeat: request.repeat }),
    ...(request.expires_at !== undefined && { expires_at: request.expires_at }),
    ...(request.labels !== undefined && { labels: request.labels }),
    ...(request.step !== undefined && { parent: request.step.parent }),
    ...(request.task_token !== undefined && { task_tokens: [request.task_token] }),
    fingerprint: request.fingerprint,
    ...(request.request_id !== undefined && { request_id: request.request_id }),
    version: 1,
    write_id: writeId,
    claims: 0,
    attempts: [],
  };
}
