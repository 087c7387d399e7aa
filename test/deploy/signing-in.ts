import { clientId, newAttempt, type TestIssuer } from "../support/sign-in/issuer.ts";
import type { Answer, Call } from "./deployment.ts";

/** Where the command line would wait for the browser. */
export const redirectUri = "http://127.0.0.1:8976/callback";

/** What the issuer says of people. */
export const people = {
  ada: { name: "Ada Example", groups: ["ops"] },
  eve: { name: "Eve Example", groups: ["sales"] },
};

/** The setting `signIn` of the deployment, for this issuer. */
export const signInBy = ({ url }: Pick<TestIssuer, "url">) => [
  {
    ...{ issuer: url, name: "Example", clientId },
    rules: [{ claims: { groups: "ops" }, role: "operator", products: ["my-product"], envs: ["prd"] }],
  },
];

interface System {
  call(method: string, path: string, options?: Call): Promise<Answer>;
  issuer(): TestIssuer;
}

/** People whom a real issuer vouches for: the deployed function makes their keys, and the authorizer takes them. */
export function describeSigningIn({ call, issuer }: System): void {
  /** What a program has once a person has been at the issuer. */
  async function returned(person: string) {
    const { verifier, nonce, state, challenge } = newAttempt();
    const back = await issuer().visit(person, {
      ...{ client_id: clientId, response_type: "code", scope: "openid email profile", redirect_uri: redirectUri },
      ...{ state, nonce, code_challenge: challenge, code_challenge_method: "S256" },
    });
    const code = back.searchParams.get("code") ?? "";
    return { issuer: issuer().url, code, verifier, redirect_uri: redirectUri, nonce };
  }

  describe("signing in", () => {
    test("shows the issuers to everybody", async () => {
      const { status, body } = await call("GET", "/v1/sign-in");
      expect(status).toBe(200);
      const { url } = issuer();
      expect(body.issuers).toMatchObject([{ issuer: url, name: "Example", authorization_endpoint: `${url}/auth` }]);
    });

    test("makes a key that may do what the rules say, until its person signs out", async () => {
      const asked = await returned("ada");
      const { status, body } = await call("POST", "/v1/sign-in", { body: asked });
      expect([status, body]).toEqual([200, expect.objectContaining({ role: "operator", products: ["my-product"] })]);
      const { api_key: key } = body;
      expect((await call("GET", "/v1/me", { key })).body).toMatchObject({ person: { sub: "ada" }, role: "operator" });
      const order = { product_tag: "my-product", event: "create_order", input: { params: { customer: "ada" } } };
      const job = await call("POST", "/v1/jobs", { key, body: { ...order, env: "prd", start_at: 0 } });
      expect(job.status).toBe(202);
      expect(await call("POST", "/v1/jobs", { key, body: { ...order, env: "dev", start_at: 0 } })).toMatchObject({
        status: 403,
      });
      // A code is for one sign-in.
      expect(await call("POST", "/v1/sign-in", { body: asked })).toMatchObject({ status: 401 });
      expect((await call("POST", "/v1/sign-out", { key })).status).toBeLessThan(300);
      // The answer to a header that it has seen may be cached for five minutes.
      const headers = { authorization: `bearer ${key}` };
      expect(await call("GET", "/v1/me", { headers })).toMatchObject({ status: 403 });
    }, 60_000);

    test("opens nothing to a person of whom no rule says anything", async () => {
      const { status, body } = await call("POST", "/v1/sign-in", { body: await returned("eve") });
      expect([status, body]).toEqual([403, expect.objectContaining({ code: "FORBIDDEN" })]);
    }, 30_000);
  });
}
