import type { Reference } from "../../../core/catalog/references.ts";
import { credentialPlaceholder, type StepCredentials, withTexts } from "../../../core/job/credential-placeholder.ts";
import { MissingInCatalog } from "../../../core/job/job-error.ts";
import type { Secrets } from "../../../core/ports/secrets.ts";
import type { UsedCredentials } from "../../clients/http/shown-answer.ts";

/** The credentials of the app that a job calls. */
export interface CredentialReader {
  read(app: string, key: string): Promise<string>;
}

/** Reads the entries of an app's `credentials`, and of no other app, and adds them to those that were used. */
export function appCredentialsOf(
  secrets: Secrets,
  called: string,
  credentials: Record<string, Reference> = {},
  used: UsedCredentials = new Set(),
): CredentialReader {
  return {
    async read(app, key) {
      const reference = app === called && Object.hasOwn(credentials, key) ? credentials[key] : undefined;
      if (!reference) throw new MissingInCatalog(`App ${called} no longer has a credential that is sent to it.`);
      const value = await secrets.resolve(reference);
      used.add(value);
      return value;
    },
  };
}

/** The input of a feature's step with its credentials in place of their placeholders. */
export async function withCredentials<Input>(
  input: Input,
  stepCredentials: StepCredentials | undefined,
  credentials: CredentialReader,
): Promise<Input> {
  if (!stepCredentials) return input;
  const { app, keys, id } = stepCredentials;
  const values = await Promise.all(
    keys.map(async (key) => [credentialPlaceholder(app, key, id), await credentials.read(app, key)] as const),
  );
  // Each text is gone through once, so that what a credential contains is no placeholder.
  const byPlaceholder = new Map(values);
  const any = new RegExp([...byPlaceholder.keys()].map(escapeRegExp).join("|"), "g");
  return withTexts(input, (text) =>
    text.replaceAll(any, (placeholder) => byPlaceholder.get(placeholder) ?? placeholder),
  ) as Input;
}

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
