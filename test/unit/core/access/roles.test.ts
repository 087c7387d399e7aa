import { roleOf, roles, scopesGiven } from "../../../../lambdas/core/access/roles.ts";
import { verbs, verbsOf } from "../../../../lambdas/core/access/scopes.ts";

const where = { products: ["shop"], envs: ["dev"] };

it("a role is its verbs in these products and envs", () => {
  const granted = roles.map((role) => [role, verbsOf(scopesGiven({ ...where, role }))]);
  expect(granted).toEqual([
    ["viewer", ["jobs:read"]],
    ["operator", ["jobs:read", "jobs:write", "jobs:input"]],
    ["admin", [...verbs]],
  ]);
  expect(scopesGiven({ ...where, role: "viewer" })).toEqual({ ...where, verbs: ["jobs:read"] });
});

it("verbs are taken as they are given", () => {
  expect(scopesGiven({ ...where, verbs: ["jobs:write"] })).toEqual({ ...where, verbs: ["jobs:write"] });
});

it("a role is recognised by its verbs in any order, and other sets of verbs have none", () => {
  for (const role of roles) expect(roleOf(scopesGiven({ ...where, role }))).toBe(role);
  expect(roleOf({ verbs: ["jobs:input", "jobs:write", "jobs:read"] })).toBe("operator");
  expect(roleOf({ verbs: ["jobs:read", "jobs:admin"] })).toBe("admin");
  expect(roleOf({ verbs: ["jobs:read", "jobs:write"] })).toBeUndefined();
  expect(roleOf({ verbs: [] })).toBeUndefined();
});
