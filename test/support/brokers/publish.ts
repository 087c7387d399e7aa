import { execute, type PublishResult } from "../../../lambdas/consumers/types/publish/execute.ts";
import type { Publication } from "../../../lambdas/consumers/types/publish/message.ts";
import type { Execute } from "../../../lambdas/core/operations/execution.ts";
import { anExecution, failureOf as failed, secretsOf } from "../executors/execution.ts";

export interface Asked {
  place: object;
  input?: Partial<Publication>;
  /** By the names that `referenceName` gives them. */
  secrets?: Record<string, string>;
  signal?: AbortSignal;
  clock?: Parameters<typeof anExecution>[0] extends infer O ? (O extends { clock?: infer C } ? C : never) : never;
  execute?: Execute;
  idempotencyKey?: string;
}

/** Runs one attempt of a job that publishes to the topic `orders` of a broker. */
export async function publishTo({
  place,
  input,
  secrets = {},
  execute: run = execute,
  ...more
}: Asked): Promise<PublishResult> {
  const execution = anExecution({
    event: { type: "publish", broker: "shop", topic: "orders" },
    target: { envs: { dev: place } },
    input: { message: { id: 1 }, ...input },
    secrets: secretsOf(secrets),
    ...Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined)),
  });
  return (await run(execution)) as PublishResult;
}

/** The code and the message of a failure, and whether it is retried. */
export async function failureOf(
  asked: Asked,
): Promise<{ code: string; message: string; retryable: boolean; shown: string }> {
  const error = await failed(publishTo(asked));
  const { code, message, retryable, cause } = error;
  return { code, message, retryable, shown: `${message} ${String(cause)} ${String(error.stack)}` };
}
