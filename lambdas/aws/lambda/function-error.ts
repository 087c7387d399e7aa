import { shortened } from "../../core/outbound/rejection.ts";
import { problemOf } from "../http/problem.ts";

/** Converts a code to the form of AWS's error names: `INVALID_REQUEST` becomes `InvalidRequest`. */
export const errorTypeOf = (code: string): string =>
  code.toLowerCase().replace(/(^|_)([a-z])/g, (_match, _start, letter: string) => letter.toUpperCase());

/**
 * The error that a function throws so that its caller receives the same problem as from the HTTP API. `errorType` is the code,
 * which Catch and Retry of Step Functions match, and `errorMessage` is the problem as JSON. The stack has no frames, since Lambda
 * would return them. The list of faults is shortened, since Step Functions cuts a cause at 32,768 characters.
 */
export function functionErrorOf(error: unknown, requestId: string): Error {
  const { errors = [], errors_omitted = 0, ...problem } = problemOf(error, requestId);
  const some = shortened(errors);
  const omitted = errors_omitted + errors.length - some.length;
  const faults = { ...(some.length > 0 && { errors: some }), ...(omitted > 0 && { errors_omitted: omitted }) };
  const thrown = new Error(JSON.stringify({ ...problem, ...faults }));
  thrown.name = errorTypeOf(problem.code);
  thrown.stack = thrown.name;
  return thrown;
}
