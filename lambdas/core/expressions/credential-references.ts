import type { Path } from "../kernel/schema.ts";
import { didYouMean } from "../kernel/schema.ts";
import { type Expression, ExpressionFault, type Root, referencesOf, type ValueReference } from "./expression.ts";
import { expressionsIn } from "./template.ts";
import { eachText, type TemplateFault } from "./template-faults.ts";

/** An app as far as texts may refer to its credentials: the names of those that it has in each env. */
export interface CalledApp {
  app: string;
  envs: Record<string, { credentials?: object | undefined }>;
}

/** What is wrong with a reference to a credential in a text of the catalog that is evaluated for a call of `called`. */
export function credentialFaults({ path }: ValueReference, called: CalledApp | undefined): string[] {
  const [app, key, ...more] = path;
  if (app === undefined || key === undefined || more.length > 0)
    return ["must name an app and a credential of it: $Auth{app}{key}"];
  if (!called) return ["$Auth is for steps that run an action: nothing else is sent to an app"];
  if (app !== called.app) return [`refers to another app than "${called.app}", which is called here`];
  return Object.entries(called.envs).flatMap(([env, { credentials = {} }]) =>
    Object.hasOwn(credentials, key)
      ? []
      : [
          `the app has no such entry in \`credentials\` in the env "${env}".${didYouMean(key, Object.keys(credentials))}`,
        ],
  );
}

/**
 * The texts in which an operator would change a credential. It is passed on whole, by itself or within a text, so that it can be
 * found and hidden where a provider repeats it.
 */
export const changedCredentials = (template: unknown, path: Path): TemplateFault[] =>
  changedReferences("Auth", template, path, "no other operator takes a credential");

/** The same for any root whose value is replaced later, and therefore has to be found. */
export function changedReferences(root: Root, template: unknown, path: Path, why: string): TemplateFault[] {
  const faults: TemplateFault[] = [];
  const mentions = (part: Expression): boolean => referencesOf(part).some((reference) => reference.root === root);
  const isChanged = (part: Expression): boolean => {
    if (part.kind === "list") return mentions(part);
    if (part.kind !== "call") return false;
    if (part.operator !== "Concat") return mentions(part);
    return part.args.flatMap((arg) => (arg.kind === "list" ? arg.items : [arg])).some(isChanged);
  };
  eachText(template, path, (text, place) => {
    if (text.includes(`$${root}`) && parseText(text).some(isChanged))
      faults.push({ path: place, detail: `$${root} stands by itself, within a text or in $Concat: ${why}` });
  });
  return faults;
}

/** Texts that do not parse have their own faults. */
function parseText(text: string): Expression[] {
  try {
    return expressionsIn(text);
  } catch (error) {
    if (error instanceof ExpressionFault) return [];
    throw error;
  }
}
