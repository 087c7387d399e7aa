import type { Product } from "../../../core/catalog/job-type.ts";
import type { Fault } from "../../../core/errors.ts";
import type { Reference } from "../../../core/expressions/expression.ts";
import { templateFaults } from "../../../core/expressions/template-faults.ts";
import { valueFaults } from "../../../core/expressions/values.ts";
import { jsonPointer } from "../../../core/schema/schema.ts";
import type { AppTarget } from "./target.ts";

const parts = ["params", "query", "headers", "body"];

/** The faults of the expressions in the defaults of an app's actions, where `$Input` is the input of the job. */
export const checkDefaults = ({ actions }: AppTarget, product: Product): Fault[] =>
  Object.entries(actions).flatMap(([name, { defaults }]) =>
    templateFaults(defaults ?? {}, ["actions", name, "defaults"], (reference) =>
      referenceFaults(reference, product),
    ).map(({ path, detail }) => ({ pointer: jsonPointer(path), detail })),
  );

function referenceFaults(reference: Reference, product: Product): string[] {
  const { root, path } = reference;
  if (root === "Sequence") return ["only a feature has sequences: $Input refers to the input of the action's job"];
  if (root !== "Input") return valueFaults(reference, product, product.envs);
  const [part] = path;
  return part === undefined || parts.includes(part)
    ? []
    : [`the input of an action has no such part: it has ${parts.join(", ")}`];
}
