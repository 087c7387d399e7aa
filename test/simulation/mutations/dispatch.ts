import type { Mutation } from "./mutation.ts";

const one = "core/operations/schedule-job.ts";
const many = "core/operations/schedule-requests.ts";

/** Requests, which are recorded, then dispatched, and once per idempotency key; and the reconciler, which repairs the rest. */
export const dispatching: Mutation[] = [
  {
    name: "dispatch: the next attempt is sent before it is recorded",
    at: "consumers/engine/run-job.ts#record",
    find: "const recorded =",
    replace: `const early = end(running.job); if (early.status === "scheduled") await followUps[0](running, { next: early }); const recorded =`,
  },
  {
    name: "dispatch: failures in a batch are swallowed",
    seed: 74,
    at: `${many}#scheduleJobs`,
    find: "if (lost.has(item)) await undispatched",
    replace: "if (lost.size < 0) await undispatched",
  },
  {
    name: "dispatch: a repeated request does not dispatch",
    seed: 661,
    at: `${one}#undispatched`,
    find: "if (!hasStarted(held)) await dispatch(services, held);",
    replace: "",
    bug: "a request and its repetition were both refused by SQS, and one gave the receipt",
  },
  {
    name: "dispatch: schedules are named by their attempt alone",
    seed: 162,
    at: "core/operations/dispatch.ts#scheduleName",
    find: "-$" + "{due_at.toString(36)}",
    replace: "",
  },
  {
    name: "take-back: a job that was written since is removed",
    at: `${one}#takeBack`,
    find: "services.jobs.remove(job)",
    replace: "services.jobs.remove((await services.jobs.get(job.id)) ?? job)",
  },
  {
    name: "take-back: a refused job stays",
    at: `${one}#takeBack`,
    find: "return await services.jobs.remove(job);",
    replace: `return "removed";`,
  },
  {
    name: "batch: jobs that were not stored are accepted",
    seed: 6,
    at: `${many}#scheduleJobs`,
    find: "refused.has(item) ?",
    replace: "refused.size < 0 ?",
  },
  {
    name: "idempotency: the key is forgotten",
    at: `${one}#newJobIdOf`,
    find: "derivedJobId(product.tag, env, key)",
    replace: "newJobId()",
  },
  {
    name: "idempotency: a task that repeats the request is not answered",
    seed: 22,
    at: `${one}#answeredAgain`,
    find: "await answering(services, existing, request.task_token)",
    replace: "existing",
  },
  {
    name: "request: another input is stored",
    at: `${one}#prepareJob`,
    find: "key, request.input,",
    replace: "key, { ...request.input, body: 0 },",
  },
  {
    name: "reconciler: never looks",
    at: "reconciler/scan.ts#scanCatalog",
    find: "while (looked < partitions.length &&",
    replace: "while (looked > partitions.length &&",
  },
  {
    name: "secrets: a log line contains an error's message",
    at: "core/kernel/errors.ts#traceOf",
    find: 'error_name: typeof name === "string" ? name : typeof name,',
    replace: "error_name: error.message,",
  },
  {
    name: "secrets: a job contains an executor's error message",
    at: "consumers/engine/attempt.ts#unexpected",
    find: `"The job failed unexpectedly; the consumer's log has the trace."`,
    replace: "String(cause)",
  },
];
