import { queueHandler } from "../aws/lambda/queue-handler.ts";
import { JobsEnv, readEnv } from "../aws/start/env.ts";
import { startPump } from "../aws/start/start-pump.ts";
import { catalog } from "../consumers/types/catalog.ts";
import { TickMessage } from "../core/flow/tick-message.ts";
import { tickLine } from "../core/operations/tick.ts";
import { lazy } from "../core/schema/lazy.ts";
import { tickFields } from "./tick-fields.ts";

const start = lazy(() => startPump(readEnv(JobsEnv), catalog));

export const handler = queueHandler(start, TickMessage, (services, tick) => tickLine(services, tick), tickFields);
