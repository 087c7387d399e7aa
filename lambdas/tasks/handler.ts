import { readEnv, TasksEnv } from "../aws/env.ts";
import { once } from "../aws/once.ts";
import { queueHandler } from "../aws/queue-handler.ts";
import { startTasks } from "../aws/start-tasks.ts";
import { TaskMessage } from "../core/task.ts";
import { about, answerTask } from "./answer.ts";

export const handler = queueHandler(
  once(() => startTasks(readEnv(TasksEnv))),
  TaskMessage,
  answerTask,
  about,
);
