import { type JobType, jobTypes } from "../job/job.ts";
import { ownValue, targetsOf } from "./catalog.ts";
import type { Definitions, Product } from "./job-type.ts";

/**
 * The types to whose queues the consumer of a type sends, in the order of `jobTypes`. A deployment grants it these queues and no other, and
 * its code sends to no other:
 *
 * - its own, for what comes too early, is tried again or planned next, and for the next in line for a slot that it frees;
 * - `feature`, since the end of a step wakes its feature, and any type may be a step;
 * - those of the steps of the catalog's features, if it is the consumer of features, which starts and cancels them.
 *
 * A slot that goes to a job of another type is handed over by the pump (`handOver`), whatever the catalog says of who shares a limit:
 * jobs that a former catalog has put in line stay there.
 */
export function reachOf(type: JobType, products: readonly Product[], definitions: Definitions): JobType[] {
  const steps = type === "feature" ? products.flatMap((product) => stepTypes(product, definitions)) : [];
  const reached = new Set<JobType>([type, "feature", ...steps]);
  return jobTypes.filter((one) => reached.has(one));
}

/** The types of the events that the steps of a product's features run. */
const stepTypes = (product: Product, { feature }: Definitions): JobType[] =>
  Object.values(targetsOf(product, feature))
    .flatMap((target) => feature.graph?.(target) ?? [])
    .flatMap(({ event }) => ownValue(product.jobs, event)?.type ?? []);
