import { keyNameOf, personOf } from "../../../lambdas/core/access/person.ts";
import { isOwnRedirect } from "../../../lambdas/core/access/redirects.ts";
import { accessOf, type Claims, SignIn } from "../../../lambdas/core/access/sign-in.ts";
import { cognito, entra, entraWithManyGroups, google, okta } from "../../support/sign-in/claims.ts";

const rulesOf = (...rules: object[]) => {
  const [issuer] = SignIn.parse([{ issuer: "https://login.example.com", clientId: "jobs", rules }]);
  return issuer?.rules ?? [];
};
const where = { products: ["shop"], envs: ["dev"] };
const operator = { ...where, verbs: ["jobs:read", "jobs:write", "jobs:input"] };

describe("what people may do by the claims of", () => {
  it.each([
    ["Cognito", { "cognito:groups": "ops" }, cognito],
    ["Entra, by the id of a group", { groups: "3b2b0c93-acd8-4208-8eba-7a48db1cd4c0" }, entra],
    ["Entra, by an app role", { roles: "Jobs.Operator" }, entra],
    ["Entra, by an app role in spite of many groups", { roles: "Jobs.Operator" }, entraWithManyGroups],
    ["Okta", { groups: "ops" }, okta],
    ["Google, by a verified address", { hd: "example.com", email: "ada@example.com" }, google],
    ["Google, by one of several addresses", { email: ["bob@example.com", "ada@example.com"] }, google],
    ["Okta, by a claim that is true", { email_verified: true }, okta],
  ])("%s", (_who, claims, said) => {
    const rules = rulesOf({ ...where, claims, role: "operator" });
    expect(accessOf(rules, said)).toEqual({ is: "given", scopes: operator, rule: 0 });
  });
});

describe("a rule", () => {
  it("may limit the rate of the keys of those whom it fits", () => {
    const rule = { ...where, claims: { groups: "ops" }, role: "operator" };
    expect(accessOf(rulesOf({ ...rule, rate: 50 }), okta)).toEqual({
      is: "given",
      scopes: operator,
      rule: 0,
      rate: 50,
    });
    for (const rate of [0, -1, 1.5, "50"]) expect(() => rulesOf({ ...rule, rate })).toThrow("rate");
  });

  it.each<[string, object, Claims]>([
    ["one of its claims differs", { hd: "example.com", email: "bob@example.com" }, google],
    ["a claim is missing", { groups: "ops" }, google],
    ["a group has another case", { groups: "OPS" }, okta],
    ["a group only contains its name", { groups: "op" }, okta],
    ["the address is not verified", { email: "ada@example.com" }, { ...google, email_verified: false }],
    ["nobody says whether the address is verified", { email: "ada@example.com" }, entra],
    ["a claim is a text in place of true", { email_verified: true }, { email_verified: "true" }],
    ["a claim is inherited", { toString: "x" }, okta],
    ["a claim is an object", { groups: "ops" }, { groups: { ops: true } }],
  ])("does not fit where %s", (_why, claims, said) => {
    expect(accessOf(rulesOf({ ...where, claims, role: "viewer" }), said)).toEqual({ is: "none" });
  });

  it("counts before those behind it", () => {
    const rules = rulesOf(
      { ...where, claims: { groups: "admins" }, role: "admin" },
      { ...where, claims: { groups: "ops" }, verbs: ["jobs:write"] },
      { ...where, claims: { groups: "Everyone" }, role: "viewer" },
    );
    expect(accessOf(rules, okta)).toEqual({ is: "given", scopes: { ...where, verbs: ["jobs:write"] }, rule: 1 });
  });
});

describe("groups that are cut off", () => {
  const byGroup = { ...where, claims: { groups: "ops" }, role: "operator" };

  it.each<[string, Claims]>([
    ["by _claim_names", entraWithManyGroups],
    ["by hasgroups", { ...entra, groups: undefined, hasgroups: true }],
    ["beside some that were sent", { ...okta, _claim_names: { groups: "src1" } }],
  ])("%s are said to be, and no later rule counts", (_how, claims) => {
    const rules = rulesOf(byGroup, { ...where, claims: { sub: String(claims.sub) }, role: "admin" });
    expect(accessOf(rules, claims)).toEqual({ is: "cut off", claim: "groups" });
  });

  it("do not matter to a rule that fits before, or that fails by another claim", () => {
    const first = { ...where, claims: { roles: "Jobs.Operator" }, role: "operator" };
    expect(accessOf(rulesOf(first, byGroup), entraWithManyGroups)).toMatchObject({ is: "given", rule: 0 });
    const never = { ...where, claims: { groups: "ops", tid: "another" }, role: "admin" };
    expect(accessOf(rulesOf(never, first), entraWithManyGroups)).toMatchObject({ is: "given", rule: 1 });
  });
});

describe("a person", () => {
  const issuer = "https://login.example.com";

  it.each([
    ["Cognito", cognito, { sub: cognito.sub, email: "ada@example.com" }, "ada@example.com"],
    // Its address may be anybody's, since Entra does not say that it is verified.
    ["Entra", entra, { sub: entra.sub, name: "Ada Example" }, "ada@example.com"],
    ["Okta", okta, { sub: okta.sub, name: "Ada Example", email: "ada@example.com" }, "ada@example.com"],
    ["Google", google, { sub: google.sub, name: "Ada Example", email: "ada@example.com" }, "ada@example.com"],
  ])("of %s has an id and a name to show", (_who, claims, person, name) => {
    expect(personOf(issuer, claims)).toEqual({ issuer, ...person });
    expect(keyNameOf({ issuer, ...person }, claims)).toBe(name);
  });

  it("is named by the id where nothing else can be shown", () => {
    const claims = {
      sub: "7",
      name: "red \u001b[31m",
      preferred_username: "turned \u202e round",
      email: "a@example.com",
    };
    expect(personOf(issuer, claims)).toEqual({ issuer, sub: "7" });
    expect(keyNameOf({ issuer, sub: "7" }, claims)).toBe("7");
  });

  it("has a name of at most 64 characters", () => {
    const person = { issuer, sub: "7", name: "🙂".repeat(100) };
    expect(keyNameOf(person, {})).toBe("🙂".repeat(64));
  });

  it.each([undefined, 7, "", "\n", "x".repeat(257)])("without an id to show (%j) is nobody", (sub) => {
    expect(personOf(issuer, { ...okta, sub })).toBeUndefined();
  });
});

describe("the address to which an issuer sends people back", () => {
  const page = "https://jobs.example.com/";

  it.each([page, "http://127.0.0.1:8976/callback", "http://localhost:1/callback", "http://127.0.0.1:65535/callback"])(
    "may be %s",
    (uri) => expect(isOwnRedirect(uri, page)).toBe(true),
  );

  it.each([
    "https://jobs.example.com",
    "https://jobs.example.com/callback",
    "https://jobs.example.com.evil.example/",
    "https://evil.example/?https://jobs.example.com/",
    "http://jobs.example.com/",
    "http://127.0.0.1/callback",
    "http://127.0.0.1:65536/callback",
    "http://127.0.0.1:80/callback/../x",
    "http://127.0.0.1:80@evil.example/callback",
    "http://127.0.0.1.evil.example:80/callback",
    "http://127.0.0.2:80/callback",
    "https://localhost:80/callback",
    "http://LOCALHOST:80/callback\n",
    "",
  ])("may not be %j", (uri) => expect(isOwnRedirect(uri, page)).toBe(false));
});
