import { devNull } from "node:os";
import { fileURLToPath } from "node:url";
import type {
  ApiEnv,
  ApproveEnv,
  AuthorizerEnv,
  CodeEnv,
  ConsumerEnv,
  DashboardEnv,
  EnvOf,
  IndexerEnv,
  IntakeEnv,
  LifecycleEnv,
  Queues,
  ReconcilerEnv,
  ScheduleRoles,
  SealEnv,
  SecretsEnv,
  TasksEnv,
  WebhooksEnv,
} from "../../lambdas/aws/start/env.ts";
import { schedulesOfCode, schedulesOff } from "../../lambdas/core/catalog/schedules.ts";
import { jobTypes } from "../../lambdas/core/job/job.ts";
import { jobEvents } from "../../lambdas/core/job/job-event.ts";
import { consumerName, dashboardFolder } from "../../lambdas/topology.ts";
import {
  account,
  apiKeySecret,
  approvalSecret,
  bucketName,
  codePrefix,
  dlqName,
  eventBusName,
  queueArn,
  queueName,
  region,
  scheduleGroup,
  tableName,
} from "./names.ts";
import { functionPlans } from "./plans.ts";

interface Endpoints {
  /** The gateway's. */
  api: string;
  dynamodb: string;
  sqsAndS3: string;
  scheduler: string;
  secrets: string;
  /** Where the code of the products runs. */
  code: string;
  events: string;
  /** Where e-mail by SES, text messages by SNS and calls of Step Functions are caught. */
  outbox: string;
  queueUrl: (name: string) => string;
  reconcileGraceMs: number;
  /** Whether the schedules of the catalog have jobs here. Default: no. */
  followSchedules?: boolean;
}

type LambdaEnv = EnvOf<typeof ApiEnv> &
  EnvOf<typeof ConsumerEnv> &
  Pick<EnvOf<typeof CodeEnv>, "CODE_PREFIX" | "CODE_ANSWER_QUEUE_URL"> &
  EnvOf<typeof ReconcilerEnv> &
  EnvOf<typeof SecretsEnv> &
  EnvOf<typeof AuthorizerEnv> &
  EnvOf<typeof DashboardEnv> &
  EnvOf<typeof ApproveEnv> &
  EnvOf<typeof SealEnv> &
  EnvOf<typeof IndexerEnv> &
  EnvOf<typeof IntakeEnv> &
  EnvOf<typeof LifecycleEnv> &
  EnvOf<typeof TasksEnv> &
  EnvOf<typeof WebhooksEnv>;

const secretsHint = "On this machine it is a line of .env.local, written as the reference names it: name#key=value.";

/**
 * What the stack puts into its functions' environments, and where the SDK finds the services on this machine. Settings that a
 * deployment may change have their defaults here.
 */
export function lambdaEnvironment(endpoints: Endpoints): NodeJS.ProcessEnv {
  const {
    api,
    dynamodb,
    sqsAndS3,
    scheduler,
    secrets,
    code,
    events,
    outbox,
    queueUrl,
    reconcileGraceMs,
    followSchedules,
  } = endpoints;
  const queues = jobTypes.map((type) => {
    const name = queueName(type);
    return [type, { url: queueUrl(name), arn: queueArn(name) }];
  });
  const roles = jobTypes.map((type) => [type, `arn:aws:iam::${account}:role/scheduler-${type}`]);
  const settings: LambdaEnv = {
    TABLE_NAME: tableName,
    BUCKET_NAME: bucketName,
    QUEUES: JSON.stringify(Object.fromEntries(queues) satisfies Queues),
    PUMP_QUEUE_URL: queueUrl(queueName("pump")),
    RELAY_QUEUE_URL: queueUrl(queueName("relay")),
    SCHEDULE_GROUP: scheduleGroup,
    SCHEDULE_ROLES: JSON.stringify(Object.fromEntries(roles) satisfies ScheduleRoles),
    SCHEDULE_DLQ_ARN: queueArn(dlqName("schedule")),
    API_KEY_SECRET: apiKeySecret,
    API_URL: api,
    APPROVAL_SECRET: approvalSecret,
    SEAL_SECRET: approvalSecret,
    EVENT_BUS_NAME: eventBusName,
    INTAKE_QUEUE_URL: queueUrl(queueName("intake")),
    INTAKE_DLQ_URL: queueUrl(dlqName("intake")),
    IMPORT_QUEUE_URL: queueUrl(queueName("imports")),
    // All transitions: they cost nothing here, and show what a deployment could publish.
    PUBLISH: jobEvents.join(","),
    NOTE_WAITS: "true",
    TASK_QUEUE_URL: queueUrl(queueName("tasks")),
    TASK_DLQ_URL: queueUrl(dlqName("tasks")),
    WEBHOOK_QUEUE_URL: queueUrl(queueName("webhooks")),
    WEBHOOK_DLQ_URL: queueUrl(dlqName("webhooks")),
    FEATURE_QUEUE_URL: queueUrl(queueName("feature")),
    LIFECYCLE_DLQ_URL: queueUrl(dlqName("lifecycle")),
    CODE_PREFIX: codePrefix,
    CODE_ANSWER_QUEUE_URL: queueUrl(queueName("answers")),
    // One process runs all the consumers: none may take more memory than the smallest has.
    MEMORY_MB: String(Math.min(...jobTypes.map((type) => functionPlans[consumerName(type)].memoryMb))),
    SECRETS_HINT: secretsHint,
    DASHBOARD_FOLDER: fileURLToPath(new URL(`../../${dashboardFolder.built}`, import.meta.url)),
    RECONCILE_GRACE_MS: String(reconcileGraceMs),
    SCHEDULES: followSchedules ? schedulesOfCode : schedulesOff,
  };
  return {
    ...withoutAws(process.env),
    ...settings,
    METRICS_NAMESPACE: "ductape-jobs-local",
    TZ: "UTC",
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
    AWS_ENDPOINT_URL_SQS: sqsAndS3,
    AWS_ENDPOINT_URL_SNS: outbox,
    AWS_ENDPOINT_URL_SESV2: outbox,
    AWS_ENDPOINT_URL_SFN: outbox,
    AWS_ENDPOINT_URL_S3: sqsAndS3,
    AWS_ENDPOINT_URL_SCHEDULER: scheduler,
    AWS_ENDPOINT_URL_EVENTBRIDGE: events,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets,
    AWS_ENDPOINT_URL_SSM: secrets,
    AWS_ENDPOINT_URL_LAMBDA: code,
    // Refuses every other service, so that no handler reaches a real one by accident.
    AWS_ENDPOINT_URL: secrets,
  };
}

/** The environment of the products' own code: as little of ours as it needs, and no AWS but the secrets here. */
export const codeEnvironment = (secrets: string): NodeJS.ProcessEnv => ({
  ...withoutAws(process.env),
  TZ: "UTC",
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: "local",
  AWS_SECRET_ACCESS_KEY: "local",
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_ENDPOINT_URL: secrets,
  SECRETS_HINT: secretsHint,
});

/** Without the developer's own AWS settings, and without options meant for the parent process. */
const withoutAws = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("AWS_") && name !== "NODE_OPTIONS"));
