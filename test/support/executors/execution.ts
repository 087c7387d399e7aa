import { type Reference, referenceName } from "../../../lambdas/core/catalog/references.ts";
import type { Job } from "../../../lambdas/core/job/job.ts";
import { JobError } from "../../../lambdas/core/job/job-error.ts";
import type { Execution } from "../../../lambdas/core/operations/execution.ts";
import { endlessRoom } from "../../../lambdas/core/operations/memory.ts";
import type { Log } from "../../../lambdas/core/ports/log.ts";
import { fakeBlobStore } from "../fakes/blob-store.ts";

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, measure() {} };

/** Secrets by the names that `referenceName` gives them. */
export const secretsOf = (values: Record<string, string>) => ({
  async resolve(reference: Reference) {
    const value = values[referenceName(reference)];
    if (value === undefined) throw new JobError("CONFIGURATION_ERROR", `${referenceName(reference)} has no value.`);
    return value;
  },
});

/** One attempt of a job in env `dev`, with real time. */
export function anExecution(overrides: Partial<Omit<Execution, "job">> & { job?: Partial<Job> } = {}): Execution {
  const { job: given, ...others } = overrides;
  const job = { id: "job_1", env: "dev", run: 1, attempt: 1, timeout_ms: 30_000, ...given } as Job;
  const clock = others.clock ?? { now: () => Date.now(), sleep: sleepUntilAborted };
  return {
    job,
    input: {},
    variables: {},
    constants: {},
    event: { type: "action" },
    target: {},
    idempotencyKey: "job_1-1",
    progress: undefined,
    signal: new AbortController().signal,
    deadline: (job.started_at ?? clock.now()) + job.timeout_ms,
    room: endlessRoom,
    secrets: secretsOf({}),
    blobs: fakeBlobStore(),
    clock,
    log: silent,
    ...others,
  };
}

const sleepUntilAborted = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => resolve(clearTimeout(timer)), { once: true });
  });

/** The JobError with which a promise rejects; anything else fails the test. */
export async function failureOf(promise: Promise<unknown>): Promise<JobError> {
  const error = await promise.then(
    () => new Error("it succeeded"),
    (thrown: unknown) => thrown,
  );
  if (error instanceof JobError) return error;
  throw error;
}
