import type { Mutation } from "./mutation.ts";

const one = "core/operations/schedule-job.ts";
const many = "core/operations/schedule-jobs.ts";

/** Requests: recorded, then dispatched, and once for each idempotency key. And the reconciler, which repairs the rest. */
export const dispatching: Mutation[] = [
  {
    name: "dispatch: the next attempt before it is recorded",
    at: "consumers/engine/run-job.ts#runClaimed",
    find: "const recorded =",
    replace: `const early = transition(job); if (early.status === "scheduled") await dispatchFollowUps(services, early); const recorded =`,
  },
  {
    name: "dispatch: of a batch, its failures are swallowed",
    seed: 24,
    at: `${many}#scheduleJobs`,
    find: "if (lost.has(item)) await undispatched",
    replace: "if (lost.size < 0) await undispatched",
  },
  {
    name: "dispatch: a repeated request's word is taken for it",
    seed: 131,
    at: `${one}#undispatched`,
    find: "if (!hasStarted(held)) await dispatch(services, held);",
    replace: "",
    bug: "a request and its repetition were both refused by SQS, and one gave the receipt",
  },
  {
    name: "dispatch: schedules are named by their attempt alone",
    seed: 73,
    at: "core/operations/dispatch.ts#scheduleName",
    find: "-$" + "{due_at.toString(36)}",
    replace: "",
  },
  {
    name: "take-back: whatever write is there",
    at: `${one}#takeBack`,
    find: "services.jobs.remove(job)",
    replace: "services.jobs.remove((await services.jobs.get(job.id)) ?? job)",
  },
  {
    name: "take-back: none",
    at: `${one}#takeBack`,
    find: "return await services.jobs.remove(job);",
    replace: `return "removed";`,
  },
  {
    name: "batch: jobs that were not stored are accepted",
    at: `${many}#scheduleJobs`,
    find: "refused.has(item) ?",
    replace: "refused.size < 0 ?",
  },
  {
    name: "idempotency: the key is forgotten",
    at: `${one}#idOf`,
    find: "derivedJobId(product.tag, env, key)",
    replace: "newJobId()",
  },
  {
    name: "idempotency: a task that asks again is not answered",
    seed: 22,
    at: `${one}#repeated`,
    find: "await answering(services, existing, request.task_token)",
    replace: "existing",
  },
  {
    name: "idempotency: a job that was taken back answers for its successor",
    seed: 295,
    at: `${one}#repeated`,
    find: "if (current.created_at !== job.created_at) return repeated(services, current, request);",
    replace: "",
    bug: "a task that asked for a job which was taken back meanwhile was not known to the one that came after it",
  },
  {
    name: "request: another input is kept",
    at: `${one}#prepare`,
    find: "key, request.input,",
    replace: "key, { ...request.input, body: 0 },",
  },
  {
    name: "reconciler: never looks",
    at: "reconciler/reconcile.ts#reconcile",
    find: "while (open.length > 0 &&",
    replace: "while (open.length < 0 &&",
  },
  {
    name: "secrets: a log line says what an error says",
    at: "core/errors.ts#traceOf",
    find: "error_name: error.name,",
    replace: "error_name: error.message,",
  },
  {
    name: "secrets: a job says what an executor threw",
    at: "consumers/engine/attempt.ts#unexpected",
    find: `"The job failed unexpectedly; the consumer's log has the trace."`,
    replace: "String(cause)",
  },
];
