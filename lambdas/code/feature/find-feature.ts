import { type Reference, referenceName } from "../../core/catalog/references.ts";
import type { Offered } from "../answer-call.ts";
import type { FeatureHost } from "./answer-decide.ts";
import { isCodeFeature } from "./define-feature.ts";

/** The features of one definition, as their entries in the catalog have them. */
export interface OfferedFeatures {
  definition: string;
  features: Readonly<Record<string, Offered>>;
}

/**
 * Finds the feature with which a run began. `definitions` begin with that of now, which new runs get; the others are those of runs that have
 * begun before.
 */
export function findFeature(definitions: readonly OfferedFeatures[]): FeatureHost["find"] {
  return async (run) => {
    const possible = definitions.filter(({ definition }) => run.definition === "" || run.definition === definition);
    if (possible.length === 0)
      return { code: "UNKNOWN_DEFINITION", message: `This code has no definition ${run.definition} any more.` };
    for (const { definition, features } of possible) {
      const offered = Object.hasOwn(features, run.feature) ? features[run.feature] : undefined;
      if (!offered) continue;
      const { load, file, export: name } = offered;
      const feature = ((await load()) as Record<string, unknown>)[name];
      if (isCodeFeature(feature)) return { feature, definition };
      const what = feature === undefined ? `exports no ${name}` : `exports a ${name} that defineFeature has not made`;
      return {
        code: "UNKNOWN_FEATURE",
        message: `${file} ${what}: export const ${name} = defineFeature({ ... })`,
      };
    }
    return { code: "UNKNOWN_FEATURE", message: `This code has no feature ${run.feature}.` };
  };
}

/** Steps read what the feature's entry lists. */
export function resolveListed(
  { features }: OfferedFeatures,
  resolve: (reference: Reference) => Promise<string>,
): FeatureHost["resolve"] {
  return async ({ feature }, reference) => {
    const name = referenceName(reference);
    const { secrets = [] } = features[feature] ?? {};
    if (secrets.some((one) => referenceName(one) === name)) return resolve(reference);
    throw new Error(`features.${feature} of the catalog does not list ${name}: add it to \`secrets\` there.`);
  };
}
