import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  Architecture,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { type Duration, RemovalPolicy } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type * as z from "zod";
import type { EnvOf } from "../../lambdas/aws/env.ts";
import { acknowledge } from "../acknowledge.ts";
import { type Capability, grant } from "../capability.ts";
import { readConfig } from "../config.ts";
import { entryCode } from "./entry-code.ts";

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
}

/** An entry of `lambdas/` as a function: runtime, bundle, logs and tracing are the same for all of them. */
export class EntryFunction<Env extends z.ZodObject> extends Construct {
  readonly lambda: LambdaFunction;

  constructor(scope: Construct, id: string, { entry, allow, ...props }: EntryFunctionProps<Env>) {
    super(scope, id);
    const logGroup = new LogGroup(this, "Logs", {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.lambda = new LambdaFunction(this, "Function", {
      ...props,
      code: entryCode(entry),
      handler: "index.handler",
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      role: this.role(logGroup, allow),
      tracing: readConfig(this.node).tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      // Without the lines of each start and end, which would be most of the bytes that logs are billed by.
      systemLogLevelV2: SystemLogLevel.WARN,
      environment: { ...props.environment, POWERTOOLS_SERVICE_NAME: entry, NODE_OPTIONS: "--enable-source-maps" },
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
