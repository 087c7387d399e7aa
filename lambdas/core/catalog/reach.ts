import { type JobType, jobTypes } from "../job/job.ts";
import { isCodeTarget } from "./code-target.ts";
import type { Product } from "./job-type.ts";

/**
 * The types to whose queues the consumer of a type sends, in the order of `jobTypes`. A deployment grants it these queues and no other, and
 * its code sends to no other:
 *
 * - its own, for what comes too early, is tried again or planned next, and for the next in line for a slot that it frees;
 * - `feature`, since the end of a step wakes its feature, and any type may be a step;
 * - those of all events of the catalog, if it is the consumer of features, which starts and cancels steps: a run keeps the steps of
 *   a former catalog, whose events the present features may not run. And `function`, if features are in code: a step of theirs that takes
 *   long is a job of that type.
 *
 * A slot that goes to a job of another type is handed over by the pump (`handOverSlots`), whatever the catalog says of who shares a limit:
 * jobs that a former catalog has put in line stay there.
 */
export function reachOfType(type: JobType, products: readonly Product[]): JobType[] {
  const steps =
    type === "feature" ? products.flatMap(({ jobs }) => Object.values(jobs)).map((event) => event.type) : [];
  const ownSteps: JobType[] = type === "feature" && products.some(hasHandlers) ? ["function"] : [];
  const reached = new Set<JobType>([type, "feature", ...steps, ...ownSteps]);
  return jobTypes.filter((one) => reached.has(one));
}

/** Whether it has features in code, wherever that runs. */
const hasHandlers = ({ features = {} }: Product): boolean =>
  Object.values(features as Record<string, object>).some((target) => isCodeTarget(target) || "envs" in target);
