import type { APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerWithContextResult } from "aws-lambda";
import { withSafeErrors } from "../aws/lambda/with-safe-errors.ts";
import { AuthorizerEnv, readEnv } from "../aws/start/env.ts";
import { startAuthorizer } from "../aws/start/start-authorizer.ts";
import { defined } from "../core/kernel/defined.ts";
import { lazy } from "../core/kernel/lazy.ts";
import { authorize, keyIdOf } from "./authorize.ts";

const services = lazy(() => startAuthorizer(readEnv(AuthorizerEnv)));

/** What API Gateway passes on to the API, each as a string. */
interface AuthorizerContext {
  scopes?: string;
  key_id?: string;
  key_name?: string;
  rate?: string;
  expires_at?: string;
  person?: string;
}

/** API Gateway caches the answer per Authorization header, so this rarely runs. */
export const handler = async (
  event: Pick<APIGatewayRequestAuthorizerEventV2, "headers">,
): Promise<APIGatewaySimpleAuthorizerWithContextResult<AuthorizerContext>> => {
  const all = services();
  const caller = await withSafeErrors(all.log, () => authorize(all, event.headers?.authorization));
  if (!caller) return { isAuthorized: false, context: {} };
  const { scopes, name, rate, expires_at, person } = caller;
  // The access log shows whose request it was.
  const key_id = keyIdOf(event.headers?.authorization);
  return {
    isAuthorized: true,
    context: {
      scopes: JSON.stringify(scopes),
      key_id,
      ...defined({
        key_name: name,
        rate: rate?.toString(),
        expires_at: expires_at?.toString(),
        person: person && JSON.stringify(person),
      }),
    },
  };
};
