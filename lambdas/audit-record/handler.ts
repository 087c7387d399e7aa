import type { Context, DynamoDBStreamEvent } from "aws-lambda";
import { withSafeErrors } from "../aws/lambda/with-safe-errors.ts";
import { invocationFields } from "../aws/log/log.ts";
import { AuditRecordEnv, readEnv } from "../aws/start/env.ts";
import { startAuditRecord } from "../aws/start/start-audit-record.ts";
import { recordFileOf, recordNameOf } from "../core/access/audit-record.ts";
import { lazy } from "../core/kernel/lazy.ts";
import { loggingOf } from "../core/operations/log-fields.ts";
import { signMinutes } from "../core/operations/sign-minutes.ts";
import { recordedLines } from "./recorded-lines.ts";

const start = lazy(() => startAuditRecord(readEnv(AuditRecordEnv)));

/** Records what the stream of the table says of the audit, or signs what has arrived: each minute, in an invocation without records. */
export const handler = async (event: Partial<DynamoDBStreamEvent>, context?: Partial<Context>): Promise<void> => {
  const services = loggingOf(start(), invocationFields(context));
  const { files, clock, log } = services;
  await withSafeErrors(log, async () => {
    if (!event.Records) return void (await signMinutes(services));
    const text = recordFileOf(recordedLines(event.Records));
    if (text !== "") await files.put(recordNameOf(text, clock.now()), text);
  });
};
