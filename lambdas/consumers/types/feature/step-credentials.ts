import { ownValue, targetsOf } from "../../../core/catalog/catalog.ts";
import type { Product, Registry } from "../../../core/catalog/job-type.ts";
import { isGroup } from "../../../core/catalog/targets/group.ts";
import {
  type CalledApp,
  changedCredentials,
  credentialFaults,
} from "../../../core/expressions/credential-references.ts";
import type { ValueReference } from "../../../core/expressions/expression.ts";
import type { TemplateFault } from "../../../core/expressions/template-faults.ts";
import { eventsNamed } from "../../../core/requests/spellings/event-name.ts";
import type { PlacedJobStep, PlacedStep } from "./steps.ts";

/** The faults of a reference to a credential in a step's input: it must be one of the app that the step calls. */
export function stepCredentialFaults(
  reference: ValueReference,
  { step }: PlacedJobStep,
  product: Product,
  registry: Registry,
): string[] {
  const [named] = eventsNamed(product, registry, step.event, step.app);
  const event = named && ownValue(product.jobs, named.tag);
  if (event?.type !== "action") return credentialFaults(reference, undefined);
  const app = String(event.app);
  const target = ownValue(targetsOf(product, registry.action), app);
  if (isGroup(target)) return [ofGroup(app)];
  return credentialFaults(reference, target === undefined ? undefined : { app, envs: (target as Envs).envs });
}

type Envs = Pick<CalledApp, "envs">;

const ofGroup = (group: string): string =>
  `"${group}" is a group of apps, each with credentials of its own: name each in the defaults of its app's action`;

/** The credentials in a step's input that an operator would change. */
export const changedIn = ({ step, path }: PlacedStep): TemplateFault[] =>
  changedCredentials(step.input ?? {}, [...path, "input"]);
