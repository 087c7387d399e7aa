import { isReference, referenceName, type TextOrReference } from "../../../core/catalog/references.ts";
import { JobError } from "../../../core/job/job-error.ts";
import { httpUrl, urlFault } from "../../../core/kernel/url.ts";
import type { Secrets } from "../../../core/ports/secrets.ts";

/** The value of a setting. For a reference without a value the Secrets port throws a CONFIGURATION_ERROR. */
export const settingText = async (secrets: Secrets, setting: TextOrReference): Promise<string> =>
  isReference(setting) ? secrets.resolve(setting) : setting;

/** The name of a setting in messages: its reference or its purpose, never its value. */
export const settingName = (setting: TextOrReference, what: string): string =>
  isReference(setting) ? `${what}, ${referenceName(setting)},` : what;

/** An HTTP(S) URL of the catalog, which may be a reference. Nothing secret is sent there. */
export async function settingUrl(secrets: Secrets, setting: TextOrReference, what: string): Promise<URL> {
  const url = httpUrl(await settingText(secrets, setting));
  if (url) return url;
  throw new JobError("CONFIGURATION_ERROR", `${settingName(setting, what)} is not an http(s) URL without credentials.`);
}

/** The URL of a request that carries credentials: https, or plain HTTP that does not leave this machine. */
export async function secureUrlOf(secrets: Secrets, setting: TextOrReference, what: string): Promise<URL> {
  const url = await settingUrl(secrets, setting, what);
  if (urlFault(url.href, { plainLoopback: true }) === undefined) return url;
  throw new JobError(
    "CONFIGURATION_ERROR",
    `${settingName(setting, what)} must start with https://, since credentials are sent there.`,
  );
}
