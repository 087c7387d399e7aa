import { mentionsDollar } from "../../../core/expressions/template.ts";
import { JobError } from "../../../core/job/job-error.ts";
import type { Execution } from "../../../core/operations/execution.ts";
import { findFaults } from "../../../core/schema/find-faults.ts";
import { type CallInput, callInput } from "../../clients/http/call-input.ts";

type Scoped = Pick<Execution, "job" | "input" | "variables" | "constants">;

/**
 * The defaults of an action with the values of their expressions: `$Input` is the job's input, and `$Now` the planned time of its
 * run, the same for every attempt. Throws a JobError VALIDATION_ERROR if a value does not fit where it stands.
 */
export async function evaluatedDefaults(
  { job, input, ...values }: Scoped,
  defaults: CallInput | undefined,
): Promise<CallInput | undefined> {
  if (!mentionsDollar(defaults)) return defaults;
  const { resolve, scopeOf } = await import("../../../core/expressions/evaluate.ts");
  const evaluated = resolve(defaults, scopeOf(input, job.scheduled_at, values));
  const { faults, data } = findFaults(callInput(), evaluated, ["defaults"]);
  if (data && faults.length === 0) return data;
  const all = faults.map(({ pointer, detail }) => `${pointer} ${detail}`).join("; ");
  throw new JobError("VALIDATION_ERROR", `The values of the expressions in the action's defaults do not fit: ${all}`);
}
