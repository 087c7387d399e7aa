import type { APIGatewaySimpleAuthorizerWithContextResult } from "aws-lambda";
import type { KeyContext } from "../aws/http/http-api.ts";
import { defined } from "../core/kernel/defined.ts";
import { type AuthorizerServices, authorize, keyIdOf } from "./authorize.ts";

/** The authorizer's answer to a header. */
export async function answer(
  services: AuthorizerServices,
  authorization: string | undefined,
): Promise<APIGatewaySimpleAuthorizerWithContextResult<KeyContext>> {
  const caller = await authorize(services, authorization);
  if (!caller) return { isAuthorized: false, context: {} };
  const { scopes, name, rate, expires_at, person } = caller;
  const own = defined({
    key_name: name,
    rate: rate?.toString(),
    expires_at: expires_at?.toString(),
    person: person && JSON.stringify(person),
  });
  // The access log shows whose request it was.
  return { isAuthorized: true, context: { scopes: JSON.stringify(scopes), key_id: keyIdOf(authorization), ...own } };
}
