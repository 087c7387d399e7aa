import { agents } from "./agents.ts";
import { roleCredentials } from "./role-credentials.ts";
import { Sha256 } from "./sha256.ts";

/**
 * The timeouts are short, so that a request waits for AWS no longer than its caller would; the SDK tries three times by itself.
 * Without `throwOnRequestTimeout` the SDK only warns about a late answer and keeps waiting. All clients of a function share
 * their connections, so that one connection that died in a freeze closes the idle ones of all clients.
 */
export const clientDefaults = {
  credentials: roleCredentials,
  requestHandler: { connectionTimeout: 1000, requestTimeout: 4000, throwOnRequestTimeout: true, ...agents() },
  sha256: Sha256,
};
