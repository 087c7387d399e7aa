import { own, targetsOf } from "../../../core/catalog/catalog.ts";
import type { Product, Registry } from "../../../core/catalog/job-type.ts";
import {
  type AppCredentials,
  changedCredentials,
  credentialFaults,
} from "../../../core/expressions/credential-references.ts";
import type { Reference } from "../../../core/expressions/expression.ts";
import type { TemplateFault } from "../../../core/expressions/template-faults.ts";
import { eventsNamed } from "../../../core/requests/ductape/event-name.ts";
import type { PlacedStep } from "./steps.ts";

/** The faults of a reference to a credential in a step's input: it must be one of the app that the step calls. */
export const stepCredentialFaults = (reference: Reference, placed: PlacedStep, product: Product, registry: Registry) =>
  credentialFaults(reference, calledBy(placed, product, registry));

/** The credentials in a step's input that an operator would change. */
export const changedIn = ({ step, path }: PlacedStep): TemplateFault[] =>
  changedCredentials(step.input ?? {}, [...path, "input"]);

/** The app that a step calls, if it runs an action. */
function calledBy({ step }: PlacedStep, product: Product, registry: Registry): AppCredentials | undefined {
  const [named] = eventsNamed(product, registry, step.event, step.app);
  const event = named && own(product.jobs, named.tag);
  if (event?.type !== "action") return undefined;
  const app = String(event.app);
  const target = own(targetsOf(product, registry.action), app) as Pick<AppCredentials, "envs"> | undefined;
  return target && { app, envs: target.envs };
}
