import type {
  AuthorizerEnv,
  ConsumerEnv,
  EnvOf,
  IntakeEnv,
  LifecycleEnv,
  ReconcilerEnv,
  TasksEnv,
} from "../../lambdas/aws/env.ts";
import { queuesAt } from "../../test/support/aws/queues.ts";

const settings: EnvOf<typeof ConsumerEnv> &
  EnvOf<typeof ReconcilerEnv> &
  EnvOf<typeof LifecycleEnv> &
  EnvOf<typeof IntakeEnv> &
  EnvOf<typeof TasksEnv> &
  EnvOf<typeof AuthorizerEnv> = {
  TABLE_NAME: "jobs",
  BUCKET_NAME: "blobs",
  RETENTION_DAYS: "30",
  QUEUES: JSON.stringify(queuesAt("http://127.0.0.1:9")),
  SCHEDULE_GROUP: "jobs",
  SCHEDULE_ROLE_ARN: "role",
  SCHEDULE_DLQ_ARN: "dlq",
  LONGEST_WAIT_MS: "1000",
  RECONCILE_GRACE_MS: "60000",
  EVENT_BUS_NAME: "jobs",
  PUBLISH: "completed,failed,cancelled",
  API_KEY_SECRET: "key",
  TASK_QUEUE_URL: "http://127.0.0.1:9/tasks",
  INTAKE_QUEUE_URL: "http://127.0.0.1:9/intake",
  INTAKE_DLQ_URL: "http://127.0.0.1:9/intake-dlq",
  IMPORT_QUEUE_URL: "http://127.0.0.1:9/import",
};

/** What a function finds in its environment; AWS is a port that nobody listens at, so that what calls it fails at once. */
export const environment = {
  PATH: process.env.PATH,
  ...settings,
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "bench",
  AWS_SECRET_ACCESS_KEY: "bench",
  AWS_ENDPOINT_URL: "http://127.0.0.1:9",
  AWS_MAX_ATTEMPTS: "1",
};
