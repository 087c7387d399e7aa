import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { CfnSecurityGroup, type ISecurityGroup, type IVpc, type SubnetSelection } from "aws-cdk-lib/aws-ec2";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  RecursiveLoop,
  Tracing,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { AssetHashType, BundlingOutput, DockerImage, Duration, RemovalPolicy, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { codePlan } from "../../../lambdas/topology.ts";
import { catalogContext } from "../../bundle/catalog-file.ts";
import { type CodeEntry, codeRoot } from "../../bundle/code-entries.ts";
import { extension } from "../../bundle/extension.ts";
import { accessGrants } from "../../grants/access-grants.ts";
import { acknowledge } from "../../grants/acknowledge.ts";
import { allow, grant } from "../../grants/capability.ts";
import { referenceAccess } from "../../grants/references.ts";
import { type Network, readConfig } from "../../settings/config.ts";
import { SetupError } from "../../settings/setup-error.ts";
import { placeIn } from "../http/network.ts";
import { lambdaLevels, node24 } from "./entry-function.ts";

/** How the code of a product runs. */
export interface CodeOptions {
  /**
   * Megabytes, which also decide how much processor time it has.
   * @default 512
   */
  memory?: number;
  /**
   * How long a call may take at most, up to 14 minutes and 10 seconds. The `timeout_ms` of each job ends it before that.
   * @default - 14 minutes and 10 seconds
   */
  timeout?: Duration;
  /**
   * Environment variables. What is secret belongs into a secret, which the function's entry in the catalog lists.
   * @default - none
   */
  env?: Readonly<Record<string, string>>;
  /**
   * The VPC to run in.
   * @default - none
   */
  vpc?: Pick<IVpc, "vpcId" | "selectSubnets">;
  /**
   * Which subnets of it.
   * @default - as for any function of the CDK: private ones, if it has any
   */
  vpcSubnets?: SubnetSelection;
  /**
   * Its security groups.
   * @default - one that is created in the VPC, which lets everything out and nothing in
   */
  securityGroups?: readonly ISecurityGroup[];
}

interface CodeFunctionProps {
  product: string;
  entries: readonly CodeEntry[];
  functionName: string;
  options?: CodeOptions | undefined;
  /** Where Lambda puts what becomes of calls for which nobody waits. */
  answers: IQueue | undefined;
  /** What the links to the code of earlier deployments begin with. Only this deployment can have written there. */
  codeFrom: string;
}

const script = fileURLToPath(new URL(`../../bundle/bundle-code-entry${extension}`, import.meta.url));

/**
 * The function that runs the code of one product: a role of its own, which may write its log and read the secrets that the functions' entries
 * list. Whatever else it needs, the app grants it.
 */
export class CodeFunction extends Construct {
  readonly lambda: LambdaFunction;
  /** What it has: functions, features or both. */
  readonly sections: ReadonlySet<CodeEntry["section"]>;

  constructor(
    scope: Construct,
    id: string,
    { product, entries, functionName, answers, codeFrom, options = {} }: CodeFunctionProps,
  ) {
    super(scope, id);
    this.sections = new Set(entries.map(({ section }) => section));
    const { logLevel, logDays, tracing } = readConfig(this.node);
    const { memory = codePlan.memoryMb, timeout = Duration.seconds(codePlan.timeoutSeconds), env = {} } = options;
    if (timeout.toSeconds() > codePlan.timeoutSeconds)
      throw new SetupError(`code.${product}: \`timeout\` is at most ${codePlan.timeoutSeconds} seconds.`, []);
    const logGroup = new LogGroup(this, "Logs", { retention: logDays, removalPolicy: RemovalPolicy.DESTROY });
    const role = new Role(this, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    logGroup.grantWrite(role);
    const references = referenceAccess(entries.map(({ secrets }) => secrets));
    for (const capability of accessGrants(Stack.of(this), `the code of ${product}`, references))
      grant(role, capability);
    this.lambda = new LambdaFunction(this, "Function", {
      functionName,
      description: `Runs the code of ${product}`,
      code: codeOf(product, entries, this.node.tryGetContext(catalogContext)),
      handler: "index.handler",
      runtime: node24,
      architecture: Architecture.ARM_64,
      memorySize: memory,
      timeout,
      role,
      tracing: tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      // The consumer calls it, its answer wakes the consumer, and that sends the message of the next run or attempt, which calls it again.
      recursiveLoop: answers ? RecursiveLoop.ALLOW : RecursiveLoop.TERMINATE,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      ...lambdaLevels(logLevel),
      environment: {
        ...env,
        // Errors are shown by the lines of the source.
        NODE_OPTIONS: [env.NODE_OPTIONS, "--enable-source-maps"].filter((part) => part !== undefined).join(" "),
        SERVICE_NAME: `code/${product}`,
        ...(this.sections.has("features") && { CODE_FROM: codeFrom }),
      },
    });
    acknowledge(role, {
      "AwsSolutions-IAM5[Resource::*]":
        "X-Ray's PutTraceSegments and PutTelemetryRecords support no narrower resource.",
    });
    acknowledge(this.lambda, {
      "Serverless-LambdaTracing": "The setting jobs:tracing switches X-Ray on, for all functions.",
      "Serverless-LambdaDLQ":
        "This dead-letter queue is for asynchronous invocations. What becomes of those is sent to the queue of answers, and the job has the outcome.",
    });
    if (answers) {
      grant(role, allow(["sqs:SendMessage"], [answers.queueArn]));
      // A second try would run beside the job's own. One that cannot begin within a minute fails, and its job is retried as it says.
      const destination = { bind: () => ({ destination: answers.queueArn }) };
      this.lambda.configureAsyncInvoke({
        ...{ retryAttempts: 0, maxEventAge: Duration.minutes(1) },
        ...{ onSuccess: destination, onFailure: destination },
      });
    }
    if (options.vpc) placeIn(this.lambda, role, this.network(product, { ...options, vpc: options.vpc }));
  }

  private network(
    product: string,
    { vpc, vpcSubnets, securityGroups }: CodeOptions & Required<Pick<CodeOptions, "vpc">>,
  ): Network {
    const own = () =>
      new CfnSecurityGroup(this, "SecurityGroup", {
        vpcId: vpc.vpcId,
        groupDescription: `Where the functions of ${product} call from`,
        securityGroupEgress: [{ ipProtocol: "-1", cidrIp: "0.0.0.0/0", description: "Whatever the code calls" }],
      }).attrGroupId;
    return {
      vpcId: vpc.vpcId,
      subnetIds: vpc.selectSubnets(vpcSubnets).subnetIds,
      securityGroupIds: securityGroups?.map(({ securityGroupId }) => securityGroupId) ?? [own()],
    };
  }
}

/** The bundle, made when the stack is synthesized and named by the hash of its content. */
const codeOf = (product: string, entries: readonly CodeEntry[], catalog: string | undefined): Code =>
  Code.fromAsset(dirname(catalog ?? `${codeRoot(catalog)}/products/index.ts`), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // The type requires an image. It never runs, because the local bundling below either succeeds or throws.
      image: DockerImage.fromRegistry("none"),
      // The CDK treats bundlings of the same folder with the same command as one.
      command: [product],
      outputType: BundlingOutput.NOT_ARCHIVED,
      local: {
        tryBundle(folder) {
          const args = [script, product, folder, ...(catalog === undefined ? [] : [catalog])];
          execFileSync(process.execPath, args, {
            input: JSON.stringify(entries),
            stdio: ["pipe", "inherit", "inherit"],
          });
          return true;
        },
      },
    },
  });
