import { agents } from "./agents.ts";
import { roleCredentials } from "./role-credentials.ts";
import { Sha256 } from "./sha256.ts";

/**
 * The timeouts are short, so that a request waits for AWS no longer than its caller would; the SDK tries three times by itself.
 * That of a connection is no shorter, since a busy process learns late that it has one: where its event loop was held up for a
 * second, as on a machine with much else to do, the timeouts of many calls at once came before the news of their connections.
 * Without `throwOnRequestTimeout` the SDK only warns about a late answer and keeps waiting. All clients of a function share
 * their connections, so that one connection that died in a freeze closes the idle ones of all clients.
 */
export const clientDefaults = {
  credentials: roleCredentials,
  requestHandler: { connectionTimeout: 3000, requestTimeout: 4000, throwOnRequestTimeout: true, ...agents() },
  sha256: Sha256,
};
