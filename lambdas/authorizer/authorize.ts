import { apiKeyId, apiKeyStatus, isKeyOf, sameText } from "../core/access/api-key.ts";
import { allScopes, type Scopes } from "../core/access/scopes.ts";
import { defined } from "../core/kernel/defined.ts";
import type { ApiKeys } from "../core/ports/api-keys.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Log } from "../core/ports/log.ts";

interface AuthorizerServices {
  keys: Pick<ApiKeys, "get">;
  /** The key that was created at deployment, which may do everything. */
  deployedKey: () => Promise<string>;
  clock: Pick<Clock, "now">;
  log: Log;
}

/** What the authorizer knows of a caller. */
interface Authorized {
  scopes: Scopes;
  /** The name of the caller's key. The one that was created at deployment has none. */
  name?: string;
  /** How many requests per second its key may send. Absent: any number. */
  rate?: number;
}

/** The scopes of the caller and the name of its key, or undefined if the key is unknown, revoked or expired. Throws if AWS does not answer. */
export async function authorize(
  services: AuthorizerServices,
  authorization: string | undefined,
): Promise<Authorized | undefined> {
  const bearer = bearerOf(authorization);
  if (bearer === undefined) return undefined;
  const id = apiKeyId(bearer);
  if (id !== undefined) return activeKey(services, id, bearer);
  return sameText(bearer, await services.deployedKey()) ? { scopes: allScopes } : undefined;
}

const bearerOf = (authorization: string | undefined) =>
  /^Bearer ([\x21-\x7e]{16,256})$/i.exec(authorization ?? "")?.[1];

/** The id of an authorized caller's key. The one that was created at deployment has none. */
export const keyIdOf = (authorization: string | undefined): string =>
  apiKeyId(bearerOf(authorization) ?? "") ?? "deployed";

async function activeKey({ keys, clock, log }: AuthorizerServices, id: string, bearer: string) {
  const key = await keys.get(id);
  const status = key && isKeyOf(key, bearer) ? apiKeyStatus(key, clock.now()) : "unknown";
  if (key && status === "active") return { scopes: key.scopes, name: key.name, ...defined({ rate: key.rate }) };
  // The id is no secret: it is part of the key, and the list of keys shows it.
  log.info("key refused", { key_id: id, why: status });
  return undefined;
}
