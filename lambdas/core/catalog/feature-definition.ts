import { hash } from "node:crypto";
import type { FoundEvent } from "./catalog.ts";
import type { ProductEvent } from "./job-type.ts";

/**
 * What a feature says: its event, its steps and its output, and the constants that they refer to. A run keeps all of it from its first
 * decision on, whatever is deployed meanwhile. What its steps call keeps changing with the catalog: addresses, credentials, limits,
 * retries and variables.
 */
export interface FeatureDefinition {
  event: ProductEvent;
  target: unknown;
  constants: Record<string, unknown>;
}

export const definitionOf = ({ event, target, product }: FoundEvent): FeatureDefinition => ({
  event,
  target,
  constants: product.constants ?? {},
});

export const definitionIdPattern = /^def_[0-9a-f]{32}$/;

/**
 * Names a definition by what it says. The order of its fields counts, since it is the order of its steps: a catalog is code, so it is
 * the same wherever the same catalog is deployed.
 */
export const definitionId = (definition: FeatureDefinition): string =>
  `def_${hash("sha256", JSON.stringify(definition), "hex").slice(0, 32)}`;
