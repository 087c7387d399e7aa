import { type FoundHook, secretsOf } from "../core/catalog/hooks.ts";
import type { Reference } from "../core/catalog/references.ts";
import { JobError } from "../core/job/job-error.ts";
import { type HookHeaders, schemeOf } from "../core/requests/hooks/scheme.ts";
import { isRecent, isSignedWith } from "../core/requests/hooks/verify.ts";
import type { HookServices } from "./services.ts";

interface Sent {
  headers: HookHeaders;
  bytes: Buffer;
}

type Verifying = Pick<HookServices, "secrets" | "mayReadAgain" | "clock" | "log">;

/**
 * Whether a delivery is the provider's. What cannot be is refused before a secret is read. Secrets that have just been replaced are read
 * again. Throws a JobError where the secret cannot be read.
 */
export async function isGenuine(services: Verifying, found: FoundHook, { headers, bytes }: Sent): Promise<boolean> {
  const { log, clock } = services;
  const scheme = schemeOf(found.hook.verify);
  const claim = scheme.claimIn(headers);
  if (!claim) return no(log, "it has no signature");
  if (!isRecent(claim, scheme, clock.now())) return no(log, "its time is too far from ours");
  const fits = (secret: string) => isSignedWith(secret, claim, bytes, scheme);
  const references = secretsOf(found.hook, found.env);
  if (await anyOf(services, references, false, fits)) return true;
  const { product, env, name } = found;
  if (
    services.mayReadAgain(JSON.stringify([product.tag, env, name])) &&
    (await anyOf(services, references, true, fits))
  )
    return true;
  return no(log, "its signature is wrong");
}

function no(log: Verifying["log"], why: string): false {
  log.info("a delivery was not accepted", { why });
  return false;
}

/** The current secret first. One that was replaced long ago may be gone. */
async function anyOf(
  { secrets, log }: Verifying,
  [current, previous]: readonly Reference[],
  fresh: boolean,
  fits: (secret: string) => boolean,
): Promise<boolean> {
  if (current && fits(await secrets.resolve(current, { fresh }))) return true;
  if (!previous) return false;
  try {
    return fits(await secrets.resolve(previous, { fresh }));
  } catch (error) {
    if (!(error instanceof JobError) || error.code !== "CONFIGURATION_ERROR") throw error;
    log.warn("the previous secret of a hook cannot be read", { detail: error.message });
    return false;
  }
}
