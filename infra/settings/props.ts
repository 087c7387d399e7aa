import type { ICertificate } from "aws-cdk-lib/aws-certificatemanager";
import type { ISecurityGroup, IVpc, SubnetSelection } from "aws-cdk-lib/aws-ec2";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { JobType } from "../../lambdas/core/job/job.ts";
import type { JobEventName } from "../../lambdas/core/job/job-event.ts";
import { given } from "../../lambdas/core/kernel/given.ts";

/** The settings of a deployment as typed props. Each is a setting `jobs:<name>` of the context too (docs/operations/settings.md). */
export interface JobsSettings {
  /**
   * Distinguishes deployments in the same account and Region, where their stacks do not.
   * @default "prod"
   */
  stage?: string;
  /**
   * Days for which a finished job can be read, 1 to 3650.
   * @default 30
   */
  retentionDays?: number;
  /**
   * Consumers of one type that run at the same time, each with up to 10 jobs, 2 to 1000: for all types, or for some.
   * @default 60
   */
  maxConcurrency?: number | PerType<number>;
  /**
   * Megabytes of memory of the consumers of some types, 128 to 10240.
   * @default 512 for `storage`, 256 for the others
   */
  memory?: PerType<number>;
  /**
   * Messages per invocation of the consumers of some types, 1 to 100. More than 10 are gathered for a second.
   * @default 10
   */
  batchSize?: PerType<number>;
  /**
   * Pollers of some types' queues that are always ready, 2 to 200. They are billed by the hour.
   * @default - Lambda scales them by itself
   */
  pollers?: PerType<number>;
  /**
   * Milliseconds that a consumer may wait in process for a job's time, 1000 to 20000. They are billed.
   * @default 1000
   */
  longestWaitMs?: number;
  /**
   * Seconds before their time at which messages come back to consumers, which hold them in process, 0 to 18. They are billed.
   * @default 0
   */
  holdSeconds?: number;
  /**
   * Schedules that EventBridge Scheduler starts per second in this account and Region: its quota "Invocations throttle limit".
   * @default 1000
   */
  schedulerStartsPerSecond?: number;
  /**
   * Partitions of the index per product, env and phase to which jobs are written: a power of two from 8 to 256.
   * @default 16
   */
  indexShards?: number;
  /**
   * Partitions of the index that are read. To be raised one deployment before `indexShards`, so that this one can be rolled back.
   * @default - 16, or `indexShards` if that is more
   */
  indexShardsRead?: number;
  /**
   * The transitions of jobs that are published to the bus; each event costs.
   * @default - those that end a job
   */
  publish?: readonly JobEventName[] | "none";
  /**
   * Whether X-Ray traces the functions.
   * @default false
   */
  tracing?: boolean;
  /**
   * The lowest level that functions log.
   * @default "info"
   */
  logLevel?: "debug" | "info" | "warn" | "error";
  /**
   * Days that logs are kept: one of the numbers that CloudWatch Logs accepts.
   * @default 30
   */
  logDays?: number;
  /**
   * The alarms: `joined`, one of each kind, about 26 resources; `each`, one per queue, function and rule, about 74; `false` for none, if
   * the app has its own. Without them there is no `alarmTopic`.
   * @default "joined"
   */
  alarms?: "joined" | "each" | false;
  /**
   * The address that receives the alarms.
   * @default - nobody; subscribe to `alarmTopic`
   */
  alarmEmail?: string;
  /**
   * The ARN of the stream of a restored table, with which the service works instead of its own (docs/operations/restore.md).
   * @default - its own table
   */
  restoredStream?: string;
  /**
   * Reads per second that the table accepts from the start, 12000 to 1000000.
   * @default - what AWS gives a new table
   */
  warmReads?: number;
  /**
   * Writes per second that the table accepts from the start, 4000 to 1000000.
   * @default - what AWS gives a new table
   */
  warmWrites?: number;
  /**
   * The KMS key for everything that is stored: `none` for AWS's own, `create` for a new one, or a key or its ARN. The policy of a key
   * that the same app creates is extended as it has to be (docs/operations/encryption.md).
   * @default "none"
   */
  kmsKey?: string | IKey;
  /**
   * Who may call the API: bearers of a `key`, or AWS callers whose policies allow it (`iam`, SigV4).
   * @default "key"
   */
  auth?: "key" | "iam";
  /**
   * Seconds for which API Gateway caches the answer to a key, 0 to 3600: a revoked key may work that long.
   * @default 300
   */
  authCacheSeconds?: number;
  /**
   * Origins of web pages that may call the API from a browser.
   * @default - none
   */
  corsOrigins?: readonly string[];
  /**
   * Requests per second that the API accepts, 1 to 10000; the rest are answered with 429.
   * @default 1000
   */
  rateLimit?: number;
  /**
   * Requests at once that it accepts beyond that, 1 to 5000.
   * @default 2000
   */
  burstLimit?: number;
  /**
   * Mebibytes of the largest file that a caller may upload, 1 to 5120.
   * @default 1024
   */
  largestUploadMb?: number;
  /**
   * Instances of the API's function that may run at the same time, reserved from the account's concurrency.
   * @default - no limit and no reserve
   */
  apiConcurrency?: number;
  /**
   * Seconds for which an answer waits for a job at most, 1 to 25.
   * @default 25
   */
  longestHoldSeconds?: number;
  /**
   * How many functions the account runs at a time in this Region: Lambda's quota "Concurrent executions", 10 in many new accounts.
   * `ductape-jobs doctor` reads it.
   * @default 1000
   */
  accountConcurrency?: number;
  /**
   * Requests of one key that may wait for jobs at the same time, approximately; 0 for any number.
   * @default - a fifth of `accountConcurrency`
   */
  waitsPerKey?: number;
  /**
   * Whether the API serves the dashboard at `/`.
   * @default - true with `auth: "key"`; with `iam` there is none
   */
  dashboard?: boolean;
  /**
   * A domain name for the API, in addition to the one that AWS assigns. It needs `certificateArn`.
   * @default - none
   */
  domainName?: string;
  /**
   * The ARN of the certificate of that name, in the Region of the deployment.
   * @default - none
   */
  certificateArn?: string;
  /**
   * The VPC in which a security group for the consumer of database actions is created, if none is named.
   * @default - none
   */
  vpcId?: string;
  /**
   * The subnets in which the consumer of database actions runs.
   * @default - it runs outside of any VPC
   */
  subnetIds?: readonly string[];
  /**
   * The security groups of the consumer of database actions.
   * @default - one that is created in `vpcId`
   */
  securityGroupIds?: readonly string[];
}

/** Constructs of the app, for settings that name such a resource. */
export interface AppResources {
  /**
   * The certificate of `domainName`, instead of `certificateArn`.
   * @default - none
   */
  certificate?: ICertificate;
  /**
   * The VPC in which the consumer of database actions runs, instead of `vpcId` and `subnetIds`.
   * @default - none
   */
  vpc?: Pick<IVpc, "vpcId" | "selectSubnets">;
  /**
   * Which subnets of `vpc`.
   * @default - as for any function of the CDK: private ones, if it has any
   */
  vpcSubnets?: SubnetSelection;
  /**
   * The security groups of the consumer of database actions, instead of `securityGroupIds`.
   * @default - one that is created in the VPC
   */
  securityGroups?: readonly ISecurityGroup[];
}

/** Constructs as the settings that name them. A setting that is given itself takes precedence. */
export const withoutResources = ({
  kmsKey,
  certificate,
  vpc,
  vpcSubnets,
  securityGroups,
  ...settings
}: JobsSettings & AppResources): Omit<JobsSettings, "kmsKey"> & { kmsKey?: string } => ({
  ...(kmsKey !== undefined && { kmsKey: typeof kmsKey === "string" ? kmsKey : kmsKey.keyArn }),
  ...(certificate && { certificateArn: certificate.certificateArn }),
  ...(vpc && { vpcId: vpc.vpcId, subnetIds: vpc.selectSubnets(vpcSubnets).subnetIds }),
  ...(securityGroups && { securityGroupIds: securityGroups.map(({ securityGroupId }) => securityGroupId) }),
  ...given(settings),
});

/** A value for some of the job types. */
export type PerType<Value> = { [Type in JobType]?: Value };

/** The settings as context: `maxConcurrency: { storage: 5 }` is `jobs:maxConcurrency.storage`. */
export const contextOf = (settings: JobsSettings): [key: string, value: unknown][] =>
  Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .flatMap(([name, value]): [string, unknown][] =>
      typeof value === "object" && !Array.isArray(value)
        ? Object.entries(value).map(([type, one]) => [`jobs:${name}.${type}`, one])
        : [[`jobs:${name}`, value]],
    );
