import type { errors } from "jose";

/** What depends on whose token it is. `claims`: what is wrong where a claim is not as it has to be. */
interface Words {
  expired: string;
  algorithm: string;
  claims: Readonly<Record<string, string>>;
}

/** What is wrong with a token, by the code of the error: its message may quote the token. Undefined if it cannot be read. */
export function tokenFault(error: errors.JOSEError, { expired, algorithm, claims }: Words): string | undefined {
  switch (error.code) {
    case "ERR_JWT_EXPIRED":
      return expired;
    case "ERR_JWT_CLAIM_VALIDATION_FAILED":
      return claims[(error as errors.JWTClaimValidationFailed).claim] ?? "has a claim that is not valid";
    case "ERR_JWS_SIGNATURE_VERIFICATION_FAILED":
      return "has a signature that is not the issuer's";
    case "ERR_JOSE_ALG_NOT_ALLOWED":
      return algorithm;
    case "ERR_JWKS_NO_MATCHING_KEY":
      return "is signed with a key that the issuer does not have";
    case "ERR_JWKS_MULTIPLE_MATCHING_KEYS":
      return "does not say with which of the issuer's keys it is signed (`kid`)";
    default:
      return undefined;
  }
}
