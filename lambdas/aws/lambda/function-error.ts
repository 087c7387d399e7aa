import { shortened } from "../../core/outbound/rejection.ts";
import { problemOf } from "../http/problem.ts";

/** `INVALID_REQUEST` as AWS names errors: `InvalidRequest`. */
export const errorTypeOf = (code: string): string =>
  code.toLowerCase().replace(/(^|_)([a-z])/g, (_match, _start, letter: string) => letter.toUpperCase());

/**
 * What a function throws so that its caller is told what the HTTP API would say: `errorType` is the code, which the Catch
 * and Retry of Step Functions match, and `errorMessage` the problem as JSON. Without stack frames, which Lambda would add.
 * Step Functions cuts a cause at 32,768 characters, so of many faults there are some.
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
