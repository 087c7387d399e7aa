/* Made by `npm run generate` from the schemas in lambdas/ and the table of settings. Change those instead. */

import type { IKey } from "aws-cdk-lib/aws-kms";
import type { JobType } from "../../lambdas/core/job/job.ts";
import type { JobEventName } from "../../lambdas/core/job/job-event.ts";
import type { SignInIssuers } from "./sign-in.ts";

/** The settings of a deployment as typed props. Each is a setting `jobs:<name>` of the context too (docs/operations/settings.md). */
export interface JobsSettings {
  /**
   * Part of the stacks' names: deployments of different stages live side by side in an account and Region.
   * @default "prod"
   */
  stage?: string;
  /**
   * Days for which a finished job can be read. A lower number deletes older results above 4 KB within days, also of
   * jobs that have ended before, which stay listed until their former time. Whole number, 1 to 3650. See
   * docs/api.md#get-v1jobsid.
   * @default 30
   */
  retentionDays?: number;
  /**
   * Days for which the audit shows who has changed what. Whole number, 1 to 3650. See docs/operations/audit.md.
   * @default 400
   */
  auditDays?: number;
  /**
   * Days for which nobody can change or remove the signed record of the audit, which is kept beside it if this is
   * set. Days, 1 to 36500. See docs/operations/audit.md#the-record.
   * @default - none
   */
  auditLockDays?: number;
  /**
   * The KMS key that everything is encrypted with: `none` for AWS's own, `create` for a new one, or a key. The
   * policy of a key that the same app creates is extended. `none`, `create` or the ARN of a key. See
   * docs/operations/encryption.md.
   * @default "none"
   */
  kmsKey?: string | IKey;
  /**
   * Writes per second that the table accepts from the start, without scaling up to them. Whole number, 4000 to
   * 1000000. See docs/operations/quotas.md.
   * @default - none
   */
  warmWrites?: number;
  /**
   * The same for reads. Whole number, 12000 to 1000000.
   * @default - none
   */
  warmReads?: number;
  /**
   * The stream of a restored table, with which the service works in place of the table that it creates. ARN of a
   * table's stream. See docs/operations/restore.md.
   * @default - none
   */
  restoredStream?: string;
  /**
   * Consumers per job type that run at the same time, each with up to 10 jobs. Whole number, 2 to 1000.
   * @default 60
   */
  maxConcurrency?: number | PerType<number>;
  /**
   * How long a consumer may wait in process for a job's time, which is billed, instead of sending an early message
   * again. Milliseconds, 1000 to 20000.
   * @default 1000
   */
  longestWaitMs?: number;
  /**
   * How long before their time messages reach consumers, which hold them in process, billed. Seconds, 0 to 18. See
   * docs/operations/herds.md.
   * @default 0
   */
  holdSeconds?: number;
  /**
   * Schedules per second that EventBridge Scheduler starts in this account and Region: its quota "Invocations
   * throttle limit". Whole number, 1 to 1000000. See docs/operations/herds.md.
   * @default 1000
   */
  schedulerStartsPerSecond?: number;
  /**
   * Partitions of the index per product, env and phase to which jobs are written. Power of two, 8 to 256. See
   * docs/operations/herds.md.
   * @default 16
   */
  indexShards?: number;
  /**
   * Partitions that are read, at least as many; raised one deployment before `indexShards`, so that this one can be
   * rolled back. Power of two, 8 to 256. See docs/operations/herds.md.
   * @default 16
   */
  indexShardsRead?: number;
  /**
   * The transitions of jobs that are published on the bus; each event costs. List of transitions, or `none`. See
   * docs/events.md#the-bus.
   * @default - the final ones
   */
  publish?: readonly JobEventName[] | "none";
  /**
   * Who may call the API: bearers of a `key`, or AWS callers whose policies allow it (`iam`, SigV4). See
   * docs/operations/keys.md#iam-instead-of-keys.
   * @default "key"
   */
  auth?: "key" | "iam";
  /**
   * Who vouches for people, by OpenID Connect, and what people may do of whom it says what. List of issuers with
   * rules. See docs/operations/sign-in.md.
   * @default - none
   */
  signIn?: SignInIssuers;
  /**
   * How long API Gateway remembers the answer for a key: a revoked key may work that long. Seconds, 0 to 3600. See
   * docs/operations/keys.md#revoke-a-key.
   * @default 300
   */
  authCacheSeconds?: number;
  /**
   * Requests per second that the API accepts; what exceeds it is answered 429. Whole number, 1 to 10000.
   * @default 1000
   */
  rateLimit?: number;
  /**
   * Requests that it accepts at once in addition. Whole number, 1 to 5000.
   * @default 2000
   */
  burstLimit?: number;
  /**
   * Concurrent executions of the API function, reserved from what the account has. Whole number, 1 to 10000.
   * @default - none
   */
  apiConcurrency?: number;
  /**
   * How long a response may be held back while it waits for a job (`?wait`), however long its caller wants to wait.
   * Seconds, 1 to 25.
   * @default 25
   */
  longestHoldSeconds?: number;
  /**
   * Functions that the account runs at a time in the Region: Lambda's quota "Concurrent executions", 10 in many new
   * accounts. `ductape-jobs doctor` reads it. Whole number, 10 to 1000000.
   * @default - 1000
   */
  accountConcurrency?: number;
  /**
   * Approximate number of requests per key that may wait for jobs at the same time; 0 means no limit. Whole number,
   * 0 to 10000.
   * @default - a fifth of `accountConcurrency`
   */
  waitsPerKey?: number;
  /**
   * The largest file that may be uploaded; 5120 is what S3 accepts in one request. Mebibytes, 1 to 5120.
   * @default 1024
   */
  largestUploadMb?: number;
  /**
   * Origins of web pages that may call the API from a browser, and use the links to files that it answers. List of
   * origins, or `*`.
   * @default - none
   */
  corsOrigins?: readonly string[];
  /**
   * Whether the API serves the dashboard at `/`; with `iam` it cannot, since no key opens the page there.
   * @default - `true`, and `false` with `iam`
   */
  dashboard?: boolean;
  /**
   * Another domain name for the API, besides the one that AWS assigns. It needs `certificateArn`. Domain name.
   * @default - none
   */
  domainName?: string;
  /**
   * The certificate for that name, in the Region of the deployment. ARN of an ACM certificate.
   * @default - none
   */
  certificateArn?: string;
  /**
   * The lowest level that functions log; metrics are always logged.
   * @default "info"
   */
  logLevel?: "debug" | "info" | "warn" | "error";
  /**
   * How long logs are kept; one of the periods that CloudWatch Logs offers. Days, 1 to 3653: 1, 3, 5, 7, 14, 30, 60,
   * 90 ....
   * @default 30
   */
  logDays?: number;
  /**
   * `joined`: one of each kind, about 26 resources; `each`: one per queue, function and rule, about 74; `false`:
   * none, and no `alarmTopic`. `joined`, `each` or `false`.
   * @default - `joined`
   */
  alarms?: "joined" | "each" | false;
  /**
   * Where alarms are sent; the address must confirm once. E-mail address.
   * @default - none
   */
  alarmEmail?: string;
  /**
   * Whether X-Ray traces the functions.
   * @default false
   */
  tracing?: boolean;
  /**
   * Where the spans of jobs are exported to (OTLP/HTTP with JSON). Https URL. See docs/operations/traces.md#spans.
   * @default - none
   */
  otlpEndpoint?: string;
  /**
   * The secret of Secrets Manager that has the headers for it, as `name=value` with commas between them. Name of a
   * secret. See docs/operations/traces.md#spans.
   * @default - none
   */
  otlpSecret?: string;
  /**
   * The private subnets in which database actions run. List of subnet ids.
   * @default - none
   */
  subnetIds?: readonly string[];
  /**
   * Security groups that the database admits. List of security group ids.
   * @default - none
   */
  securityGroupIds?: readonly string[];
  /**
   * The VPC in which to create a security group if none is given. Id of a VPC.
   * @default - none
   */
  vpcId?: string;
  /**
   * Memory of the consumer of one job type; new accounts often allow 3008 at most. Megabytes, 128 to 10240.
   * @default - 512 for `storage`, 320 for `feature`, 256 for the others
   */
  memory?: PerType<number>;
  /**
   * Messages per invocation of one type's consumer; more than 10 are gathered for a second, by which jobs due now
   * are late. Whole number, 1 to 100.
   * @default - 10
   */
  batchSize?: PerType<number>;
  /**
   * Pollers of one type's queue that are always ready, and billed by the hour. Whole number, 2 to 200. See
   * docs/operations/herds.md.
   * @default - none
   */
  pollers?: PerType<number>;
}

/** A value for some of the job types. */
export type PerType<Value> = { [Type in JobType]?: Value };
