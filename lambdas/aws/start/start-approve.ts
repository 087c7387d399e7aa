import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { JobMessage, JobType } from "../../core/job/job.ts";
import { keysIn } from "../../core/job/signed-token.ts";
import { clientDefaults } from "../client/client-defaults.ts";
import { dynamoApprovals } from "../dynamodb/approvals.ts";
import { dynamoAudit } from "../dynamodb/audit.ts";
import { dynamoJobStore } from "../dynamodb/job-store.ts";
import { dynamoSignals } from "../dynamodb/signals.ts";
import { makeLog } from "../log/log.ts";
import { sqsMessages } from "../sqs/message-queue.ts";
import type { ApproveEnv } from "./env.ts";
import { onlySecrets } from "./start-only-secrets.ts";
import { systemClock } from "./system-clock.ts";

/** How often the keys are read anew for tokens that none of the known ones has signed: guesses cost no call each. */
const freshEveryMs = 30_000;

/** Connects the ports of the pages of approvals to their adapters. It reads jobs, and writes none. */
export function startApprove(env: ApproveEnv) {
  const dynamo = { client: new DynamoDBClient(clientDefaults), table: env.TABLE_NAME };
  const features = sqsMessages<JobMessage>({ client: new SQSClient(clientDefaults), url: env.FEATURE_QUEUE_URL });
  const secrets = onlySecrets();
  let freshAt = 0;
  return {
    jobs: dynamoJobStore({ ...dynamo, retentionDays: 1 }),
    approvals: dynamoApprovals(dynamo),
    audit: dynamoAudit({ ...dynamo, days: env.AUDIT_DAYS }),
    signals: dynamoSignals(dynamo),
    queue: {
      sendMany: (_type: JobType, entries: Parameters<typeof features.sendMany>[0]) => features.sendMany(entries),
    },
    async keys({ fresh = false } = {}) {
      const now = systemClock.now();
      const isDue = fresh && now - freshAt >= freshEveryMs;
      if (isDue) freshAt = now;
      return keysIn(await secrets.resolve({ $secret: env.APPROVAL_SECRET }, { fresh: isDue }));
    },
    clock: systemClock,
    log: makeLog("approve"),
  };
}
