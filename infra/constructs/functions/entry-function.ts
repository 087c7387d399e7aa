import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  ApplicationLogLevel,
  Architecture,
  CfnEventSourceMapping,
  Function as LambdaFunction,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
  RuntimeFamily,
  SystemLogLevel,
  Tracing,
} from "aws-cdk-lib/aws-lambda";
import { SqsEventSource, type SqsEventSourceProps } from "aws-cdk-lib/aws-lambda-event-sources";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Duration, RemovalPolicy } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type * as z from "zod";
import type { EnvOf } from "../../../lambdas/aws/start/env.ts";
import type { FunctionName, QueuePlan } from "../../../lambdas/topology.ts";
import { catalogContext } from "../../bundle/catalog-file.ts";
import { acknowledge } from "../../grants/acknowledge.ts";
import { type Capability, grant } from "../../grants/capability.ts";
import { type Config, type Network, readConfig } from "../../settings/config.ts";
import { functionPlans } from "../../settings/plans.ts";
import { deploymentName } from "../deployment-name.ts";
import { placeIn } from "../http/network.ts";
import { entryCode } from "./entry-code.ts";

interface EntryFunctionProps<Env extends () => z.ZodObject> {
  /** Which function of the topology it is: code, timeout and memory follow from that. */
  entry: FunctionName;
  description: string;
  /** Every variable that the entry reads, including those that have a default, so that infra states each of them once. */
  environment: Required<EnvOf<Env>>;
  /** Megabytes, where a setting overrides the topology. */
  memorySize?: number;
  /** How many instances may run at the same time, reserved from the account's concurrency. Absent: no limit and no reserve. */
  reservedConcurrentExecutions?: number;
  /** What the function may do, apart from writing its own logs and traces. */
  allow: readonly Capability[];
  /** The VPC to run in. Absent: none. */
  network?: Network;
  /**
   * The function wakes itself by design, through its own queue or another function. Lambda follows the chain of invocations
   * that one event causes, by the trace header that the SDK sends along, and stops it after about 16 unless this is set.
   * https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
   */
  loops?: true;
}

/** By its name, which older versions of the CDK do not know. */
export const node24 = new Runtime("nodejs24.x", RuntimeFamily.NODEJS);

/** An entry of `lambdas/` as a function: runtime, bundle, logs and tracing are the same for all of them. */
export class EntryFunction<Env extends () => z.ZodObject> extends Construct {
  readonly lambda: LambdaFunction;
  readonly entry: FunctionName;

  constructor(scope: Construct, id: string, { entry, allow, loops, network, ...props }: EntryFunctionProps<Env>) {
    super(scope, id);
    this.entry = entry;
    const { logLevel, logDays, tracing } = readConfig(this.node);
    const logGroup = new LogGroup(this, "Logs", {
      retention: logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = this.role(logGroup, allow);
    const { timeoutSeconds, memoryMb } = functionPlans[entry];
    this.lambda = new LambdaFunction(this, "Function", {
      memorySize: memoryMb,
      ...props,
      timeout: Duration.seconds(timeoutSeconds),
      code: entryCode(entry, this.node.tryGetContext(catalogContext)),
      handler: "index.handler",
      runtime: node24,
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
        "X-Ray samples the first request of every second, which is every request of a quiet system, and costs twice as much as a job: the setting jobs:tracing switches it on.",
      "Serverless-LambdaDLQ":
        "This dead-letter queue is for asynchronous invocations. HTTP requests receive their error, queues and the stream have dead-letter queues of their own, and the reconciler's next run makes up for a failed one.",
    });
    if (network) placeIn(this.lambda, role, network);
  }

  /** Feeds the function from a queue. The function reports which messages of a batch failed. */
  fedBy(queue: IQueue, plan: QueuePlan & { pollers?: number | undefined }): void {
    const { pollers, ...source } = sourceOf(plan);
    this.lambda.addEventSource(new SqsEventSource(queue, { reportBatchItemFailures: true, ...source }));
    const mapping = this.lambda.node.findAll().findLast((node) => node instanceof CfnEventSourceMapping);
    // Set on the resource: older versions of the CDK would pass over such a prop.
    if (pollers) mapping?.addPropertyOverride("ProvisionedPollerConfig", pollers);
    acknowledge(this.lambda, {
      "Serverless-LambdaEventSourceMappingDestination":
        "An SQS event source has no such destination: the queue's redrive policy moves what cannot be handled to its dead-letter queue.",
    });
  }

  /** A role of its own: the managed policy that the CDK attaches by default may write to every log group of the account. */
  private role(logGroup: LogGroup, allow: readonly Capability[]): Role {
    const role = new Role(this, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    logGroup.grantWrite(role);
    for (const capability of allow) grant(role, capability);
    acknowledge(role, {
      "AwsSolutions-IAM5[Resource::*]":
        "X-Ray's PutTraceSegments and PutTelemetryRecords support no narrower resource.",
    });
    return role;
  }
}

/** The most messages of a batch that needs no time to gather. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const largestPromptBatch = 10;
/** How many batches one poller of the provisioned mode has under way. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const batchesPerPoller = 10;

/** How an event source reads its queue. Pollers that are always ready exclude a maximum of batches, so theirs is limited instead. */
function sourceOf({
  batchSize,
  concurrency,
  pollers,
}: QueuePlan & { pollers?: number | undefined }): SqsEventSourceProps & {
  pollers?: { MinimumPollers: number; MaximumPollers: number };
} {
  const batch = { batchSize, ...(batchSize > largestPromptBatch && { maxBatchingWindow: Duration.seconds(1) }) };
  if (pollers === undefined) return { ...batch, maxConcurrency: concurrency };
  const most = Math.max(pollers, Math.ceil(concurrency / batchesPerPoller));
  return { ...batch, pollers: { MinimumPollers: pollers, MaximumPollers: most } };
}

/** The CloudWatch namespace of a deployment's own metrics. */
export const metricsNamespace = (scope: Construct): string => deploymentName(scope);

/**
 * What Lambda itself lets through. It classifies metric lines as INFO, so a higher level is left to our logger and never set
 * on Lambda. Lambda's own lines about the start and end of each invocation would be most of the bytes that are billed.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
 */
export const lambdaLevels = (level: Config["logLevel"]) => ({
  applicationLogLevelV2: level === "debug" ? ApplicationLogLevel.DEBUG : ApplicationLogLevel.INFO,
  systemLogLevelV2: level === "debug" ? SystemLogLevel.INFO : SystemLogLevel.WARN,
});
