import type { SignInIssuer } from "../core/access/sign-in.ts";
import type { ApiKeys } from "../core/ports/api-keys.ts";
import type { Audit } from "../core/ports/audit.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Issuers } from "../core/ports/issuers.ts";
import type { Log } from "../core/ports/log.ts";

/** What a function needs that lets people sign in. */
export interface SignInServices {
  /** The setting `signIn`. */
  signIn: readonly SignInIssuer[];
  issuers: Issuers;
  keys: Pick<ApiKeys, "create" | "get" | "revoke">;
  audit: Pick<Audit, "put">;
  /** Where the page is, to which issuers send people back. */
  pageUrl: string;
  clock: Pick<Clock, "now">;
  log: Log;
}
