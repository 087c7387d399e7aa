import type { Context, DynamoDBStreamEvent } from "aws-lambda";
import { withSafeErrors } from "../aws/lambda/with-safe-errors.ts";
import { invocationFields } from "../aws/log/log.ts";
import { IndexerEnv, readEnv } from "../aws/start/env.ts";
import { startIndexer } from "../aws/start/start-indexer.ts";
import { lazy } from "../core/kernel/lazy.ts";
import { loggingOf } from "../core/operations/log-fields.ts";
import { indexChanges } from "./index-changes.ts";

const start = lazy(() => startIndexer(readEnv(IndexerEnv)));

/** Keeps the index by which jobs are found, from the stream of the table. */
export const handler = async ({ Records }: DynamoDBStreamEvent, context?: Partial<Context>): Promise<void> => {
  const services = loggingOf(start(), invocationFields(context));
  await withSafeErrors(services.log, () => indexChanges(services, Records));
};
