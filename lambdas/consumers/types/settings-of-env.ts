import { ownValue } from "../../core/catalog/catalog.ts";
import type { Job } from "../../core/job/job.ts";
import { MissingInCatalog } from "../../core/job/job-error.ts";

/**
 * What a target says of the job's env. Throws MissingInCatalog if it says nothing: a deployment may have dropped the settings since the
 * job was requested. `called` names the target.
 */
export function settingsOfEnv<Settings>(
  envs: Readonly<Record<string, Settings>>,
  { env }: Pick<Job, "env">,
  called: string,
): Settings {
  return declared(envs, env, `${called} has no settings for env ${env}.`);
}

/** What a target declares by that name. Throws MissingInCatalog, with the message, if a deployment has dropped it. */
export function declared<Entry>(entries: Readonly<Record<string, Entry>>, name: string, lost: string): Entry {
  const entry = ownValue(entries, name);
  if (entry === undefined) throw new MissingInCatalog(lost);
  return entry;
}
