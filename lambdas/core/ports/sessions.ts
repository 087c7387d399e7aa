import type { SessionSettings } from "../catalog/sessions.ts";
import { DuctapeError } from "../kernel/errors.ts";

/** A token that is refused for good. The message says why, and quotes nothing of the token. */
export class TokenRefused extends DuctapeError {
  constructor(message: string) {
    super("TOKEN_REFUSED", message);
  }
}

/** Checks the tokens of sessions. */
export interface Sessions {
  /**
   * The claims of a token whose signature, expiry, audience and issuer are right at `now`, in epoch milliseconds. Throws a
   * TokenRefused, or a TransientError if the keys of the session cannot be read for now.
   */
  claimsOf(settings: SessionSettings, token: string, now: number): Promise<Record<string, unknown>>;
}
