import { readEnv, TasksEnv } from "../aws/env.ts";
import { queueHandler } from "../aws/queue-handler.ts";
import { startTasks } from "../aws/start-tasks.ts";
import { once } from "../core/once.ts";
import { TaskMessage } from "../core/task-message.ts";
import { about, answerTask } from "./answer.ts";

const start = once(() => startTasks(readEnv(TasksEnv)));

export const handler = queueHandler(start, TaskMessage, answerTask, about);
