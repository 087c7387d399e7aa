import { referencesInTemplate, resolve, scopeOf } from "../../../core/expressions/evaluate.ts";
import { mentionsDollar } from "../../../core/expressions/template.ts";
import { JobError } from "../../../core/job/job-error.ts";
import { findFaults } from "../../../core/kernel/find-faults.ts";
import type { Execution } from "../../../core/operations/execution.ts";
import { type CallInput, callInput } from "../../clients/http/call-input.ts";
import type { CredentialReader } from "./credentials.ts";

type Scoped = Pick<Execution, "job" | "input" | "variables" | "constants">;

/**
 * The defaults of an action with the values of their expressions: `$Input` is the job's input, and `$Now` the planned time of its
 * run, the same for every attempt. `$Auth` is a credential of the app. Throws a JobError VALIDATION_ERROR if a value does not fit where it stands.
 */
export async function evaluatedDefaults(
  { job, input, ...values }: Scoped,
  defaults: CallInput | undefined,
  credentials: CredentialReader,
): Promise<CallInput | undefined> {
  if (!mentionsDollar(defaults)) return defaults;
  const credential = await readFor(defaults, credentials);
  const evaluated = resolve(defaults, { ...scopeOf(input, job.scheduled_at, values), credential });
  const { faults, data } = findFaults(callInput, evaluated, ["defaults"]);
  if (data && faults.length === 0) return data;
  const all = faults.map(({ pointer, detail }) => `${pointer} ${detail}`).join("; ");
  throw new JobError("VALIDATION_ERROR", `The values of the expressions in the action's defaults do not fit: ${all}`);
}

/** Reads the credentials that a template refers to beforehand, since expressions do not wait for anything. */
async function readFor(
  template: unknown,
  credentials: CredentialReader,
): Promise<(app: string, key: string) => string> {
  const named = referencesInTemplate(template).filter(({ root }) => root === "Auth");
  const values = new Map<string, string>();
  for (const { path } of named) {
    const [app = "", key = ""] = path;
    values.set(JSON.stringify([app, key]), await credentials.read(app, key));
  }
  return (app, key) => values.get(JSON.stringify([app, key])) ?? "";
}
