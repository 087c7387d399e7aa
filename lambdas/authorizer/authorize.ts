import {
  type ApiKey,
  apiKeyId,
  apiKeyStatus,
  isKeyOf,
  isUseNews,
  type Person,
  sameText,
} from "../core/access/api-key.ts";
import { allScopes, noScopes, type Scopes } from "../core/access/scopes.ts";
import { defined } from "../core/kernel/defined.ts";
import { traceOf } from "../core/kernel/errors.ts";
import type { ApiKeys } from "../core/ports/api-keys.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Log } from "../core/ports/log.ts";

export interface AuthorizerServices {
  keys: Pick<ApiKeys, "get" | "used">;
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
  /** When its key expires, in epoch milliseconds. Absent: never. */
  expires_at?: number;
  /** Who has signed in to get the key. */
  person?: Person;
}

/**
 * The scopes of the caller and the name of its key, or undefined if the key is unknown or revoked. An expired key has no scopes: it
 * passes, since API Gateway could only answer "Forbidden", and the API says that it has expired. Throws if AWS does not answer.
 */
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

async function activeKey(services: AuthorizerServices, id: string, bearer: string): Promise<Authorized | undefined> {
  const { keys, clock, log } = services;
  const now = clock.now();
  const key = await keys.get(id);
  const status = key && isKeyOf(key, bearer) ? apiKeyStatus(key, now) : "unknown";
  if (key && status === "active") {
    if (isUseNews(key, now)) await noteUse(services, id, now);
    return { ...authorizedBy(key), scopes: key.scopes };
  }
  // The id is no secret: it is part of the key, and the list of keys shows it.
  log.info("key refused", { key_id: id, why: status });
  return key && status === "expired" ? { ...authorizedBy(key), scopes: noScopes } : undefined;
}

const authorizedBy = ({ name, rate, expires_at, person }: ApiKey) => ({
  name,
  ...defined({ rate, expires_at, person }),
});

/**
 * Awaited, because Lambda stops a function once it has answered; it delays one request of an hour by one write. A note that fails is
 * made at the next use.
 */
async function noteUse({ keys, log }: AuthorizerServices, id: string, now: number): Promise<void> {
  try {
    await keys.used(id, now);
  } catch (error) {
    log.warn("the use of a key was not noted", { key_id: id, ...traceOf(error) });
  }
}
