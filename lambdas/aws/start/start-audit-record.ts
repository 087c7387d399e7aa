import { KMSClient } from "@aws-sdk/client-kms";
import { S3Client } from "@aws-sdk/client-s3";
import { clientDefaults } from "../client/client-defaults.ts";
import { kmsSigner } from "../kms/signer.ts";
import { makeLog } from "../log/log.ts";
import { s3RecordFiles } from "../s3/record-files.ts";
import type { AuditRecordEnv } from "./env.ts";
import { systemClock } from "./system-clock.ts";

/** Connects the ports of the audit's record to their adapters. */
export const startAuditRecord = (env: AuditRecordEnv) => ({
  files: s3RecordFiles({ client: new S3Client(clientDefaults), bucket: env.AUDIT_BUCKET }),
  sign: kmsSigner({ client: new KMSClient(clientDefaults), keyId: env.AUDIT_KEY }),
  clock: systemClock,
  log: makeLog("audit-record"),
});
