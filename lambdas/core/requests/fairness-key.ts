import { keyPart } from "../expressions/key-part.ts";
import { parseExpression } from "../expressions/parse.ts";
import { fingerprint } from "../job/job-id.ts";
import { requestLimits } from "../schema/request-limits.ts";

/** Why an event cannot have this key: it is either a plain string, or one reference into the input of a request. */
export function fairnessKeyFault(key: string): string | undefined {
  if (!key.startsWith("$")) return undefined;
  return pathOf(key) === undefined ? "must be a plain string, or one reference such as $Input{customer}" : undefined;
}

/** The keys of a reference into the input, or undefined if the text is something else. */
function pathOf(key: string): readonly string[] | undefined {
  try {
    const expression = parseExpression(key);
    const isPath = expression.kind === "reference" && expression.root === "Input" && expression.path.length > 0;
    return isPath ? expression.path.map(String) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The fairness key that an event gives a request. Undefined if the event has none, or if its reference leads to nothing that makes
 * a key: then the request shares the turn of its tenant.
 */
export function fairnessKeyOf(key: string | undefined, input: Record<string, unknown>): string | undefined {
  if (key === undefined || !key.startsWith("$")) return key;
  const text = keyPart((pathOf(key) ?? []).reduce<unknown>(fieldOf, input));
  return text === undefined ? undefined : shortened(text);
}

const fieldOf = (value: unknown, field: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, field)
    ? (value as Record<string, unknown>)[field]
    : undefined;

/** A longer key is replaced by its hash, so that keys which differ stay apart. */
const shortened = (text: string): string => (text.length <= requestLimits.fairnessKey ? text : fingerprint(text));
