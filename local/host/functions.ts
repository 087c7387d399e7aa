import { type JobType, jobTypes } from "../../lambdas/core/job/job.ts";
import { consumerTimeoutMs, intakeTimeoutMs, outboundTimeoutMs } from "../queues/queue-plans.ts";
import type { OutboundQueue } from "../runtime/names.ts";

/** The Lambda functions of the stack by the name they are invoked by here. */
export type FunctionName = "api" | "authorizer" | "reconciler" | "lifecycle" | "intake" | OutboundQueue | JobType;

export interface FunctionSettings {
  /** From the root of the repository. */
  entry: string;
  timeoutMs: number;
  memoryMb: number;
}

export const functions: Record<FunctionName, FunctionSettings> = {
  api: { entry: "lambdas/api/handler.ts", timeoutMs: 29_000, memoryMb: 512 },
  authorizer: { entry: "lambdas/authorizer/handler.ts", timeoutMs: 10_000, memoryMb: 256 },
  reconciler: { entry: "lambdas/reconciler/handler.ts", timeoutMs: 55_000, memoryMb: 256 },
  lifecycle: { entry: "lambdas/lifecycle/handler.ts", timeoutMs: 60_000, memoryMb: 256 },
  webhooks: { entry: "lambdas/webhooks/handler.ts", timeoutMs: outboundTimeoutMs.webhooks, memoryMb: 256 },
  intake: { entry: "lambdas/intake/handler.ts", timeoutMs: intakeTimeoutMs, memoryMb: 512 },
  tasks: { entry: "lambdas/tasks/handler.ts", timeoutMs: outboundTimeoutMs.tasks, memoryMb: 256 },
  ...(Object.fromEntries(
    jobTypes.map((type) => [
      type,
      { entry: `lambdas/consumers/types/${type}/handler.ts`, timeoutMs: consumerTimeoutMs(type), memoryMb: 256 },
    ]),
  ) as Record<JobType, FunctionSettings>),
};

/** Runs a handler with an event; rejects with what it threw, or when it takes longer than its function may. */
export type Invoke = (name: FunctionName, event: unknown) => Promise<unknown>;
