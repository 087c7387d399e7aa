import { type Reference, referenceName } from "../../core/catalog/references.ts";
import type { Offered } from "../answer-call.ts";
import { thrownOf } from "../thrown.ts";
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
      const { file, export: name } = offered;
      const module = await loaded(offered);
      if ("failed" in module) {
        const message = `${file} cannot be loaded: ${module.failed}. What a module does as it is loaded must not fail: mend it, and deploy it.`;
        return { code: "UNKNOWN_FEATURE", message };
      }
      const feature = module.exports[name];
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

/** Loads a module once: a second import of one that has failed may give what it had got to. */
function loaded(offered: Offered): Promise<Loaded> {
  const known = modules.get(offered);
  if (known) return known;
  const loading = offered.load().then(
    (exports): Loaded => ({ exports: exports as Record<string, unknown> }),
    (error: unknown): Loaded => {
      const { name, message } = thrownOf(error);
      return { failed: `${name}: ${message}` };
    },
  );
  modules.set(offered, loading);
  return loading;
}

type Loaded = { exports: Record<string, unknown> } | { failed: string };
const modules = new WeakMap<Offered, Promise<Loaded>>();

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
