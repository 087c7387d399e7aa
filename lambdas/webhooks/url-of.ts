import { createHash } from "node:crypto";
import { isReference } from "../core/catalog/references.ts";
import type { ProductEndpoint } from "../core/catalog/webhook.ts";
import { JobError } from "../core/job/job-error.ts";
import type { Secrets } from "../core/ports/ports.ts";

/** The URL of an endpoint as it is written; one behind a reference as this process has kept it, or `fresh`. */
export const currentUrl = async (
  { secrets }: { secrets: Secrets },
  { url }: ProductEndpoint,
  options?: { fresh: true },
) => (isReference(url) ? await secrets.resolve(url, options) : url);

/** Tells one URL from another, and not what it is. */
export const urlHash = (text: string): string => createHash("sha256").update(text.trim()).digest("base64url");

/**
 * Whether the URL that was tried, and that this process may have kept for minutes, is the endpoint's no more: then its
 * failures say nothing of the endpoint.
 */
export async function hasMoved(
  services: { secrets: Secrets },
  endpoint: ProductEndpoint,
  tried?: string,
): Promise<boolean> {
  if (tried === undefined || !isReference(endpoint.url)) return false;
  try {
    return urlHash(await currentUrl(services, endpoint, { fresh: true })) !== tried;
  } catch (error) {
    if (error instanceof JobError && !error.retryable) return false;
    throw error;
  }
}
