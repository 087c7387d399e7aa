import { agents } from "./agents.ts";
import { roleCredentials } from "./role-credentials.ts";
import { Sha256 } from "./sha256.ts";

/**
 * Short patience: a request waits for AWS no longer than its caller would; the SDK tries three times by itself. Unless it
 * is told to throw, the SDK only warns of a late answer and waits on. All clients of a function share their connections:
 * the first one that has died in a freeze speaks for all.
 */
export const clientDefaults = {
  credentials: roleCredentials,
  requestHandler: { connectionTimeout: 1000, requestTimeout: 4000, throwOnRequestTimeout: true, ...agents() },
  sha256: Sha256,
};
