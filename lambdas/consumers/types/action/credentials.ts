import type { Reference } from "../../../core/catalog/references.ts";
import { type CredentialMarks, markOf, withTexts } from "../../../core/job/credential-marks.ts";
import { JobError } from "../../../core/job/job-error.ts";
import type { Secrets } from "../../../core/ports/ports.ts";

/** The credentials of the app that a job calls. It remembers those that were used, which no result may show. */
export interface UsedCredentials {
  read(app: string, key: string): Promise<string>;
  values(): string[];
}

/** Reads the entries of an app's `credentials`, and of no other app. */
export function usedCredentials(
  secrets: Secrets,
  called: string,
  credentials: Record<string, Reference> = {},
): UsedCredentials {
  const values = new Set<string>();
  return {
    async read(app, key) {
      const reference = app === called && Object.hasOwn(credentials, key) ? credentials[key] : undefined;
      if (!reference)
        throw new JobError("CONFIGURATION_ERROR", `App ${called} no longer has a credential that is sent to it.`);
      const value = await secrets.resolve(reference);
      values.add(value);
      return value;
    },
    values: () => [...values],
  };
}

/** The input of a feature's step with its credentials in place of their marks. */
export async function withCredentials<Input>(
  input: Input,
  marks: CredentialMarks | undefined,
  credentials: UsedCredentials,
): Promise<Input> {
  if (!marks) return input;
  const { app, keys, id } = marks;
  const values = await Promise.all(
    keys.map(async (key) => [markOf(app, key, id), await credentials.read(app, key)] as const),
  );
  // Each text is gone through once, so that what a credential contains is no mark.
  const byMark = new Map(values);
  const any = new RegExp([...byMark.keys()].map(escaped).join("|"), "g");
  return withTexts(input, (text) => text.replaceAll(any, (mark) => byMark.get(mark) ?? mark)) as Input;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
