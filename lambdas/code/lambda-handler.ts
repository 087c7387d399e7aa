import type { Reference } from "../core/catalog/references.ts";
import type { CodeMessage } from "../core/job/code-bundle.ts";
import { answerCall, type CodeHost } from "./answer-call.ts";
import { answerUnawaited, leftOf } from "./answer-unawaited.ts";
import { boundOutput } from "./bounded-output.ts";
import { makeDeadlineGuard } from "./deadline-guard.ts";
import { type FeatureFiles, makeDefinitions } from "./definitions.ts";

/** Reads references with the role of the function. */
export interface ReadsSecrets {
  resolve(reference: Reference): Promise<string>;
}

interface Deployed {
  functions: CodeHost["functions"];
  features?: FeatureFiles;
  /** Given where something of it lists any. */
  secrets?: () => ReadsSecrets;
}

/** The handler of the Lambda function with the code of a product. */
export function lambdaHandler({ functions, features = {}, secrets }: Deployed): (message: unknown) => Promise<unknown> {
  const beginOutput = boundOutput();
  const guard = makeDeadlineGuard();
  const definitions = makeDefinitions(features, { from: process.env.CODE_FROM });
  const out = process.stdout;
  let reader: ReadsSecrets | undefined;
  const resolve = async (reference: Reference) => {
    reader ??= secrets?.();
    if (!reader) throw new Error("Nothing of this product lists secrets.");
    return reader.resolve(reference);
  };
  const write = (line: string) => void out.write(`${line}\n`);
  return async (given) => {
    beginOutput();
    const message = Object(given) as CodeMessage;
    const { deadline_ms } = message as Partial<CodeMessage>;
    if (typeof deadline_ms === "number") guard.begin(leftOf(message, deadline_ms));
    try {
      switch (message.kind) {
        case "decide":
          return await definitions.answer(message, { resolve, write });
        case "step":
          return await answerUnawaited((step) => definitions.answer(step as typeof message, { resolve, write }), given);
        case "bundle":
          return await definitions.give(message);
        default:
          return await answerUnawaited((call, live) => answerCall({ functions, resolve, write }, call, live), given);
      }
    } finally {
      guard.end();
    }
  };
}
