import { isReference, type Reference, referenceName } from "../../../core/catalog/references.ts";
import { JobError } from "../../../core/job/job-error.ts";
import { urlFault } from "../../../core/kernel/url.ts";
import type { Execution } from "../../../core/operations/execution.ts";

/** The URL of a function, which a reference may hold. Throws a JobError for what is none. */
export async function functionUrlOf(
  { url }: { url: string | Reference },
  { secrets }: Pick<Execution, "secrets">,
): Promise<URL> {
  const text = isReference(url) ? (await secrets.resolve(url)).trim() : url;
  const fault = urlFault(text, { plainLoopback: true });
  if (fault === undefined) return new URL(text);
  throw new JobError(
    "CONFIGURATION_ERROR",
    `${isReference(url) ? referenceName(url) : "The function's url"} ${fault}.`,
  );
}
