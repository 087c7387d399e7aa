import { takesExpressions } from "../expressions/request-input.ts";
import { type Job, keptFields, type Stored } from "../job/job.ts";
import type { JobSearch } from "../job/job-search.ts";
import { spread } from "../job/series.ts";
import { debouncedStart } from "../job/shared-key.ts";
import { waiting } from "../job/transitions.ts";
import { defined, pick } from "../kernel/defined.ts";
import type { AcceptedRequest } from "./request.ts";

interface NewJobFields {
  id: string;
  /** A random id that distinguishes this write from any other that creates an item with the same id. */
  writeId: string;
  now: number;
  input: Stored;
  /** The values by which the job is found. */
  search?: JobSearch | undefined;
}

/** The job that an accepted request creates, in its first stored state. */
export function newJob(request: AcceptedRequest, { id, writeId, now, input, search }: NewJobFields): Job {
  const { debounce, unique, step, schedule, task_token } = request;
  if (request.session) throw new Error("the token of the session has not been checked");
  const repeat = request.repeat && spread(request.repeat, id);
  const asked = request.due_at + (repeat?.offset_ms ?? 0);
  const due_at = debounce ? debouncedStart(asked, debounce, now) : asked;
  return {
    id,
    product: request.product.tag,
    env: request.env,
    event: request.tag,
    type: request.event.type,
    input,
    status: waiting(due_at, now),
    run: 1,
    attempt: 1,
    due_at,
    scheduled_at: due_at,
    created_at: now,
    ...pick(request, keptFields),
    ...defined({
      session: request.kept_session,
      // A step has an input that its feature has resolved: it is data, whatever the event says.
      expressions: takesExpressions(request) && step === undefined ? true : undefined,
      search,
      redact: request.event.redact?.length ? request.event.redact : undefined,
      repeat,
      debounce: debounce && { key: debounce.key, until: now + debounce.max_wait, requests: 1 },
      unique: unique && { key: unique.key },
      parent: step?.parent,
      credentials: step?.credentials,
      approval: step?.approval,
      schedule: schedule && { name: schedule.name, fingerprint: schedule.fingerprint },
      task_tokens: task_token === undefined ? undefined : [task_token],
    }),
    fingerprint: request.fingerprint,
    version: 1,
    write_id: writeId,
    claims: 0,
    attempts: [],
  };
}
