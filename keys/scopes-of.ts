import { type Role, roles, scopesGiven } from "../lambdas/core/access/roles.ts";
import { verbs as allVerbs, type Scopes, type Verb } from "../lambdas/core/access/scopes.ts";
import type { Catalog } from "../lambdas/core/catalog/catalog.ts";
import { didYouMean } from "../lambdas/core/kernel/schema.ts";
import { KeysError } from "./keys-error.ts";

const all = "*";

interface Asked {
  products: string;
  envs: string;
  role?: string;
  verbs?: string;
}

/**
 * The scopes that comma-separated lists ask for, with a role or a list of verbs. Throws a KeysError with every fault: an unknown
 * product, an env that none of the products has, an unknown role or verb, both of them.
 */
export function scopesOf(catalog: Catalog, asked: Asked): Scopes {
  const { role } = asked;
  const [products = [], envs = [], verbs = []] = [asked.products, asked.envs, asked.verbs ?? ""].map(namesIn);
  const named = catalog.products.filter(({ tag }) => products.includes(all) || products.includes(tag));
  // If no product is known, an env is a fault only if no product of the catalog has it, so that one mistake is one fault.
  const reached = named.length > 0 ? named : catalog.products;
  const faults = [
    ...unknown("product", products, [...catalog.products.map(({ tag }) => tag), all]),
    ...unknown("env", envs, [...new Set(reached.flatMap((product) => product.envs)), all]),
    ...(role === undefined ? unknown("verb", verbs, allVerbs) : unknown("role", [role], roles)),
    ...(role !== undefined && asked.verbs !== undefined ? ["A key has a role or verbs: leave one of them out."] : []),
  ];
  if (faults.length > 0) throw new KeysError(faults.join("\n"));
  return scopesGiven({ products, envs, ...(role === undefined ? { verbs: verbs as Verb[] } : { role: role as Role }) });
}

const namesIn = (text: string): string[] => [
  ...new Set(
    text
      .split(",")
      .map((name) => name.trim())
      .filter(Boolean),
  ),
];

function unknown(what: string, names: string[], known: readonly string[]): string[] {
  if (names.length === 0) return [`Name at least one ${what}.`];
  return names
    .filter((name) => !known.includes(name))
    .map((name) => `There is no ${what} "${name}".${didYouMean(name, known) || ` Known: ${known.join(", ")}.`}`);
}
