import type { APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerWithContextResult } from "aws-lambda";
import { withSafeErrors } from "../aws/lambda/with-safe-errors.ts";
import { AuthorizerEnv, readEnv } from "../aws/start/env.ts";
import { startAuthorizer } from "../aws/start/start-authorizer.ts";
import { lazy } from "../core/schema/lazy.ts";
import { authorize, keyIdOf } from "./authorize.ts";

const services = lazy(() => startAuthorizer(readEnv(AuthorizerEnv)));

/** API Gateway keeps the answer for the same Authorization header, so this runs seldom. */
export const handler = async (
  event: Pick<APIGatewayRequestAuthorizerEventV2, "headers">,
): Promise<APIGatewaySimpleAuthorizerWithContextResult<{ scopes?: string; key_id?: string }>> => {
  const all = services();
  const scopes = await withSafeErrors(all.log, () => authorize(all, event.headers?.authorization));
  if (!scopes) return { isAuthorized: false, context: {} };
  // For the access log, which says whose request it was.
  const key_id = keyIdOf(event.headers?.authorization);
  return { isAuthorized: true, context: { scopes: JSON.stringify(scopes), key_id } };
};
