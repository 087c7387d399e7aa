import { type Scopes, type Verb, verbsOf } from "./scopes.ts";

/** Names for sets of verbs, as a team speaks of them. */
export const roles = ["viewer", "operator", "admin"] as const;
export type Role = (typeof roles)[number];

/** An operator on call sees what a provider has answered, which needs `jobs:input`. */
const verbsOfRoles: Readonly<Record<Role, readonly Verb[]>> = {
  viewer: ["jobs:read"],
  operator: ["jobs:read", "jobs:write", "jobs:input"],
  admin: ["jobs:admin"],
};

/** Access as people give it: a role or verbs, in products and envs. */
export type Given = { products: readonly string[]; envs: readonly string[] } & (
  | { role: Role }
  | { verbs: readonly Verb[] }
);

/** The scopes that are meant. Only they are stored, so that a role of a later version does not change the keys that there are. */
export const scopesGiven = ({ products, envs, ...may }: Given): Scopes => ({
  products: [...products],
  envs: [...envs],
  verbs: [...("role" in may ? verbsOfRoles[may.role] : may.verbs)],
});

/** The role whose verbs these are, in any order. Undefined for another set of verbs. */
export const roleOf = (scopes: Pick<Scopes, "verbs">): Role | undefined => {
  const own = verbsOf(scopes).join();
  return roles.find((role) => verbsOf({ verbs: [...verbsOfRoles[role]] }).join() === own);
};
