import { consumer } from "../consumer.ts";
import { noExecutor } from "../no-executor.ts";

export const handler = consumer("function", noExecutor);
