import { evaluatedInput } from "../../../core/expressions/evaluated-input.ts";
import type { Around } from "../context.ts";

/** First: the cache, the targets and the executor see the input with its values. A fault in it begins nothing. */
export const expressions: Around = (execute, { job }, found) => {
  if (!job.expressions) return execute;
  return async (execution, services) =>
    execute({ ...execution, input: evaluatedInput(found, job, execution.input) }, services);
};
