import { TransientError } from "../../../lambdas/core/kernel/errors.ts";
import { type Sessions, TokenRefused } from "../../../lambdas/core/ports/sessions.ts";

/** Sessions whose tokens are the JSON of their claims. The token "later" cannot be checked for now; any other is refused. */
export const fakeSessions = (): Sessions => ({
  async claimsOf(_settings, token) {
    if (token === "later") throw new TransientError("NO_KEYS", "the keys of the session could not be fetched");
    if (!token.startsWith("{")) throw new TokenRefused("is not a JWT that can be read");
    return JSON.parse(token);
  },
});
