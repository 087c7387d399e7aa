import { allScopes, may, requireScope, Scopes, type Verb, verbsOf } from "../../../../lambdas/core/access/scopes.ts";

const reader: Scopes = { products: ["shop"], envs: ["dev"], verbs: ["jobs:read"] };

it.each<[Verb[], Verb[]]>([
  [["jobs:read"], ["jobs:read"]],
  [
    ["jobs:write", "jobs:read"],
    ["jobs:read", "jobs:write"],
  ],
  [["jobs:input"], ["jobs:input"]],
  [["jobs:admin"], ["jobs:read", "jobs:write", "jobs:input", "jobs:admin", "audit:read"]],
])("a key with %j has the verbs %j", (verbs, expected) => {
  expect(verbsOf({ verbs })).toEqual(expected);
});

it("only jobs:input and jobs:admin grant access to inputs", () => {
  const able = (["jobs:read", "jobs:write", "jobs:input", "jobs:admin"] as const).filter((verb) =>
    may({ ...reader, verbs: [verb] }, "jobs:input", { product: "shop", env: "dev" }),
  );
  expect(able).toEqual(["jobs:input", "jobs:admin"]);
});

describe("the scopes that another version has written", () => {
  it("grant the verbs that this version knows", () => {
    expect(Scopes.parse({ ...reader, verbs: ["jobs:erase", "jobs:read", "admin"] })).toEqual(reader);
    expect(Scopes.parse({ ...reader, verbs: ["jobs:erase"] })).toEqual({ ...reader, verbs: [] });
  });

  it("grant nothing if an unknown part may narrow them", () => {
    expect(Scopes.parse({ ...allScopes, events: ["create"] })).toEqual({ ...allScopes, verbs: [] });
  });
});

describe("requireScope", () => {
  it("lets a key pass within its scopes", () => {
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

  it.each(["products", "envs"] as const)("refuses every request of a key with an empty list of %s", (part) => {
    const key: Scopes = { ...allScopes, [part]: [] };
    expect(() => requireScope(key, "jobs:read", { product: "shop", env: "dev" })).toThrow("does not allow");
  });
});
