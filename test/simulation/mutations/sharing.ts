import type { Mutation } from "./mutation.ts";

const rules = "core/job/shared-key.ts";
const schedule = "core/operations/schedule-shared.ts";

/** Requests that share jobs by keys. Every eighth history has them. */
export const sharing: Mutation[] = [
  {
    name: "debounce: is put off beyond the longest wait",
    seed: 7,
    at: `${rules}#debouncedStart`,
    find: "Math.min(Math.max(asked, now + delay), first + max_wait)",
    replace: "Math.max(asked, now + delay)",
  },
  {
    name: "debounce: counts from when a message was sent, not from when it is handled",
    seed: 31,
    at: `${rules}#debouncedStart`,
    find: "Math.max(asked, now + delay)",
    replace: "asked",
    bug: "each message of a queue that was behind by the delay ran by itself",
  },
  {
    name: "debounce: is not put off",
    seed: 7,
    at: `${rules}#debounced`,
    find: "debouncedStart(made.due_at, debounce, now, job.created_at)",
    replace: "job.due_at",
  },
  {
    name: "debounce: runs with the first input",
    seed: 79,
    at: `${rules}#debounced`,
    find: "id: job.id,",
    replace: "id: job.id, input: job.input,",
  },
  {
    name: "debounce: a job that waits for its retry takes in requests",
    seed: 79,
    at: `${rules}#takesRequests`,
    find: "!hasBegun(job)",
    replace: "job.claims === 0",
  },
  {
    name: "debounce: a snoozed job takes in requests",
    seed: 1335,
    at: "core/job/transitions.ts#claimReturned",
    find: "job.debounce ? { ...others, debounce: { ...job.debounce, closed: true as const } } : others",
    replace: "others",
    bug: "a request was added to a snoozed job after its key had moved to another one, and ran twice",
  },
  {
    name: "debounce: a job is not dispatched for its new time",
    seed: 7,
    at: `${schedule}#moveDebounced`,
    find: "await dispatch(services, next);",
    replace: "",
  },
  {
    name: "unique: a running job makes room",
    seed: 23,
    at: `${rules}#holdsKey`,
    find: "!isFinished(job)",
    replace: `!isFinished(job) && job.status !== "running"`,
  },
  {
    name: "unique: the job of a request is not stored under the key's id",
    seed: 7,
    at: `${schedule}#makeSharedJob`,
    find: "{ ...made, id: next.job_id }",
    replace: "{ ...made }",
  },
  {
    name: "unique: cancels nothing",
    seed: 215,
    at: `${schedule}#replaceHolder`,
    find: "isFinished(job) ||",
    replace: "",
    also: [
      {
        at: `${schedule}#replaceHolder`,
        find: "return cancelled(job, now, replacedReason);",
        replace: `return "unchanged";`,
      },
    ],
  },
  {
    name: "shared key: moves whoever has moved it before",
    seed: 39,
    at: `${schedule}#makeSharedJob`,
    find: `until)) === "lost") return "retry"`,
    replace: `until)) === "never") return "retry"`,
  },
  {
    name: "shared key: a request that died before it was added counts as added",
    seed: 439,
    at: `${schedule}#hasRequest`,
    find: `as === "skipped" ||`,
    replace: "true ||",
  },
  {
    name: "shared key: a request that died is handled again",
    seed: 463,
    at: `${rules}#debounced`,
    find: ".slice(-keptRequests)",
    replace: ".slice(0, 1)",
  },
  {
    name: "unique: is skipped for a job that was read before the answer of a copy of the request",
    seed: 70201511,
    at: `${schedule}#oneRound`,
    find: "return { stale: before.stale };",
    replace: "making = { ...making, stale: before.stale };",
    bug: "of two copies of a request with an idempotency key one was skipped, and the other one made a job",
  },
];
