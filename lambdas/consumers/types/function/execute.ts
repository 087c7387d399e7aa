import { JobError } from "../../../core/job/job-error.ts";
import { defineExecutor, type ExecutionOf } from "../define-job-type.ts";
import { cloudFunction } from "./definition.ts";
import { callHttp } from "./http.ts";
import { callLambda, lambdaClients } from "./lambda.ts";
import { Callee } from "./target.ts";

/** Executes function jobs with these clients, one per region. */
export const functionExecutor = (clients = lambdaClients()) =>
  defineExecutor(cloudFunction, async (execution) => {
    const callee = calleeOf(execution);
    const { payload: given } = execution.input;
    const payload = given === undefined ? undefined : JSON.stringify(given);
    return callee.provider === "lambda"
      ? callLambda(clients, callee, payload, execution)
      : callHttp(clients, callee, payload, execution);
  });

export const execute = functionExecutor();

/** Parsed here for the defaults, because the catalog is kept unparsed. */
function calleeOf({ target, job, event }: ExecutionOf<typeof cloudFunction>): Callee {
  const callee = Callee.safeParse(target.envs[job.env]);
  if (callee.success) return callee.data;
  throw new JobError("CONFIGURATION_ERROR", `Function ${event.function} has no valid settings for env ${job.env}.`);
}
