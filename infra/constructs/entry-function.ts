import { fileURLToPath } from "node:url";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  ApplicationLogLevel,
  Architecture,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
  SystemLogLevel,
  Tracing,
} from "aws-cdk-lib/aws-lambda";
import { NodejsFunction, OutputFormat, SourceMapMode } from "aws-cdk-lib/aws-lambda-nodejs";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { type Duration, RemovalPolicy, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type * as z from "zod";
import type { EnvOf } from "../../lambdas/aws/env.ts";
import { acknowledge } from "../acknowledge.ts";
import { type Capability, grant } from "../capability.ts";
import { type Config, readConfig } from "../config.ts";
import type { Network } from "../settings/network.ts";
import { placeIn } from "./network.ts";

export interface EntryFunctionProps<Env extends z.ZodObject> {
  /** The folder below `lambdas/` whose `handler.ts` exports `handler`. */
  entry: string;
  description: string;
  /** Everything that the entry reads; also what it has a default for, so that infra says it once and in one place. */
  environment: Required<EnvOf<Env>>;
  timeout: Duration;
  memorySize: number;
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
export class EntryFunction<Env extends z.ZodObject> extends Construct {
  readonly lambda: NodejsFunction;

  constructor(scope: Construct, id: string, { entry, allow, loops, network, ...props }: EntryFunctionProps<Env>) {
    super(scope, id);
    const { logLevel, logDays } = readConfig(this.node);
    const logGroup = new LogGroup(this, "Logs", {
      retention: logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = this.role(logGroup, allow);
    this.lambda = new NodejsFunction(this, "Function", {
      ...props,
      entry: fileURLToPath(new URL(`../../lambdas/${entry}/handler.ts`, import.meta.url)),
      depsLockFilePath: fileURLToPath(new URL("../../package-lock.json", import.meta.url)),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      role,
      tracing: Tracing.ACTIVE,
      recursiveLoop: loops ? RecursiveLoop.ALLOW : RecursiveLoop.TERMINATE,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      ...lambdaLevels(logLevel),
      environment: {
        ...props.environment,
        POWERTOOLS_SERVICE_NAME: entry,
        POWERTOOLS_LOG_LEVEL: logLevel.toUpperCase(),
        POWERTOOLS_METRICS_NAMESPACE: metricsNamespace(this),
        NODE_OPTIONS: "--enable-source-maps",
      },
      awsSdkConnectionReuse: false,
      bundling,
    });
    if (network) placeIn(this.lambda, role, network);
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
 * business, never Lambda's; its own lines of each invocation's start and end go with the others.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
 */
const lambdaLevels = (level: Config["logLevel"]) => ({
  applicationLogLevelV2: level === "debug" ? ApplicationLogLevel.DEBUG : ApplicationLogLevel.INFO,
  systemLogLevelV2: level === "debug" || level === "info" ? SystemLogLevel.INFO : SystemLogLevel.WARN,
});

const bundling = {
  format: OutputFormat.ESM,
  minify: true,
  sourceMap: true,
  sourceMapMode: SourceMapMode.EXTERNAL,
  // Stack frames need names and lines only; the text of the sources would double what a cold start loads.
  sourcesContent: false,
  // The SDK of the runtime changes under us, and loading it from a bundle is faster.
  bundleAwsSDK: true,
  mainFields: ["module", "main"],
  // CommonJS dependencies inside an ES module still call `require` for Node's own modules.
  banner: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
};
