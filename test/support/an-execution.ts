import type { Execution } from "../../lambdas/core/operations/execution.ts";
import { endlessRoom } from "../../lambdas/core/operations/memory.ts";
import type { ConsumerServices } from "../../lambdas/core/operations/services.ts";
import { aJob } from "./builders.ts";
import { fakeServices } from "./fakes/services.ts";

/** One attempt as the engine passes it to an executor, on fakes. `secrets` are the values of the catalog's references. */
export function anExecution({
  secrets = {},
  ...overrides
}: Partial<Omit<Execution, "secrets">> & { secrets?: Record<string, string> } = {}) {
  const services = fakeServices({ secrets });
  const job = overrides.job ?? aJob();
  return {
    job,
    input: {},
    variables: {},
    constants: {},
    event: { type: job.type },
    target: {},
    idempotencyKey: `${job.id}-${job.run}`,
    progress: undefined,
    signal: new AbortController().signal,
    deadline: (job.started_at ?? services.clock.now()) + job.timeout_ms,
    room: endlessRoom,
    secrets: services.secrets,
    blobs: services.blobs,
    clock: services.clock,
    log: services.log,
    ...overrides,
  } satisfies Execution;
}

/** The services of an executor that is called by itself: nothing is recorded, and nothing done afterwards. */
export const unclaimed = <S extends ConsumerServices>(services: S) => ({
  ...services,
  claim: { record: async () => {}, noteWaits: () => {}, whenRecorded: () => {} },
});
