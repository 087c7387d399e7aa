import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  ApplicationLogLevel,
  Architecture,
  Function as LambdaFunction,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
  SystemLogLevel,
  Tracing,
} from "aws-cdk-lib/aws-lambda";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { type Duration, RemovalPolicy, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type * as z from "zod";
import type { EnvOf } from "../../../lambdas/aws/start/env.ts";
import { acknowledge } from "../../grants/acknowledge.ts";
import { type Capability, grant } from "../../grants/capability.ts";
import { type Config, readConfig } from "../../settings/config.ts";
import type { Network } from "../../settings/network.ts";
import { placeIn } from "../http/network.ts";
import { entryCode } from "./entry-code.ts";

export interface EntryFunctionProps<Env extends () => z.ZodObject> {
  /** The folder below `lambdas/` whose `handler.ts` exports `handler`. */
  entry: string;
  description: string;
  /** Everything that the entry reads; also what it has a default for, so that infra says it once and in one place. */
  environment: Required<EnvOf<Env>>;
  timeout: Duration;
  memorySize: number;
  /** How many of it run at a time at most, kept for it of what the account has. Absent: as many as there are. */
  reservedConcurrentExecutions?: number;
  /** What the function may do, beyond writing its own logs and traces. */
  allow: readonly Capability[];
  /** Absent: in no VPC of the team's. */
  network?: Network;
  /**
   * It wakes itself by design, through its own queue or another function's. Lambda counts the invocations that one event
   * has led to, by the trace header that the SDK sends along, and stops a function at the 17th unless it is told otherwise.
   * https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
   */
  loops?: true;
}

/** An entry of `lambdas/` as a function: runtime, bundle, logs and tracing are the same for all of them. */
export class EntryFunction<Env extends () => z.ZodObject> extends Construct {
  readonly lambda: LambdaFunction;
  /** The folder below `lambdas/` that it runs. */
  readonly entry: string;

  constructor(scope: Construct, id: string, { entry, allow, loops, network, ...props }: EntryFunctionProps<Env>) {
    super(scope, id);
    this.entry = entry;
    const { logLevel, logDays, tracing } = readConfig(this.node);
    const logGroup = new LogGroup(this, "Logs", {
      retention: logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = this.role(logGroup, allow);
    this.lambda = new LambdaFunction(this, "Function", {
      ...props,
      code: entryCode(entry),
      handler: "index.handler",
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      role,
      tracing: tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      recursiveLoop: loops ? RecursiveLoop.ALLOW : RecursiveLoop.TERMINATE,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      ...lambdaLevels(logLevel),
      environment: {
        ...props.environment,
        SERVICE_NAME: entry,
        LOG_LEVEL: logLevel.toUpperCase(),
        METRICS_NAMESPACE: metricsNamespace(this),
      },
    });
    acknowledge(this.lambda, {
      "Serverless-LambdaTracing":
        "X-Ray takes the first request of every second, which is all of a quiet system, and costs twice what a job does: a setting, jobs:tracing, switches it on.",
      "Serverless-LambdaDLQ":
        "It is for asynchronous invocations. Requests are answered with their error, queues and the stream have dead letters of their own, and the reconciler's next run does what a failed one did not.",
    });
    if (network) placeIn(this.lambda, role, network);
  }

  /** Feeds it from a queue, so many messages in a batch and so many batches at a time; it says which messages failed. */
  fedBy(queue: IQueue, maxConcurrency: number, batchSize = 10): void {
    this.lambda.addEventSource(new SqsEventSource(queue, { batchSize, reportBatchItemFailures: true, maxConcurrency }));
    acknowledge(this.lambda, {
      "Serverless-LambdaEventSourceMappingDestination":
        "SQS has no such destination: the queue's redrive policy moves what cannot be handled to its dead letters.",
    });
  }

  /** A role of its own: the managed policy that the CDK gives by default may write to every log group of the account. */
  private role(logGroup: LogGroup, allow: readonly Capability[]): Role {
    const role = new Role(this, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    logGroup.grantWrite(role);
    for (const capability of allow) grant(role, capability);
    acknowledge(role, {
      "AwsSolutions-IAM5[Resource::*]": "X-Ray's PutTraceSegments and PutTelemetryRecords know no narrower resource.",
    });
    return role;
  }
}

/** What our metrics of a deployment are found by. */
export const metricsNamespace = (scope: Construct): string => Stack.of(scope).stackName;

/**
 * What Lambda itself lets through. It takes a line of metrics for one of level INFO, so warnings only is the logger's
 * business, never Lambda's. Its own lines of each invocation's start and end would be most of the bytes that are billed.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
 */
const lambdaLevels = (level: Config["logLevel"]) => ({
  applicationLogLevelV2: level === "debug" ? ApplicationLogLevel.DEBUG : ApplicationLogLevel.INFO,
  systemLogLevelV2: level === "debug" ? SystemLogLevel.INFO : SystemLogLevel.WARN,
});
