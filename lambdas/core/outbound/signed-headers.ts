import { Webhook } from "standardwebhooks";
import { type Reference, referenceName } from "../catalog/references.ts";
import { JobError } from "../job/job-error.ts";
import type { Secrets } from "../ports/secrets.ts";

/** The secrets that sign what is sent to an endpoint: two while the secret is being changed. */
export interface SigningSecrets {
  secret: Reference;
  previous_secret?: Reference | undefined;
}

/**
 * The headers of a message that is sent at `now`, signed with every secret of its receiver; throws a JobError CONFIGURATION_ERROR.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#webhook-headers-sending-metadata-to-consumers
 */
export async function signedHeaders(
  secrets: Secrets,
  { secret, previous_secret }: SigningSecrets,
  { id, body, now }: { id: string; body: string; now: number },
): Promise<Record<string, string>> {
  const references = previous_secret === undefined ? [secret] : [secret, previous_secret];
  const signatures = references.map(async (reference) =>
    signer(reference, await secrets.resolve(reference)).sign(id, new Date(now), body),
  );
  return {
    "content-type": "application/json",
    "user-agent": "ductape-jobs",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(now / 1000)),
    "webhook-signature": (await Promise.all(signatures)).join(" "),
  };
}

/** How many bytes a secret may have according to the specification. */
const [shortest, longest] = [24, 64];
const prefix = "whsec_";

function signer(reference: Reference, text: string): Webhook {
  const key = text.trim();
  // Buffer only measures it, since it accepts any text; the library checks it. No cause, because that might quote the secret.
  const bytes = Buffer.from(key.slice(key.startsWith(prefix) ? prefix.length : 0), "base64").length;
  if (bytes < shortest || bytes > longest) throw unusableSigningKey(reference);
  try {
    return new Webhook(key);
  } catch {
    throw unusableSigningKey(reference);
  }
}

const unusableSigningKey = (reference: Reference) =>
  new JobError(
    "CONFIGURATION_ERROR",
    `${referenceName(reference)} is not a signing secret: that is whsec_ followed by ${shortest} to ${longest} random bytes in base64.`,
  );
