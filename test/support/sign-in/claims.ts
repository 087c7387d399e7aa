/*
 * What issuers put into an id_token, in the shapes that they document; the values are invented. `iss`, `aud` and the times are checked
 * before rules are, so they are left out here.
 */

/** https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html */
export const cognito = {
  sub: "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
  "cognito:groups": ["ops", "billing"],
  "cognito:username": "ada",
  email_verified: true,
  email: "ada@example.com",
  token_use: "id",
  origin_jti: "11111111-2222-3333-4444-555555555555",
};

/** https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference: groups are ids, app roles are names. */
export const entra = {
  sub: "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
  oid: "cb7eda1b-d09a-40ae-b8bb-37836ebc6abd",
  tid: "833ced3d-cb2e-41de-92f1-29e2af035ddc",
  ver: "2.0",
  name: "Ada Example",
  preferred_username: "ada@example.com",
  email: "ada@example.com",
  groups: ["0760b6cf-170e-4a14-91b3-4b78e0739963", "3b2b0c93-acd8-4208-8eba-7a48db1cd4c0"],
  roles: ["Jobs.Operator"],
};

/** The same page, "Groups overage claim": who is in more than 200 groups has none of them in the token. */
export const entraWithManyGroups = {
  ...entra,
  groups: undefined,
  _claim_names: { groups: "src1" },
  _claim_sources: { src1: { endpoint: "https://graph.microsoft.com/v1.0/users/ada/getMemberObjects" } },
};

/** https://developer.okta.com/docs/reference/api/oidc/#id-token-payload, with a groups claim as its guide adds one. */
export const okta = {
  sub: "00uid4BxXw6I6TV4m0g3",
  ver: 1,
  amr: ["pwd"],
  idp: "00ok1u7AsAkrwdZL3z0g3",
  name: "Ada Example",
  preferred_username: "ada@example.com",
  email: "ada@example.com",
  email_verified: true,
  groups: ["Everyone", "ops"],
};

/** https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload: no groups; `hd` is the Workspace domain. */
export const google = {
  sub: "10769150350006150715113082367",
  azp: "1234987819200.apps.googleusercontent.com",
  email: "ada@example.com",
  email_verified: true,
  hd: "example.com",
  name: "Ada Example",
};
