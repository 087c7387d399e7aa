import { evaluatedInput } from "../../../core/expressions/evaluated-input.ts";
import { evaluatedTexts } from "../../../core/expressions/search.ts";
import type { Around } from "../context.ts";

/**
 * First: the cache, the targets and the executor see the input with its values. A fault in it begins nothing. By what the job is found is
 * taken here, where the input is at hand: by the present catalog, whatever definition the run keeps.
 */
export const expressions: Around = (execute, running, found) => {
  const { job, services } = running;
  const searched = services.catalog.lookup(job.product, job.event)?.event;
  if (!job.expressions && searched?.search === undefined) return execute;
  return async (execution, within) => {
    const input = job.expressions ? evaluatedInput(found, job, execution.input) : execution.input;
    if (searched?.search) running.searched = evaluatedTexts(searched, input, job.expressions && execution.input);
    return execute({ ...execution, input }, within);
  };
};
