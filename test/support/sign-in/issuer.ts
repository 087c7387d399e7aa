/// <reference path="./oidc-provider.d.ts" />
import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from "jose";
import Provider from "oidc-provider";

/** What a person brings to an issuer, and what the issuer says of each. */
export type People = Record<string, Record<string, unknown>>;

interface IssuerOptions {
  people: People;
  redirectUris: string[];
  /** A client with a secret. Default: one without, as pages have. */
  clientSecret?: string;
}

export const clientId = "jobs";

/**
 * A real server of OpenID Connect (oidc-provider) on this machine, where people sign in by naming themselves. Its answers to codes can be
 * replaced by tokens that its own key has signed, and its key by another one.
 */
export async function startIssuer({ people, redirectUris, clientSecret }: IssuerOptions) {
  const server = createServer((request, response) => listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const asked: string[] = [];
  let signing = await newKey();
  let provider = providerOf(url, signing, { people, redirectUris, ...(clientSecret && { clientSecret }) });
  let callback = provider.callback();
  let forged: string | undefined;
  let down = false;
  let who = "ada";

  const listener: RequestListener = (request, response) => {
    asked.push(`${request.method} ${request.url?.split("?")[0]}`);
    if (down) return void response.writeHead(503).end();
    if (forged !== undefined && request.method === "POST" && request.url === "/token") {
      response.setHeader("content-type", "application/json");
      return void response.end(JSON.stringify({ token_type: "Bearer", access_token: "of-a-test", id_token: forged }));
    }
    if (request.url?.startsWith("/interaction/")) return void signedInAs(provider, who, request, response);
    callback(request, response);
  };

  return {
    url,
    asked,
    publicKey: (): JWK => publicPartOf(signing),
    /** Another key from now on, as issuers change theirs every few weeks. */
    async rotate() {
      signing = await newKey();
      provider = providerOf(url, signing, { people, redirectUris, ...(clientSecret && { clientSecret }) });
      callback = provider.callback();
    },
    fail: (isDown: boolean) => {
      down = isDown;
    },
    /** Answers every code with this token. Undefined: with its own again. */
    answerWith: (token: string | undefined) => {
      forged = token;
    },
    /** A token with its own key, right but for these claims. */
    async sign(claims: Record<string, unknown>, header: { alg?: string; kid?: string } = {}): Promise<string> {
      const now = Math.floor(Date.now() / 1000);
      const all = { iss: url, aud: clientId, sub: "ada", iat: now, exp: now + 300, ...claims };
      const { kid = signing.kid as string, alg = "RS256" } = header;
      return new SignJWT(all).setProtectedHeader({ alg, kid }).sign(await importJWK({ ...signing, alg }, alg));
    },
    /** Who signs in next, for a browser that goes there by itself. */
    nextIs: (person: string) => {
      who = person;
    },
    /** What a browser does: it goes where the page sends it, signs in, and comes back with a code. */
    visit: (person: string, query: Record<string, string>) => {
      who = person;
      return visit(`${url}/auth?${new URLSearchParams(query)}`);
    },
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
export type TestIssuer = Awaited<ReturnType<typeof startIssuer>>;

/** Of an RSA key: the modulus and the exponent. */
function publicPartOf({ kty, kid, use, alg, n, e }: JWK): JWK {
  return { kty, kid, use, alg, n, e } as JWK;
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: randomBytes(8).toString("hex"), use: "sig", alg: "RS256" };
}

function providerOf(url: string, key: JWK, { people, redirectUris, clientSecret }: IssuerOptions): Provider {
  const provider: Provider = new Provider(url, {
    clients: [
      {
        client_id: clientId,
        ...(clientSecret === undefined
          ? { token_endpoint_auth_method: "none" }
          : { client_secret: clientSecret, token_endpoint_auth_method: "client_secret_basic" }),
        application_type: "native",
        grant_types: ["authorization_code"],
        response_types: ["code"],
        redirect_uris: redirectUris,
      },
    ],
    jwks: { keys: [key] },
    cookies: { keys: ["of-a-test"] },
    features: { devInteractions: { enabled: false } },
    // Most issuers put what they say of a person into the id_token.
    conformIdTokenClaims: false,
    claims: {
      openid: ["sub"],
      email: ["email", "email_verified"],
      profile: ["name", "preferred_username", "groups", "_claim_names", "_claim_sources"],
    },
    findAccount: async (_context: unknown, id: string) => ({
      accountId: id,
      claims: async () => ({ sub: id, ...people[id] }),
    }),
    // Nobody is asked whether the client may know them, as in a company's own directory.
    async loadExistingGrant({ oidc }: { oidc: { client: { clientId: string }; session: { accountId: string } } }) {
      const grant = new provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
  });
  return provider;
}

const signedInAs = (provider: Provider, accountId: string, request: IncomingMessage, response: ServerResponse) =>
  provider.interactionFinished(request, response, { login: { accountId }, consent: {} });

/** Follows redirects with cookies until one leads elsewhere, and returns where. */
async function visit(start: string): Promise<URL> {
  const cookies = new Map<string, string>();
  const { origin } = new URL(start);
  let at = start;
  for (let i = 0; i < 10; i++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(at, { redirect: "manual", headers: { cookie } });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    const location = answer.headers.get("location");
    if (location === null) throw new Error(`the issuer answered ${answer.status}: ${await answer.text()}`);
    const next = new URL(location, at);
    if (next.origin !== origin) return next;
    at = next.href;
  }
  throw new Error("the issuer sends from one address to the next");
}

/** What the page makes up before it sends a person away. */
export function newAttempt() {
  const random = () => randomBytes(32).toString("base64url");
  const [verifier, nonce, state] = [random(), random(), random()];
  return { verifier, nonce, state, challenge: createHash("sha256").update(verifier).digest("base64url") };
}
