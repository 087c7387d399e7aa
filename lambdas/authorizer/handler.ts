import type { APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerWithContextResult } from "aws-lambda";
import { AuthorizerEnv, readEnv } from "../aws/env.ts";
import { once } from "../aws/once.ts";
import { startApiKey } from "../aws/start-api-key.ts";
import { authorize } from "./authorize.ts";

const services = once(() => ({ secrets: startApiKey(), env: readEnv(AuthorizerEnv) }));

/** API Gateway keeps the answer for the same Authorization header, so this runs seldom. */
export const handler = async (
  event: Pick<APIGatewayRequestAuthorizerEventV2, "headers">,
): Promise<APIGatewaySimpleAuthorizerWithContextResult<{ scopes?: string }>> => {
  const { secrets, env } = services();
  const key = await secrets.resolve({ $secret: env.API_KEY_SECRET });
  const scopes = authorize(event.headers?.authorization, key);
  return { isAuthorized: scopes !== undefined, context: scopes ? { scopes: JSON.stringify(scopes) } : {} };
};
