import type { Product } from "../../../core/catalog/job-type.ts";
import { changedCredentials, credentialFaults } from "../../../core/expressions/credential-references.ts";
import type { ValueReference } from "../../../core/expressions/expression.ts";
import { catalogTemplateFaults } from "../../../core/expressions/template-faults.ts";
import { valueFaults } from "../../../core/expressions/values.ts";
import type { Fault } from "../../../core/kernel/errors.ts";
import { jsonPointer } from "../../../core/kernel/schema.ts";
import type { AppTarget } from "./target.ts";

const parts = ["params", "query", "headers", "body"];

/** What is wrong with an app's actions beyond their schema. */
export const checkActions = (target: AppTarget, product: Product): Fault[] => [
  ...checkDefaults(target, product),
  ...Object.entries(target.actions).flatMap(([name, { method, body, body_type }]) => {
    const fault = (detail: string) => [{ pointer: jsonPointer(["actions", name, "body"]), detail }];
    if (body && method === "GET") return fault("a GET request has no body");
    return body && body_type === "text"
      ? fault("has no fields: a body of type text is the text of its field `text`")
      : [];
  }),
];

/** The faults of the expressions in the defaults of an app's actions, where `$Input` is the input of the job. */
const checkDefaults = (target: AppTarget, product: Product): Fault[] =>
  Object.entries(target.actions).flatMap(([name, { defaults = {} }]) => {
    const place = ["actions", name, "defaults"];
    return [
      ...catalogTemplateFaults(defaults, place, (reference) => credentialReferenceFaults(reference, product, target)),
      ...changedCredentials(defaults, place),
    ].map(({ path, detail }) => ({ pointer: jsonPointer(path), detail }));
  });

function credentialReferenceFaults(reference: ValueReference, product: Product, target: AppTarget): string[] {
  const { root, path } = reference;
  if (root === "Auth") return credentialsOfApp(reference, product, target);
  if (root === "Sequence") return ["only a feature has sequences: $Input refers to the input of the action's job"];
  if (root !== "Input") return valueFaults(reference, product, product.envs);
  const [part] = path;
  return part === undefined || parts.includes(part)
    ? []
    : [`the input of an action has no such part: it has ${parts.join(", ")}`];
}

/** A target does not know its name. Two apps may be one object, and only one of them has the name that a text refers to. */
const credentialsOfApp = (reference: ValueReference, product: Product, target: AppTarget): string[] =>
  Object.entries(product.apps ?? {})
    .filter(([, app]) => app === target)
    .flatMap(([app]) => credentialFaults(reference, { app, envs: target.envs }));
