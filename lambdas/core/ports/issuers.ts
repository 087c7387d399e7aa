import type { Claims, SignInIssuer } from "../access/sign-in.ts";
import { DuctapeError } from "../kernel/errors.ts";

/** A code or a token that is refused for good. The message says why, and quotes nothing of either. */
export class SignInRefused extends DuctapeError {
  constructor(message: string) {
    super("SIGN_IN_REFUSED", message);
  }
}

/** What the browser has brought back from an issuer, and what the page has kept of before. */
export interface Returned {
  code: string;
  /** Of PKCE: only who has it can use the code. */
  verifier: string;
  redirect_uri: string;
  /** What the token has to repeat. */
  nonce: string;
}

/** Those who vouch for people, by OpenID Connect. */
export interface Issuers {
  /** Where people sign in. Throws a TransientError if the issuer cannot be asked for now. */
  authorizationEndpoint(issuer: SignInIssuer): Promise<string>;
  /**
   * What the issuer says of the person, once code, signature, issuer, audience, nonce and times are right at `now`, in epoch milliseconds.
   * Throws a SignInRefused, a TransientError if the issuer cannot be asked for now, and any other error where the deployment is not set up rightly.
   */
  claimsOf(issuer: SignInIssuer, returned: Returned, now: number): Promise<Claims>;
}
