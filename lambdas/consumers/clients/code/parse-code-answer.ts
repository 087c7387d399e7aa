import { isDeepJson } from "../../../core/kernel/json-values.ts";

/** What the protocol surrounds a result with is few levels of JSON, and a result has at most 64. */
const mostLevels = 80;

/** What code has answered, unchecked. What is no JSON is no answer, and so undefined. */
export function parseCodeAnswer(bytes: Uint8Array): unknown {
  try {
    return isDeepJson(bytes, mostLevels) ? undefined : JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}
