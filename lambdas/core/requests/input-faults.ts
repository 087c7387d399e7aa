import type { CatalogEvent } from "../catalog/catalog.ts";
import { inputFaultsOf } from "../catalog/targets/input-check.ts";
import { expressionInputFaults, plainInputFaults, takesExpressions } from "../expressions/request-input.ts";
import type { Fault } from "../kernel/errors.ts";
import { isInexact } from "../kernel/exact-json.ts";
import { type Findings, findFaults, uncovered } from "../kernel/find-faults.ts";
import { firstFaults, jsonPointer } from "../kernel/schema.ts";
import type { JobRequest } from "./job-request.ts";

/** Who asks for a job: the input of a feature's step is resolved, so it has no expressions, whatever it looks like. */
export type Origin = "caller" | "feature";

type Input = Record<string, unknown>;

/** A template is stored as it was sent: what it stands for is checked beside its expressions, and when it runs. */
export const findInputFaults = (
  found: Pick<CatalogEvent, "definition" | "event">,
  input: Input,
  from: Origin = "caller",
): Findings<Input> =>
  from === "caller" && takesExpressions(found)
    ? { faults: [], data: input, lost: [] }
    : findFaults(found.definition.input, input, ["input"]);

/** The faults of an input: against the schema of its type and against its event, and numbers that would not be stored exactly. */
export function inputFaults(
  found: CatalogEvent,
  { app, input, session }: Pick<JobRequest, "app" | "input" | "session">,
  { faults, data }: Findings<Input>,
  from: Origin = "caller",
  sent = input,
): Fault[] {
  const inexact = overflows(input, ["input"]);
  if (from === "caller" && takesExpressions(found)) {
    return [...inexact, ...expressionInputFaults(found, input, app, session?.tag)];
  }
  // A type may write the input as JSON to check it, which numbers beyond 2^53 are not.
  const ofEvent = data && inexact.length === 0 ? inputFaultsOf(found.definition, { ...found, app, input: data }) : [];
  const further = uncovered(ofEvent, faults);
  const unevaluated = from === "caller" ? plainInputFaults(found, sent) : [];
  return [...inexact, ...faults, ...further, ...unevaluated];
}

/**
 * Numbers that would be stored as other values: JSON.parse reads 1e400 as Infinity, which JSON writes as null, and rounds a
 * whole number beyond 2^53 to the nearest JavaScript number.
 */
function overflows(value: unknown, path: readonly string[]): Fault[] {
  const fault = (detail: string) => [{ pointer: jsonPointer(path), detail }];
  if (isInexact(value)) return fault("is a whole number beyond 2^53, which would be rounded: send it as a string");
  if (typeof value === "number") return Number.isFinite(value) ? [] : fault("is too large a number");
  if (typeof value !== "object" || value === null) return [];
  // A file's bytes may be millions of numbers, so a small number must cost no more than this check.
  const keys = Object.keys(value).filter((key) => needsLook((value as Record<string, unknown>)[key]));
  return firstFaults(keys, (key) => overflows((value as Record<string, unknown>)[key], [...path, key]));
}

const needsLook = (value: unknown): boolean =>
  typeof value === "object" || (typeof value === "number" ? !(Math.abs(value) < 2 ** 53) : typeof value === "bigint");
