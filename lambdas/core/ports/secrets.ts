import type { Reference } from "../catalog/references.ts";

/** Credentials by reference. */
export interface Secrets {
  /**
   * The value behind the reference. Throws a JobError that names the reference: CONFIGURATION_ERROR if it has no value,
   * SERVICE_UNAVAILABLE if AWS fails for now. Values are cached for some minutes; `fresh` bypasses the cache.
   */
  resolve(reference: Reference, options?: { fresh?: boolean }): Promise<string>;
}
