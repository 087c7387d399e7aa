import { createHash } from "node:crypto";
import { isReference } from "../core/catalog/references.ts";
import type { ProductEndpoint } from "../core/catalog/webhook.ts";
import { JobError } from "../core/job/job-error.ts";
import type { Secrets } from "../core/ports/secrets.ts";

/** The URL of an endpoint, unchecked. Behind a reference it comes from the cache, unless it is to be read `fresh`. */
export const rawUrl = async ({ secrets }: { secrets: Secrets }, { url }: ProductEndpoint, options?: { fresh: true }) =>
  isReference(url) ? await secrets.resolve(url, options) : url;

/** A hash, to compare URLs without storing them. */
export const urlHash = (text: string): string => createHash("sha256").update(text.trim()).digest("base64url");

/**
 * Whether the endpoint has another URL by now than the one that was tried, which may have been cached for minutes. If so, the
 * failure says nothing about the endpoint.
 */
export async function hasMoved(
  services: { secrets: Secrets },
  endpoint: ProductEndpoint,
  tried?: string,
): Promise<boolean> {
  if (tried === undefined || !isReference(endpoint.url)) return false;
  try {
    return urlHash(await rawUrl(services, endpoint, { fresh: true })) !== tried;
  } catch (error) {
    if (error instanceof JobError && !error.retryable) return false;
    throw error;
  }
}
