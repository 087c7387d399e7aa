import { JobError } from "../../core/errors.ts";
import type { Secrets } from "../../core/ports.ts";
import { isReference, referenceName, type TextOrReference } from "../../core/references.ts";

/** The text of a setting. A reference without a value is the Secrets port's CONFIGURATION_ERROR; nothing wraps it. */
export const textOf = async (secrets: Secrets, setting: TextOrReference): Promise<string> =>
  isReference(setting) ? secrets.resolve(setting) : setting;

/** How a message names a setting: by its reference, or else by what it is; never by its value. */
export const settingName = (setting: TextOrReference, what: string): string =>
  isReference(setting) ? `${what}, ${referenceName(setting)},` : what;

/** An HTTP(S) URL of the catalog. Credentials in it are refused: they would reach logs, and fetch refuses them too. */
export async function urlOf(secrets: Secrets, setting: TextOrReference, what: string): Promise<URL> {
  const url = URL.parse((await textOf(secrets, setting)).trim());
  const usable = url && /^https?:$/.test(url.protocol) && !url.username && !url.password;
  if (!usable) {
    const name = settingName(setting, what);
    throw new JobError("CONFIGURATION_ERROR", `${name} is not an http(s) URL without credentials.`);
  }
  return url;
}
