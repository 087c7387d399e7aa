import type { Actor, Caller } from "../job/actor.ts";
import { apiKeyIdPattern } from "./api-key.ts";

/** Stands for the key that the deployment created, which is in Secrets Manager and has no id. */
export const deployedKeyId = "deployed";

/**
 * The caller of a request over HTTP. Ids of keys are hexadecimal, those of IAM identities have other letters. The deployment's own key is kept
 * without an id: with it most jobs would need one more kilobyte, and so one more unit of writing.
 */
export function callerOf({ caller, name }: { caller: string; name?: string }): Caller {
  const key: Actor | undefined =
    caller === deployedKeyId ? "k:" : apiKeyIdPattern.test(caller) ? `k:${caller}` : undefined;
  const actor = key ?? (`i:${caller}` as const);
  return { actor, ...(name !== undefined && { name }) };
}

/** What a job keeps of the caller that has requested it. */
export function madeBy(request: { caller: string; name?: string }): { made_by: Actor; made_by_name?: string } {
  const { actor, name } = callerOf(request);
  return { made_by: actor, ...(name !== undefined && { made_by_name: name }) };
}
