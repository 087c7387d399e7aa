import { isOurCode, knownNames, plainName } from "../job/error-names.ts";
import { jobErrorCodes } from "../job/job-error.ts";
import type { RetryConfig } from "../job/retry-config.ts";
import type { Fault } from "../kernel/errors.ts";
import { didYouMean, jsonPointer } from "../kernel/schema.ts";

/** What becomes of the names in a request's retry rules that are not codes of this API; undefined if all of them are. */
export function retryNotes(config: RetryConfig | undefined): Fault[] | undefined {
  const notes = (["retryable_errors", "non_retryable_errors"] as const).flatMap((list) =>
    (config?.[list] ?? []).flatMap((name, i) => {
      const pointer = jsonPointer(["retry_config", list, i]);
      return isOurCode(name) ? [] : [{ pointer, detail: noteOf(name) }];
    }),
  );
  return notes.length === 0 ? undefined : notes;
}

/** Names that are near one of ours are accepted, since a provider may have them. */
function noteOf(name: string): string {
  const plain = plainName(name);
  if (isOurCode(plain)) return `is compared with the code ${plain}, and with the provider's own code.`;
  const known = knownNames.get(plain);
  if (known) return `stands for ${known.text}; a provider's own code of this name counts too.`;
  return `is not a code of this API, so it is compared with the provider's own code.${didYouMean(plain, Object.keys(jobErrorCodes))}`;
}
