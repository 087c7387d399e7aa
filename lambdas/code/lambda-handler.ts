import type { Reference } from "../core/catalog/references.ts";
import type { CallMessage } from "../core/job/code-messages.ts";
import { answer } from "./answer.ts";
import type { CodeHost } from "./answer-call.ts";
import { boundOutput } from "./bounded-output.ts";
import { makeDeadlineGuard } from "./deadline-guard.ts";
import { Decisions } from "./feature/answer-decide.ts";
import { findFeature, type OfferedFeatures, resolveListed } from "./feature/find-feature.ts";

/** Reads references with the role of the function. */
export interface ReadsSecrets {
  resolve(reference: Reference): Promise<string>;
}

/**
 * The handler of the Lambda function with the code of a product: `secrets` is given where a function or feature of it lists any, and
 * `features` where it has any.
 */
export function lambdaHandler(
  functions: CodeHost["functions"],
  secrets?: () => ReadsSecrets,
  features?: OfferedFeatures,
): (message: unknown) => ReturnType<typeof answer> {
  const beginOutput = boundOutput();
  const guard = makeDeadlineGuard();
  const out = process.stdout;
  let reader: ReadsSecrets | undefined;
  const resolve = async (reference: Reference) => {
    reader ??= secrets?.();
    if (!reader) throw new Error("No function of this product lists secrets.");
    return reader.resolve(reference);
  };
  const write = (line: string) => void out.write(`${line}\n`);
  // Kept from one call to the next, with the handlers that wait.
  const decisions =
    features && new Decisions({ find: findFeature([features]), resolve: resolveListed(features, resolve), write });
  return async (message) => {
    beginOutput();
    const { deadline_ms } = Object(message) as Partial<CallMessage>;
    if (typeof deadline_ms === "number") guard.begin(deadline_ms);
    try {
      return await answer({ functions, resolve, write, ...(decisions && { decisions }) }, message);
    } finally {
      guard.end();
    }
  };
}
