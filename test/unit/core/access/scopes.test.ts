import { allScopes, requireScope, type Scopes } from "../../../../lambdas/core/access/scopes.ts";

const reader: Scopes = { products: ["shop"], envs: ["dev"], verbs: ["jobs:read"] };

describe("requireScope", () => {
  it("lets a key do what it may, where it may", () => {
    expect(() => requireScope(allScopes, "jobs:write", { product: "any", env: "any" })).not.toThrow();
    expect(() => requireScope(reader, "jobs:read", { product: "shop", env: "dev" })).not.toThrow();
    expect(() => requireScope({ ...reader, verbs: ["jobs:admin"] }, "jobs:write", { product: "shop" })).not.toThrow();
  });

  it.each([
    ["another verb", "jobs:write", { product: "shop", env: "dev" }],
    ["another product", "jobs:read", { product: "shop2", env: "dev" }],
    ["another env", "jobs:read", { product: "shop", env: "prd" }],
  ] as const)("refuses %s", (_what, verb, where) => {
    expect(() => requireScope(reader, verb, where)).toThrow("does not allow");
  });
});
