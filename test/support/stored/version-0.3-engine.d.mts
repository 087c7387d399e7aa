import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { queueHandler as handlerOf } from "../../../lambdas/aws/lambda/queue-handler.ts";
import type { Job, JobMessage as Message } from "../../../lambdas/core/job/job.ts";
import type { Pin } from "../../../lambdas/core/limits/limit-rule.ts";
import type { Change } from "../../../lambdas/core/operations/change-job.ts";
import type { Execute } from "../../../lambdas/core/operations/execution.ts";
import type { JobStore } from "../../../lambdas/core/ports/ports.ts";

/*
 * What the bundle was made of, each under its name in
 *   lambdas/aws/dynamodb/{gates,job-store}.ts, lambdas/aws/lambda/queue-handler.ts, lambdas/consumers/engine/run-job.ts,
 *   lambdas/core/job/job.ts, lambdas/core/operations/{change-job,dispatch}.ts and lambdas/reconciler/{memory,reconcile}.ts.
 * Ports that have changed since are not described.
 */
interface Table {
  client: DynamoDBClient;
  table: string;
}

interface GatesThen {
  pin(limit: { product: string; env: string; limit: string }, pin: Pin): Promise<void>;
}

export declare const dynamoGates: (settings: Table) => GatesThen;
export declare const dynamoJobStore: (settings: Table & { retentionDays: number }) => JobStore;
export declare const queueHandler: typeof handlerOf;
export declare const runJob: (services: object, execute: Execute, message: Message, options: object) => Promise<void>;
export declare const JobMessage: Parameters<typeof handlerOf<never, Message>>[1];
export declare const cancel: (reason: string) => Change;
export declare const changeJob: (services: object, id: string, change: Change) => Promise<Job>;
export declare const reschedule: (to: { due_at?: number }) => Change;
export declare const dispatch: (services: object, job: Job) => Promise<void>;
export declare const newMemory: () => object;
export declare const reconcile: (services: object, graceMs?: number, memory?: object) => Promise<object>;
