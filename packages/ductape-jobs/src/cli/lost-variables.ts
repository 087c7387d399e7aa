import type { Product } from "../../../../lambdas/core/catalog/job-type.ts";
import { lostVariables } from "../../../../lambdas/core/expressions/evaluate.ts";
import { inParallel } from "../../../../lambdas/core/kernel/in-parallel.ts";
import { type Api, foundAt, path, readsAtOnce } from "./api.ts";

/** What runs keep of a feature, as far as this key may see it: without `jobs:input` there are no texts. */
export interface Definition {
  steps: { step: string; says?: Record<string, unknown> }[];
  output?: Record<string, unknown>;
}

/** A variable that the catalog has no longer. Absent step: the output refers to it. */
interface LostVariable {
  step?: string;
  name: string;
}

/** The definitions with these ids, of those that are still there. */
export async function definitionsOf(api: Api, ids: readonly string[]): Promise<Map<string, Definition>> {
  const all = await inParallel(readsAtOnce, ids, async (id): Promise<[string, Definition][]> => {
    const found = await foundAt<Definition>(api, path`/v1/definitions/${id}`);
    return found ? [[id, found]] : [];
  });
  return new Map(all.flat());
}

/** The variables to which some steps of a definition, and its output, refer, and that an env of the product has no longer. */
export function lostOfDefinition(
  { steps, output }: Definition,
  left: ReadonlySet<string>,
  product: Product,
  env: string,
): LostVariable[] {
  const lost = (template: unknown) => lostVariables(template, product, env);
  return [
    ...steps
      .filter(({ step }) => left.has(step))
      .flatMap(({ step, says }) => lost(says).map((name) => ({ step, name }))),
    ...lost(output).map((name) => ({ name })),
  ];
}
