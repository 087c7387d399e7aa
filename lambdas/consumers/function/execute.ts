import { JobError } from "../../core/errors.ts";
import type { Execute } from "../../core/job-type.ts";
import type { FunctionInput, FunctionTarget } from "./definition.ts";
import { callHttp } from "./http.ts";
import { callLambda, lambdaClients } from "./lambda.ts";

/** Executes function jobs with these clients, one a region. */
export const functionExecutor =
  (clients = lambdaClients()): Execute =>
  async (execution) => {
    const callee = (execution.target as FunctionTarget).envs[execution.job.env];
    if (!callee) {
      const name = String(execution.event.function);
      throw new JobError("CONFIGURATION_ERROR", `Function ${name} says nothing about env ${execution.job.env}.`);
    }
    const payload = JSON.stringify((execution.input as FunctionInput).payload);
    return callee.provider === "lambda"
      ? callLambda(clients, callee, payload, execution)
      : callHttp(clients, callee, payload, execution);
  };

export const execute = functionExecutor();
