import { errors, type JWTVerifyOptions, jwtVerify } from "jose";
import { asymmetricAlgorithms, type SessionSettings } from "../../core/catalog/sessions.ts";
import { JobError } from "../../core/job/job-error.ts";
import { TransientError } from "../../core/kernel/errors.ts";
import type { Secrets } from "../../core/ports/secrets.ts";
import { type Sessions, TokenRefused } from "../../core/ports/sessions.ts";
import { isUnavailable, type RemoteKeys, remoteKeys } from "./remote-keys.ts";
import { tokenFault } from "./token-fault.ts";

/** How far the clocks of an issuer and of this system may be apart, for `exp` and `nbf`. */
export const clockToleranceSeconds = 5;

/** The shortest secret, in bytes (RFC 7518 3.2): a shorter one can be guessed from one token. */
const shortestSecret = 32;

/** Checks tokens that are JWTs signed with keys of a JWKS, which are kept per warm process, or with a secret. */
export function jwtSessions(secrets: Secrets): Sessions {
  const keysOf = remoteKeys();
  return {
    async claimsOf(settings, token, now) {
      const { jwks, algorithms = jwks === undefined ? ["HS256"] : asymmetricAlgorithms } = settings;
      const options = { ...verifyOptionsOf(settings, now), algorithms: [...algorithms] };
      try {
        if (jwks !== undefined) return await payloadByKeys(token, options, keysOf(jwks));
        return await payloadOf(token, options, (fresh) => secretOf(secrets, settings, fresh));
      } catch (cause) {
        throw sessionFault(cause);
      }
    },
  };
}

const verifyOptionsOf = ({ audience, issuer }: SessionSettings, now: number): JWTVerifyOptions => ({
  audience: typeof audience === "string" ? audience : [...audience],
  ...(issuer !== undefined && { issuer }),
  requiredClaims: ["exp"],
  clockTolerance: clockToleranceSeconds,
  currentDate: new Date(now),
});

/** A key that the issuer has published since its keys were fetched is not known before they may be fetched again. */
async function payloadByKeys(
  token: string,
  options: JWTVerifyOptions,
  keys: RemoteKeys,
): Promise<Record<string, unknown>> {
  const { coolingDown } = keys;
  try {
    return (await jwtVerify(token, keys, options)).payload;
  } catch (cause) {
    if (!coolingDown || !(cause instanceof errors.JWKSNoMatchingKey)) throw cause;
    throw new TransientError("KEYS_TOO_NEW", "the keys of the session may not be fetched again yet", { cause });
  }
}

/** The secret may have been rotated since it was read: it is read again if it does not fit, and once more checked if it differs. */
async function payloadOf(
  token: string,
  options: JWTVerifyOptions,
  read: (fresh: boolean) => Promise<Uint8Array>,
): Promise<Record<string, unknown>> {
  const known = await read(false);
  try {
    return (await jwtVerify(token, known, options)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    const current = await read(true);
    if (Buffer.compare(known, current) === 0) throw error;
    return (await jwtVerify(token, current, options)).payload;
  }
}

async function secretOf(secrets: Secrets, { secret }: SessionSettings, fresh: boolean): Promise<Uint8Array> {
  if (!secret) throw new TransientError("NO_KEY", "the session has neither a JWKS nor a secret");
  const bytes = new TextEncoder().encode(await secrets.resolve(secret, { fresh }));
  if (bytes.byteLength >= shortestSecret) return bytes;
  throw new TransientError("SHORT_SECRET", `the secret of the session has less than ${shortestSecret} bytes`);
}

/** Everything that is not the fault of the token passes by itself, or is mended in the deployment: the request may come again. */
function sessionFault(cause: unknown): unknown {
  if (cause instanceof TransientError) return cause;
  if (cause instanceof JobError) return new TransientError(cause.code, cause.message, { cause });
  if (isUnavailable(cause))
    return new TransientError("NO_KEYS", "the keys of the session could not be fetched", { cause });
  const detail = cause instanceof errors.JOSEError ? tokenFault(cause, words) : undefined;
  // Node's own errors come from a token whose parts cannot be read. They may quote it, so that they are no cause.
  return new TokenRefused(detail ?? "is not a JWT that can be read");
}

const words = {
  expired: "has expired: send a current one",
  algorithm: "is signed with an algorithm that the session does not accept",
  claims: {
    aud: "is for another audience",
    iss: "is from another issuer",
    nbf: "is not valid yet",
    exp: "has no expiry (`exp`)",
  },
};
