import { queueHandler } from "../aws/lambda/queue-handler.ts";
import { BulkEnv, readEnv } from "../aws/start/env.ts";
import { startBulk } from "../aws/start/start-bulk.ts";
import { catalog } from "../consumers/types/catalog.ts";
import { OperationMessage } from "../core/job/operation.ts";
import { lazy } from "../core/kernel/lazy.ts";
import { goOn } from "../core/operations/go-on.ts";

const start = lazy(() => startBulk(readEnv(BulkEnv), catalog));

export const handler = queueHandler(
  start,
  OperationMessage,
  (services, message) => goOn(services, message),
  ({ id, turn }) => ({ operation: id, turn }),
);
