import { queueHandler } from "../aws/lambda/queue-handler.ts";
import { JobsEnv, readEnv } from "../aws/start/env.ts";
import { startPump } from "../aws/start/start-pump.ts";
import { catalog } from "../consumers/types/catalog.ts";
import { lazy } from "../core/kernel/lazy.ts";
import { TickMessage } from "../core/limits/pump.ts";
import { tickLine } from "../core/operations/tick.ts";
import { tickFields } from "./tick-fields.ts";

const start = lazy(() => startPump(readEnv(JobsEnv), catalog));

export const handler = queueHandler(start, TickMessage, (services, tick) => tickLine(services, tick), tickFields);
