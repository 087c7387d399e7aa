import { CodeEnv, readEnv } from "../../../aws/start/env.ts";
import { isCodeTarget } from "../../../core/catalog/code-target.ts";
import { JobError } from "../../../core/job/job-error.ts";
import { lazy } from "../../../core/kernel/lazy.ts";
import type { AttemptServices } from "../../../core/operations/execution.ts";
import type { CodeInvoker } from "../../../core/ports/code-invoker.ts";
import { codeFunctionName } from "../../../topology.ts";
import { lambdaClients } from "../../clients/aws/lambda-clients.ts";
import { lambdaCode } from "../../clients/aws/lambda-code.ts";
import { servedCode } from "../../clients/code/served-code.ts";
import { defineExecutor, type ExecutionOf } from "../define-job-type.ts";
import { settingsOfEnv } from "../settings-of-env.ts";
import { callCode } from "./code.ts";
import { cloudFunction } from "./definition.ts";
import { callHttp } from "./http.ts";
import { callLambda } from "./lambda.ts";
import { callOwnStep, isOwnStep } from "./own-step.ts";
import { portableCode } from "./portable-code.ts";
import { Callee } from "./target.ts";

const deployedCode = lazy(() => readEnv(CodeEnv));

/** Executes function jobs with these clients, one per region, and with the team's own code. */
export const functionExecutor = (
  clients = lambdaClients(),
  code: CodeInvoker = lambdaCode(clients, {
    nameOf: (product) => codeFunctionName(deployedCode().CODE_PREFIX, product),
    region: () => deployedCode().AWS_REGION,
  }),
) =>
  defineExecutor(cloudFunction, async (execution, services?: AttemptServices) => {
    if (services && isOwnStep(execution.job)) return callOwnStep(code, execution, services);
    if (isCodeTarget(execution.target)) return callCode(code, execution, services);
    const callee = calleeOf(execution);
    if (callee.provider === "serve") return callCode(servedCode(callee, execution), execution);
    if (callee.provider === "portable") return callCode(portableCode(callee, execution), execution);
    const { payload: given } = execution.input;
    const payload = given === undefined ? undefined : JSON.stringify(given);
    return callee.provider === "lambda"
      ? callLambda(clients, callee, payload, execution)
      : callHttp(clients, callee, payload, execution);
  });

export const execute = functionExecutor();

/** Parsed here for the defaults, because the catalog is kept unparsed. */
function calleeOf({ target, job, event }: ExecutionOf<typeof cloudFunction>): Callee {
  const envs = "envs" in target ? target.envs : {};
  const callee = Callee.safeParse(settingsOfEnv(envs, job, `Function ${event.function}`));
  if (callee.success) return callee.data;
  throw new JobError("CONFIGURATION_ERROR", `Function ${event.function} has no valid settings for env ${job.env}.`);
}
