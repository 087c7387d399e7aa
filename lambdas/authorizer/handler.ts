import type { APIGatewayRequestAuthorizerEventV2 } from "aws-lambda";
import { withSafeErrors } from "../aws/lambda/with-safe-errors.ts";
import { AuthorizerEnv, readEnv } from "../aws/start/env.ts";
import { startAuthorizer } from "../aws/start/start-authorizer.ts";
import { lazy } from "../core/kernel/lazy.ts";
import { answer } from "./answer.ts";

const services = lazy(() => startAuthorizer(readEnv(AuthorizerEnv)));

/** API Gateway caches the answer per Authorization header, so this rarely runs. */
export const handler = (event: Pick<APIGatewayRequestAuthorizerEventV2, "headers">): ReturnType<typeof answer> => {
  const all = services();
  return withSafeErrors(all.log, () => answer(all, event.headers?.authorization));
};
