import { queueHandler } from "../aws/lambda/queue-handler.ts";
import { readEnv, TasksEnv } from "../aws/start/env.ts";
import { startTasks } from "../aws/start/start-tasks.ts";
import { lazy } from "../core/kernel/lazy.ts";
import { TaskMessage } from "../core/outbound/task-message.ts";
import { answerTask, taskFields } from "./answer.ts";

const start = lazy(() => startTasks(readEnv(TasksEnv)));

export const handler = queueHandler(start, TaskMessage, answerTask, taskFields);
