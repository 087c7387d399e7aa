import { JobError } from "../../../core/job/job-error.ts";
import type { Execute, Execution } from "../../../core/operations/execution.ts";
import type { FunctionInput } from "./definition.ts";
import { callHttp } from "./http.ts";
import { callLambda, lambdaClients } from "./lambda.ts";
import { Callee, type FunctionTarget } from "./target.ts";

/** Executes function jobs with these clients, one a region. */
export const functionExecutor =
  (clients = lambdaClients()): Execute =>
  async (execution) => {
    const callee = calleeOf(execution);
    const payload = JSON.stringify((execution.input as FunctionInput).payload);
    return callee.provider === "lambda"
      ? callLambda(clients, callee, payload, execution)
      : callHttp(clients, callee, payload, execution);
  };

export const execute = functionExecutor();

/** Parsed for its defaults: the catalog is kept as it is written. */
function calleeOf({ target, job, event }: Execution): Callee {
  const callee = Callee.safeParse((target as FunctionTarget).envs[job.env]);
  if (callee.success) return callee.data;
  const name = String(event.function);
  throw new JobError("CONFIGURATION_ERROR", `Function ${name} says nothing valid about env ${job.env}.`);
}
