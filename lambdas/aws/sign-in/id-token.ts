import { errors, type JWTPayload, jwtVerify } from "jose";
import type { Claims, SignInIssuer } from "../../core/access/sign-in.ts";
import { TransientError } from "../../core/kernel/errors.ts";
import { SignInRefused } from "../../core/ports/issuers.ts";
import { isUnavailable, type RemoteKeys } from "../sessions/remote-keys.ts";
import { tokenFault } from "../sessions/token-fault.ts";

/** How far the clocks of an issuer and of this system may be apart. */
const leewaySeconds = 30;
/** A token is checked right after it was issued, so an older one was kept and brought again. */
const oldestSeconds = 600;

/**
 * The claims of an id_token, once all is right that OpenID Connect asks for.
 * https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
 */
export async function claimsOfIdToken(
  token: string,
  keys: RemoteKeys,
  { issuer, clientId, audience }: SignInIssuer,
  { nonce, now }: { nonce: string; now: number },
): Promise<Claims> {
  const { coolingDown } = keys;
  try {
    const { payload } = await jwtVerify(token, keys, {
      // What every issuer signs with. Others are refused whatever keys it publishes.
      algorithms: ["RS256", "ES256"],
      issuer,
      audience: clientId,
      requiredClaims: ["exp", "iat", "sub"],
      maxTokenAge: oldestSeconds,
      clockTolerance: leewaySeconds,
      currentDate: new Date(now),
    });
    requireOwn(payload, { clientId, audience });
    if (payload.nonce !== nonce) throw refusedToken("is not for this sign-in (`nonce`)");
    return payload;
  } catch (cause) {
    // Its key may be new, and the issuer's keys were fetched a moment ago.
    if (coolingDown && cause instanceof errors.JWKSNoMatchingKey)
      throw new TransientError("KEYS_TOO_NEW", "the keys of the issuer may not be fetched again yet", { cause });
    if (isUnavailable(cause))
      throw new TransientError("ISSUER_UNAVAILABLE", "the issuer's keys were not read", { cause });
    if (cause instanceof SignInRefused) throw cause;
    throw refusedToken((cause instanceof errors.JOSEError && tokenFault(cause, words)) || "cannot be read");
  }
}

const refusedToken = (why: string) => new SignInRefused(`The issuer's token ${why}.`);

/** Nobody else may be meant but this client, and an audience that the deployment knows; and it was issued to this client. */
function requireOwn(
  { aud, azp }: JWTPayload,
  { clientId, audience }: { clientId: string; audience: string | undefined },
): void {
  const others = [aud].flat().filter((one) => one !== clientId);
  if (others.some((one) => one !== audience)) throw refusedToken("is for another audience (`aud`)");
  if (azp === undefined ? others.length > 0 : azp !== clientId)
    throw refusedToken("was issued to another client (`azp`)");
}

const words = {
  expired: "has expired, or is older than ten minutes",
  algorithm: "is signed with another algorithm than RS256 and ES256",
  claims: {
    iss: "is from another issuer (`iss`)",
    aud: "is for another audience (`aud`)",
    nbf: "is not valid yet (`nbf`): its clock and ours are apart",
    iat: "is from the future (`iat`): its clock and ours are apart",
    exp: "has no expiry (`exp`)",
    sub: "names nobody (`sub`)",
  },
};
