import { execute } from "../../../lambdas/consumers/types/database_action/execute.ts";
import { secret } from "../../../lambdas/core/catalog/references.ts";
import type { Execution } from "../../../lambdas/core/operations/execution.ts";
import { endlessRoom } from "../../../lambdas/core/operations/memory.ts";
import { aJob } from "../builders.ts";
import { fakeBlobStore } from "../fakes/blob-store.ts";
import { fakeClock } from "../fakes/clock.ts";
import { fakeLog } from "../fakes/log.ts";
import { fakeSecrets } from "../fakes/secrets.ts";

export interface Asked {
  engine: string;
  action: object;
  data?: Record<string, unknown> | object[];
  filter?: Record<string, unknown>;
  /** The value of `secret("shop/db#url")`; without it the secret is absent. */
  url?: string;
  /** The env's settings, for engines that have no connection. */
  settings?: object;
  signal?: AbortSignal;
  clock?: ReturnType<typeof fakeClock>;
  /** The job's timeout_ms, from which the server's own time limit is derived. */
  timeoutMs?: number;
}

/** Executes one action as the consumer's engine would. */
export function runAction(asked: Asked): Promise<unknown> {
  const { engine, action, data, filter, url, settings } = asked;
  const connection = secret("shop/db#url");
  const job = aJob({ type: "database_action", timeout_ms: asked.timeoutMs ?? 10_000 });
  const clock = asked.clock ?? fakeClock();
  const execution: Execution = {
    job,
    input: { ...(data && { data }), ...(filter && { filter }) },
    variables: {},
    constants: {},
    event: { type: "database_action", database: "orders", action: "do" },
    target: { engine, envs: { prd: settings ?? { connection } }, actions: { do: action } },
    idempotencyKey: "job_1-1",
    progress: undefined,
    signal: asked.signal ?? new AbortController().signal,
    deadline: (job.started_at ?? clock.now()) + job.timeout_ms,
    room: endlessRoom,
    secrets: fakeSecrets(url === undefined ? {} : { "shop/db#url": url }),
    blobs: fakeBlobStore(),
    clock,
    log: fakeLog(),
  };
  return execute(execution);
}

/** The error that an action failed with; fails the test if the action succeeded. */
export const failureOf = (running: Promise<unknown>): Promise<unknown> =>
  running.then(
    (result) => Promise.reject(new Error(`did not fail: ${JSON.stringify(result)}`)),
    (error: unknown) => error,
  );
