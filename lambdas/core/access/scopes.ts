import * as z from "zod";
import { RequestError } from "../requests/request-error.ts";

/**
 * What a key may do: `jobs:read` reads, `jobs:write` schedules and changes, `jobs:input` shows the inputs of jobs, `jobs:admin` does
 * all of it, and bulk changes.
 */
export const verbs = ["jobs:read", "jobs:write", "jobs:input", "jobs:admin"] as const;
export type Verb = (typeof verbs)[number];

const Names = z.array(z.string());

/** The permissions of an API key; `*` stands for every product or env. The authorizer passes them to the API as JSON. */
export const Scopes = z.object({ products: Names, envs: Names, verbs: z.array(z.enum(verbs)) });
export type Scopes = z.infer<typeof Scopes>;

export const allScopes: Scopes = { products: ["*"], envs: ["*"], verbs: [...verbs] };

const includesName = (names: string[], name: unknown) =>
  typeof name !== "string" || names.includes("*") || names.includes(name);

/** Whether a key has access to this product and env. A part that is not known yet is not checked. */
export const hasAccess = (scopes: Scopes, where: { product?: unknown; env?: unknown }): boolean =>
  includesName(scopes.products, where.product) && includesName(scopes.envs, where.env);

/** The verbs that a key has, those included that `jobs:admin` implies. */
export const verbsOf = (scopes: Pick<Scopes, "verbs">): Verb[] =>
  verbs.filter((verb) => scopes.verbs.includes(verb) || scopes.verbs.includes("jobs:admin"));

/** Whether a key has the verb in this product and env. */
export const may = (scopes: Scopes, verb: Verb, where: { product?: unknown; env?: unknown }): boolean =>
  verbsOf(scopes).includes(verb) && hasAccess(scopes, where);

/** Throws FORBIDDEN unless the key has the verb in this product and env. A part that is not known yet is not checked. */
export function requireScope(scopes: Scopes, verb: Verb, where: { product?: unknown; env?: unknown }): void {
  if (may(scopes, verb, where)) return;
  throw new RequestError("FORBIDDEN", `This API key does not allow ${verb} in this product and env.`);
}
