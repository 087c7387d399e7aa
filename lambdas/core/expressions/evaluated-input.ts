import type { FoundEvent } from "../catalog/catalog.ts";
import { inputFaultsOf } from "../catalog/targets/input-check.ts";
import type { Job } from "../job/job.ts";
import { JobError } from "../job/job-error.ts";
import { claimsIn } from "../job/kept-session.ts";
import { hasMoreValues, mostValues } from "../kernel/bounds.ts";
import type { Fault } from "../kernel/errors.ts";
import { findFaults, uncovered } from "../kernel/find-faults.ts";
import { largestRequest, shorten } from "../kernel/sizes.ts";
import { resolve, scopeOf } from "./evaluate.ts";
import { catalogValuesOf } from "./values.ts";

/**
 * The input of a job that was requested with expressions, evaluated for the current run: `$Now` is the run's planned time, so every
 * attempt of the run gets the same. Throws a JobError VALIDATION_ERROR, which no attempt can mend, if the type or the event
 * refuses what comes out; it has pointers and no values.
 */
export function evaluatedInput(found: FoundEvent, job: Job, sent: Record<string, unknown>): Record<string, unknown> {
  const scope = scopeOf(sent, job.scheduled_at, catalogValuesOf(found.product, job.env));
  const input = resolve(sent, job.session ? { ...scope, session: claimsIn(job.session) } : scope);
  if (isLargerThan(input, largestRequest) || hasMoreValues(input)) {
    throw expressionFault(`it would have more than ${largestRequest} bytes or ${mostValues} values`);
  }
  const { faults, data } = findFaults(found.definition.input, input, ["input"]);
  const all = [...faults, ...(data ? uncovered(expressionFaults(found, job, data), faults) : [])];
  if (!data || all.length > 0)
    throw expressionFault(all.map(({ pointer, detail }) => `${pointer} ${detail}`).join("; "));
  return data;
}

const expressionFaults = (
  { product, event, definition }: FoundEvent,
  { env, app }: Job,
  input: Record<string, unknown>,
): Fault[] => inputFaultsOf(definition, { product, env, event, app, input });

const expressionFault = (why: string) =>
  new JobError("VALIDATION_ERROR", shorten(`The input with the values of its expressions is refused: ${why}`), {
    retryable: false,
  });

/** Whether the JSON of a value has more bytes, without making it: a small input can refer to a large part of itself many times. */
function isLargerThan(value: unknown, most: number): boolean {
  let left = most;
  const visit = (part: unknown): boolean => {
    left -= typeof part === "string" ? Buffer.byteLength(part) : 1;
    if (left < 0) return true;
    if (typeof part !== "object" || part === null) return false;
    if (Array.isArray(part)) return part.some(visit);
    return Object.entries(part).some(([key, field]) => {
      left -= Buffer.byteLength(key);
      return visit(field);
    });
  };
  return visit(value);
}
