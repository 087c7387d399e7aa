import { authorize } from "../../../lambdas/authorizer/authorize.ts";
import { allScopes } from "../../../lambdas/core/scopes.ts";

const key = "k".repeat(40);

describe("authorize", () => {
  it("knows the key, whatever the case of the scheme", () => {
    expect(authorize(`Bearer ${key}`, key)).toEqual(allScopes);
    expect(authorize(`bearer ${key}`, key)).toEqual(allScopes);
  });

  it.each([
    undefined,
    "",
    key,
    `Basic ${key}`,
    `Bearer ${key}x`,
    `Bearer ${key.slice(1)}`,
    `Bearer  ${key}`,
    `Bearer ${key}\n`,
  ])("refuses %j", (header) => {
    expect(authorize(header, key)).toBeUndefined();
  });
});
