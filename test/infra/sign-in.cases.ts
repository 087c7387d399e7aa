import { privilegesByEntry } from "./privileges.ts";
import { asItIs, functionOf, resourcesOf, synthesize } from "./synth.ts";

const rule = { claims: { groups: "ops" }, role: "operator", products: ["my-product"], envs: ["prd"] };
const issuer = { issuer: "https://login.example.com", clientId: "jobs", clientSecret: { $secret: "jobs/sign-in" } };
const issuers = [{ ...issuer, rules: [rule] }];
const withIssuers = (signIn: unknown, more: Record<string, unknown> = {}) =>
  synthesize({ "jobs:signIn": signIn, ...more });

describe("a deployment where people sign in", () => {
  const { service } = withIssuers(issuers);
  const routes = resourcesOf(service, "AWS::ApiGatewayV2::Route").filter(({ Properties }) =>
    /sign-/.test(Properties.RouteKey),
  );

  test("has one function more, which makes keys, reads the secret of the client, and sees no job", () => {
    expect(privilegesByEntry(service)["sign-in"]).toEqual([
      "dynamodb:GetItem,PutItem,UpdateItem Jobs if key = KEYS",
      "dynamodb:PutItem Jobs if key = AUDIT#*",
      "secretsmanager:GetSecretValue secretsmanager:secret:jobs/sign-in-??????",
    ]);
    expect(privilegesByEntry(service)).toEqual({
      ...privilegesByEntry(asItIs().service),
      "sign-in": expect.anything(),
    });
    const { Variables } = functionOf(service, "sign-in").Properties.Environment;
    expect(JSON.parse(Variables.SIGN_IN)).toEqual(issuers);
    const count = (stack: typeof service) => Object.keys(stack.toJSON().Resources).length;
    expect(count(service) - count(asItIs().service)).toBeLessThanOrEqual(12);
    expect(count(service)).toBeLessThan(475);
  });

  test("opens three routes, and no other", () => {
    expect(routes.map(({ Properties }) => [Properties.RouteKey, Properties.AuthorizationType])).toEqual([
      ["GET /v1/sign-in", "NONE"],
      ["POST /v1/sign-in", "NONE"],
      ["POST /v1/sign-out", "NONE"],
    ]);
  });

  test("takes 20 requests a second of each of them", () => {
    const [stage] = resourcesOf(service, "AWS::ApiGatewayV2::Stage");
    const few = { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40 };
    expect(stage?.Properties.RouteSettings).toMatchObject({
      "GET /v1/sign-in": few,
      "POST /v1/sign-in": few,
      "POST /v1/sign-out": few,
    });
  });
});

test("without issuers there is no such function and no such route", () => {
  const { service } = asItIs();
  expect(privilegesByEntry(service)).not.toHaveProperty("sign-in");
  expect(JSON.stringify(resourcesOf(service, "AWS::ApiGatewayV2::Route"))).not.toContain("sign-");
});

test.each([
  ["no list", "ops", /jobs:signIn: /],
  ["no issuer", [], /jobs:signIn: /],
  ["a rule for everybody", [{ ...issuer, rules: [{ ...rule, claims: {} }] }], /rules\/0\/claims: must name a claim/],
  [
    "a rule without a role",
    JSON.stringify([{ ...issuer, rules: [{ ...rule, role: undefined }] }]),
    /must have a role or verbs/,
  ],
  ["a role and verbs", [{ ...issuer, rules: [{ ...rule, verbs: ["jobs:read"] }] }], /must have a role or verbs/],
  ["an unknown role", [{ ...issuer, rules: [{ ...rule, role: "root" }] }], /rules\/0\/role/],
  ["an issuer twice", [...issuers, ...issuers], /must name each issuer once/],
  ["an issuer over http", [{ ...issuers[0], issuer: "http://login.example.com" }], /0\/issuer: must be the address/],
  ["a written secret", [{ ...issuers[0], clientSecret: "s3cret" }], /0\/clientSecret/],
  ["a misspelt field", [{ ...issuers[0], client: "jobs" }], /0\/client: unknown field/],
  ["an unknown product", [{ ...issuer, rules: [{ ...rule, products: ["my-prodcut"] }] }], /Did you mean "my-product"/],
  ["an unknown env", [{ ...issuer, rules: [{ ...rule, envs: ["live"] }] }], /rules\/0: there is no env "live"/],
  ["too many rules", [{ ...issuer, rules: Array(60).fill(rule) }], /more than 3400 bytes/],
])("%s is refused before anything is deployed", (_what, signIn, says) => {
  expect(() => withIssuers(signIn)).toThrow(says);
});

test("signing in is refused where IAM authorizes callers", () => {
  expect(() => withIssuers(issuers, { auth: "iam" })).toThrow(/jobs:signIn: needs jobs:auth=key/);
});
