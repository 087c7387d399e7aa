import { queueHandler } from "../aws/lambda/queue-handler.ts";
import { readEnv, TasksEnv } from "../aws/start/env.ts";
import { startTasks } from "../aws/start/start-tasks.ts";
import { TaskMessage } from "../core/outbound/task-message.ts";
import { lazy } from "../core/schema/lazy.ts";
import { answerTask, messageFields } from "./answer.ts";

const start = lazy(() => startTasks(readEnv(TasksEnv)));

export const handler = queueHandler(start, TaskMessage, answerTask, messageFields);
