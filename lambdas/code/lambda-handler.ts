import type { Reference } from "../core/catalog/references.ts";
import type { CallAnswer, CallMessage } from "../core/job/code-messages.ts";
import { answerCall, type CodeHost } from "./answer-call.ts";
import { boundOutput } from "./bounded-output.ts";
import { makeDeadlineGuard } from "./deadline-guard.ts";

/** Reads references with the role of the function. */
export interface ReadsSecrets {
  resolve(reference: Reference): Promise<string>;
}

/** The handler of the Lambda function with the code of a product: `secrets` is given where a function of it lists any. */
export function lambdaHandler(
  functions: CodeHost["functions"],
  secrets?: () => ReadsSecrets,
): (message: unknown) => Promise<CallAnswer> {
  const beginOutput = boundOutput();
  const guard = makeDeadlineGuard();
  const out = process.stdout;
  let reader: ReadsSecrets | undefined;
  const resolve = async (reference: Reference) => {
    reader ??= secrets?.();
    if (!reader) throw new Error("No function of this product lists secrets.");
    return reader.resolve(reference);
  };
  return async (message) => {
    beginOutput();
    const { deadline_ms } = Object(message) as Partial<CallMessage>;
    if (typeof deadline_ms === "number") guard.begin(deadline_ms);
    try {
      return await answerCall({ functions, resolve, write: (line) => void out.write(`${line}\n`) }, message);
    } finally {
      guard.end();
    }
  };
}
