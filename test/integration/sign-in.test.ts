import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { exportSPKI, importJWK, SignJWT, UnsecuredJWT } from "jose";
import { bundle } from "../../infra/bundle/bundle.ts";
import { authorize } from "../../lambdas/authorizer/authorize.ts";
import { dynamoApiKeys } from "../../lambdas/aws/dynamodb/api-keys.ts";
import { httpApi } from "../../lambdas/aws/http/http-api.ts";
import { keysCooldownMs } from "../../lambdas/aws/sessions/remote-keys.ts";
import { oidcIssuers } from "../../lambdas/aws/sign-in/oidc-issuers.ts";
import { apiKeyId, newApiKey } from "../../lambdas/core/access/api-key.ts";
import { SignIn } from "../../lambdas/core/access/sign-in.ts";
import type { Secrets } from "../../lambdas/core/ports/secrets.ts";
import { routes } from "../../lambdas/sign-in/routes.ts";
import { startDynamo, table } from "../support/aws/dynamo.ts";
import { fakeAudit } from "../support/fakes/audit.ts";
import { fakeLog } from "../support/fakes/log.ts";
import { httpEvent } from "../support/http-event.ts";
import { clientId, newAttempt, startIssuer, type TestIssuer } from "../support/sign-in/issuer.ts";

const pageUrl = "https://jobs.example.com/";
const ofTerminal = "http://127.0.0.1:8976/callback";

const ada = { name: "Ada Example", email: "ada@example.com", email_verified: true, groups: ["ops"] };
const people = {
  ada,
  bob: { ...ada, name: "Bob Example", email: "bob@example.com", groups: ["sales"] },
  many: { name: "Many Groups", _claim_names: { groups: "src1" }, _claim_sources: { src1: { endpoint: "https://x" } } },
};
const rules = [
  { claims: { groups: "ops" }, role: "operator" as const, products: ["my-product"], envs: ["prd"], rate: 50 },
  { claims: { groups: "admins" }, role: "admin" as const, products: ["*"], envs: ["*"] },
];

let dynamo: Awaited<ReturnType<typeof startDynamo>>;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.stop());

interface Options {
  clientSecret?: string;
  secret?: Secrets["resolve"];
  audience?: string;
  /** How far our clock is ahead of the issuer's, in milliseconds. */
  aheadMs?: number;
}

/** The function of sign-in beside a real issuer, with its keys in a real table. */
async function world({ clientSecret, secret, audience, aheadMs = 0 }: Options = {}) {
  const issuer = await startIssuer({
    people,
    redirectUris: [pageUrl, ofTerminal],
    ...(clientSecret !== undefined && { clientSecret }),
  });
  const clock = { now: () => Date.now() + aheadMs };
  const signIn = SignIn.parse([
    {
      issuer: issuer.url,
      name: "Example",
      clientId,
      ...(secret && { clientSecret: { $secret: "jobs/sign-in" } }),
      ...(audience !== undefined && { audience }),
      rules,
    },
  ]);
  const log = fakeLog();
  const keys = dynamoApiKeys({ client: dynamo.client, table });
  const issuers = oidcIssuers({
    secrets: { resolve: secret ?? (() => Promise.reject(new Error("no secret"))) },
    clock,
  });
  const audit = fakeAudit();
  const handler = httpApi(() => ({ signIn, issuers, keys, audit, pageUrl, clock, log }), routes);
  const ask = async (method: string, path: string, more: { body?: unknown; headers?: Record<string, string> } = {}) => {
    const event = httpEvent({ method, path, scopes: null, ...more });
    const answer = (await handler(event, {} as Context)) as APIGatewayProxyStructuredResultV2;
    return { status: answer.statusCode, headers: answer.headers ?? {}, body: JSON.parse(answer.body ?? "null") };
  };
  /** What the page has after a person has been at the issuer. */
  const returned = async (person: string, more: Record<string, string> = {}) => {
    const { verifier, nonce, state, challenge } = newAttempt();
    const redirect_uri = more.redirect_uri ?? pageUrl;
    const back = await issuer.visit(person, {
      ...{ client_id: clientId, response_type: "code", scope: "openid email profile", redirect_uri },
      ...{ state, nonce, code_challenge: challenge, code_challenge_method: "S256" },
    });
    expect(back.searchParams.get("state")).toBe(state);
    return { issuer: issuer.url, code: back.searchParams.get("code") ?? "", verifier, redirect_uri, nonce };
  };
  const signInWith = (body: unknown) => ask("POST", "/v1/sign-in", { body });
  const may = (key: string) =>
    authorize({ keys, clock, log, deployedKey: async () => "x".repeat(40) }, `Bearer ${key}`);
  return {
    issuer,
    log,
    keys,
    audit,
    ask,
    returned,
    signInWith,
    may,
    /** Answers the next code with a token that has these claims, and signs in with it. */
    async withToken(make: (nonce: string) => Promise<string> | string) {
      const { nonce, verifier } = newAttempt();
      issuer.answerWith(await make(nonce));
      return signInWith({ issuer: issuer.url, code: "of-a-test", verifier, redirect_uri: pageUrl, nonce });
    },
    [Symbol.asyncDispose]: issuer[Symbol.asyncDispose],
  };
}

const listKeys = async () => dynamoApiKeys({ client: dynamo.client, table }).list();

describe("a person", () => {
  test("signs in at the page, has what the first rule that fits gives, and signs out", async () => {
    await using own = await world();
    const list = await own.ask("GET", "/v1/sign-in");
    expect(list).toMatchObject({
      status: 200,
      body: {
        issuers: [
          {
            ...{ issuer: own.issuer.url, name: "Example", client_id: clientId, scope: "openid email profile" },
            authorization_endpoint: `${own.issuer.url}/auth`,
          },
        ],
        redirect_uri: pageUrl,
      },
    });
    const began = Date.now();
    const { status, headers, body } = await own.signInWith(await own.returned("ada"));
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        person: { issuer: own.issuer.url, sub: "ada", name: "Ada Example", email: "ada@example.com" },
        ...{ role: "operator", products: ["my-product"], envs: ["prd"] },
      },
    });
    expect(headers["cache-control"]).toBe("no-store");
    const hours = (body.expires_at - began) / 3_600_000;
    expect(hours).toBeGreaterThan(7.9);
    expect(hours).toBeLessThan(8.1);
    expect(await own.may(body.api_key)).toMatchObject({
      scopes: { products: ["my-product"], envs: ["prd"], verbs: ["jobs:read", "jobs:write", "jobs:input"] },
      name: "ada@example.com",
      person: { sub: "ada" },
    });
    expect(await own.keys.get(apiKeyId(body.api_key) ?? "")).toMatchObject({ made_by: "sign-in", rate: 50 });

    const signOut = () => own.ask("POST", "/v1/sign-out", { headers: { authorization: `Bearer ${body.api_key}` } });
    expect(await signOut()).toMatchObject({ status: 204 });
    expect(await own.may(body.api_key)).toBeUndefined();
    expect(await signOut()).toMatchObject({ status: 204 });
    const person = { issuer: own.issuer.url, sub: "ada", name: "Ada Example", email: "ada@example.com" };
    const id = apiKeyId(body.api_key);
    const by = { actor: `k:${id}`, target: id, name: "ada@example.com", person, role: "operator", request_id: "req-1" };
    expect(own.audit.all()).toMatchObject([
      { ...by, action: "person.sign_in", after: { role: "operator", products: ["my-product"], envs: ["prd"] } },
      { ...by, action: "person.sign_out", before: { status: "active" }, after: { status: "revoked" } },
    ]);
    // Neither the key nor the code is in a log or in the audit.
    for (const written of [own.log.lines, own.audit.all()])
      expect(JSON.stringify(written)).not.toContain(body.api_key.slice(-64));
  });

  test("signs in on the command line", async () => {
    await using own = await world();
    expect(await own.signInWith(await own.returned("ada", { redirect_uri: ofTerminal }))).toMatchObject({
      status: 200,
    });
  });

  test("signs in after the issuer has changed its key", async () => {
    await using own = await world();
    expect(await own.signInWith(await own.returned("ada"))).toMatchObject({ status: 200 });
    await own.issuer.rotate();
    await new Promise((resolve) => setTimeout(resolve, keysCooldownMs + 100));
    expect(await own.signInWith(await own.returned("ada"))).toMatchObject({ status: 200 });
    // The keys were fetched once more, and once only.
    expect(own.issuer.asked.filter((one) => one === "GET /jwks")).toHaveLength(2);
  });

  test("is asked to try again where the issuer's key is newer than the last look at its keys", async () => {
    await using own = await world();
    expect(await own.signInWith(await own.returned("ada"))).toMatchObject({ status: 200 });
    await own.issuer.rotate();
    expect(await own.signInWith(await own.returned("ada"))).toMatchObject({
      status: 503,
      headers: { "retry-after": "10" },
      body: { code: "UNAVAILABLE" },
    });
    expect(own.issuer.asked.filter((one) => one === "GET /jwks")).toHaveLength(1);
  });
});

describe("a client with a secret", () => {
  test("proves itself by it", async () => {
    const secret = "of-a-test:&+%/=?";
    await using own = await world({ clientSecret: secret, secret: async () => secret });
    expect(await own.signInWith(await own.returned("ada"))).toMatchObject({ status: 200 });
  });

  test("reads it again where it was replaced", async () => {
    const asked: (boolean | undefined)[] = [];
    const secret: Secrets["resolve"] = async (_reference, { fresh } = {}) => {
      asked.push(fresh);
      return fresh ? "the new one" : "the old one";
    };
    await using own = await world({ clientSecret: "the new one", secret });
    expect(await own.signInWith(await own.returned("ada"))).toMatchObject({ status: 200 });
    expect(asked).toEqual([false, true]);
  });

  test("that the issuer does not know is the deployment's fault, which only its log says", async () => {
    await using own = await world({ clientSecret: "right", secret: async () => "guessed-by-a-test" });
    const { status, body } = await own.signInWith(await own.returned("ada"));
    expect({ status, code: body.code }).toEqual({ status: 500, code: "INTERNAL" });
    expect(JSON.stringify(own.log.lines)).toContain("refused the client of this deployment");
    expect(JSON.stringify([own.log.lines, body])).not.toContain("guessed-by-a-test");
  });
});

describe("nobody gets a key", () => {
  /** Every refusal leaves the table as it was. */
  const refused = async (asked: Promise<{ status?: number | undefined; body: unknown }>) => {
    const before = (await listKeys()).length;
    const answer = await asked;
    expect(await listKeys()).toHaveLength(before);
    return answer;
  };

  test("for whom no rule fits", async () => {
    await using own = await world();
    expect(await refused(own.signInWith(await own.returned("bob")))).toMatchObject({
      status: 403,
      body: { code: "FORBIDDEN", detail: expect.stringContaining("no rule of this deployment fits") },
    });
  });

  test("whose groups the issuer has cut off", async () => {
    await using own = await world();
    expect(await refused(own.signInWith(await own.returned("many")))).toMatchObject({
      status: 403,
      body: { code: "FORBIDDEN", detail: expect.stringContaining("cut off `groups`") },
    });
  });

  test("with a code that was used already", async () => {
    await using own = await world();
    const back = await own.returned("ada");
    expect(await own.signInWith(back)).toMatchObject({ status: 200 });
    expect(await refused(own.signInWith(back))).toMatchObject({
      status: 401,
      body: { code: "UNAUTHENTICATED", detail: expect.stringContaining("does not take this code") },
    });
  });

  test("with a code that another browser has got: it has another verifier", async () => {
    await using own = await world();
    const { verifier } = newAttempt();
    expect(await refused(own.signInWith({ ...(await own.returned("ada")), verifier }))).toMatchObject({ status: 401 });
  });

  test("with a code for another address of ours than it was sent to", async () => {
    await using own = await world();
    const back = { ...(await own.returned("ada")), redirect_uri: ofTerminal };
    expect(await refused(own.signInWith(back))).toMatchObject({ status: 401 });
  });

  test("with the token of another sign-in", async () => {
    await using own = await world();
    const back = { ...(await own.returned("ada")), nonce: newAttempt().nonce };
    expect(await refused(own.signInWith(back))).toMatchObject({
      status: 401,
      body: { detail: expect.stringContaining("is not for this sign-in") },
    });
  });

  test.each([
    ["at a foreign address", { redirect_uri: "https://evil.example/" }, "/redirect_uri"],
    ["at an issuer that is none of ours", { issuer: "https://evil.example" }, "/issuer"],
    ["without a code", { code: "" }, "/code"],
    ["with a short verifier", { verifier: "short" }, "/verifier"],
    ["with a nonce that can be guessed", { nonce: "1" }, "/nonce"],
    ["with a field that it does not know", { scopes: ["admin"] }, "/scopes"],
  ])("%s, and the issuer is not asked", async (_what, more, pointer) => {
    await using own = await world();
    const { verifier, nonce } = newAttempt();
    const body = { issuer: own.issuer.url, code: "x", verifier, nonce, redirect_uri: pageUrl, ...more };
    expect(await refused(own.signInWith(body))).toMatchObject({
      status: 400,
      body: { code: "INVALID_REQUEST", errors: [{ pointer }] },
    });
    expect(own.issuer.asked).toEqual([]);
  });

  const soon = () => Math.floor(Date.now() / 1000);

  test.each<[string, (own: { issuer: TestIssuer }, nonce: string) => Promise<string> | string, string]>([
    ["of another audience", ({ issuer }, nonce) => issuer.sign({ nonce, aud: "another" }), "(`aud`)"],
    ["for another audience too", ({ issuer }, nonce) => issuer.sign({ nonce, aud: [clientId, "another"] }), "(`aud`)"],
    ["of another client", ({ issuer }, nonce) => issuer.sign({ nonce, azp: "another" }), "(`azp`)"],
    ["of another issuer", ({ issuer }, nonce) => issuer.sign({ nonce, iss: "https://evil.example" }), "(`iss`)"],
    ["of this issuer with a slash", ({ issuer }, nonce) => issuer.sign({ nonce, iss: `${issuer.url}/` }), "(`iss`)"],
    ["that has expired", ({ issuer }, nonce) => issuer.sign({ nonce, exp: soon() - 31 }), "has expired"],
    ["that was kept for long", ({ issuer }, nonce) => issuer.sign({ nonce, iat: soon() - 700 }), "older than ten"],
    ["of the future", ({ issuer }, nonce) => issuer.sign({ nonce, iat: soon() + 120 }), "(`iat`)"],
    ["that is not valid yet", ({ issuer }, nonce) => issuer.sign({ nonce, nbf: soon() + 120 }), "(`nbf`)"],
    ["without a nonce", ({ issuer }) => issuer.sign({}), "is not for this sign-in"],
    ["of nobody", ({ issuer }, nonce) => issuer.sign({ nonce, sub: undefined }), "(`sub`)"],
    ["without a signature", unsigned, "another algorithm"],
    ["that is signed with the public key as a secret", confused, "another algorithm"],
    [
      "that is signed with another algorithm",
      ({ issuer }, nonce) => issuer.sign({ nonce }, { alg: "RS512" }),
      "another algorithm",
    ],
    ["that is signed by another", forged, "a signature that is not the issuer's"],
    [
      "with a key that the issuer does not have",
      ({ issuer }, nonce) => issuer.sign({ nonce }, { kid: "x" }),
      "a key that",
    ],
    ["that is none", () => "a.b.c", "cannot be read"],
  ])("with a token %s", async (_what, make, says) => {
    await using own = await world();
    const answer = await refused(own.withToken((nonce) => make(own, nonce)));
    expect(answer).toMatchObject({ status: 401, body: { code: "UNAUTHENTICATED" } });
    expect((answer.body as { detail: string }).detail).toContain(says);
  });

  test.each([
    ["behind", -60_000, "its clock and ours are apart"],
    ["ahead", 11 * 60_000, "has expired, or is older"],
  ])("while our clock is far %s", async (_way, aheadMs, says) => {
    await using own = await world({ aheadMs });
    const { status, body } = await own.signInWith(await own.returned("ada"));
    expect({ status, detail: body.detail }).toEqual({ status: 401, detail: expect.stringContaining(says) });
  });

  test("while the issuer does not answer, and the list of issuers says so", async () => {
    await using own = await world();
    own.issuer.fail(true);
    const list = await own.ask("GET", "/v1/sign-in");
    expect(list).toMatchObject({ status: 200, body: { issuers: [{ issuer: own.issuer.url }] } });
    expect(list.body.issuers[0]).not.toHaveProperty("authorization_endpoint");
    // It is asked once in a while, however often the list is.
    for (let i = 0; i < 5; i++) await own.ask("GET", "/v1/sign-in");
    expect(own.issuer.asked).toHaveLength(1);
    const { verifier, nonce } = newAttempt();
    const body = { issuer: own.issuer.url, code: "x", verifier, nonce, redirect_uri: pageUrl };
    expect(await refused(own.signInWith(body))).toMatchObject({ status: 503, body: { code: "UNAVAILABLE" } });
  });
});

describe("an audience besides the client", () => {
  const audience = "api://jobs";
  test.each([
    ["is known, and the token is this client's", [clientId, audience], clientId, 200],
    ["is known, and nobody says whose the token is", [clientId, audience], undefined, 401],
    ["stands alone", [audience], clientId, 401],
  ])("%s", async (_what, aud, azp, status) => {
    await using own = await world({ audience });
    const answer = await own.withToken((nonce) =>
      own.issuer.sign({ nonce, aud, groups: ["ops"], ...(azp !== undefined && { azp }) }),
    );
    expect(answer.status).toBe(status);
  });
});

test("the function as it is bundled for a deployment signs a person in by its environment", async () => {
  await using issuer = await startIssuer({ people, redirectUris: [pageUrl] });
  const folder = await mkdtemp(join(tmpdir(), "sign-in-"));
  try {
    await bundle("sign-in", folder);
    const { verifier, nonce, challenge } = newAttempt();
    const back = await issuer.visit("ada", {
      ...{ client_id: clientId, response_type: "code", scope: "openid email profile", redirect_uri: pageUrl },
      ...{ state: nonce, nonce, code_challenge: challenge, code_challenge_method: "S256" },
    });
    const code = back.searchParams.get("code");
    const body = { issuer: issuer.url, code, verifier, redirect_uri: pageUrl, nonce };
    const event = httpEvent({ method: "POST", path: "/v1/sign-in", scopes: null, body });
    const env = {
      TABLE_NAME: table,
      SIGN_IN: JSON.stringify([{ issuer: issuer.url, clientId, rules }]),
      API_URL: "https://jobs.example.com",
      AWS_REGION: "us-east-1",
      ...{ AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint },
    };
    const program = `import { handler } from "./index.mjs";
      const answer = await handler(${JSON.stringify(event)}, {});
      process.stdout.write("answer: " + JSON.stringify(answer) + "\\n", () => process.exit(0));`;
    const args = ["--input-type=module", "--eval", program];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, env });
    const { statusCode, body: text } = JSON.parse(/^answer: (.*)$/m.exec(stdout)?.[1] ?? "{}");
    expect({ statusCode, body: JSON.parse(text) }).toMatchObject({
      statusCode: 200,
      body: { person: { sub: "ada" }, role: "operator" },
    });
    const keys = dynamoApiKeys({ client: dynamo.client, table });
    expect(await keys.get(apiKeyId(JSON.parse(text).api_key) ?? "")).toMatchObject({ name: "ada@example.com" });
    // What is logged has neither the key nor the code.
    expect(stdout.replace(/^answer: .*$/m, "")).not.toContain(code);
  } finally {
    await rm(folder, { recursive: true });
  }
}, 60_000);

test("a clock that is off by less than the leeway keeps nobody out", async () => {
  for (const aheadMs of [-20_000, 20_000]) {
    await using own = await world({ aheadMs });
    expect(await own.signInWith(await own.returned("ada"))).toMatchObject({ status: 200 });
  }
});

describe("signing out", () => {
  test.each([
    ["without a key", undefined],
    ["with the key of nobody", `Bearer dj_${"0".repeat(16)}_${"0".repeat(64)}`],
    ["with something else", "Basic x"],
  ])("%s is refused", async (_what, authorization) => {
    await using own = await world();
    const headers = authorization === undefined ? {} : { authorization };
    expect(await own.ask("POST", "/v1/sign-out", { headers })).toMatchObject({ status: 401 });
  });

  test("revokes only with the whole key, and no key of a program", async () => {
    await using own = await world();
    const { body } = await own.signInWith(await own.returned("ada"));
    const stolen = `${body.api_key.slice(0, -64)}${"0".repeat(64)}`;
    expect(await own.ask("POST", "/v1/sign-out", { headers: { authorization: `Bearer ${stolen}` } })).toMatchObject({
      status: 401,
    });
    expect(await own.may(body.api_key)).toMatchObject({ name: "ada@example.com" });

    const scopes = { products: ["*"], envs: ["*"], verbs: ["jobs:read" as const] };
    const { key, record } = newApiKey({ name: "ci", scopes, created_at: Date.now() });
    await own.keys.create(record);
    expect(await own.ask("POST", "/v1/sign-out", { headers: { authorization: `Bearer ${key}` } })).toMatchObject({
      status: 403,
      body: { code: "FORBIDDEN" },
    });
    expect(await own.may(key)).toMatchObject({ name: "ci" });
  });
});

function unsigned({ issuer }: { issuer: TestIssuer }, nonce: string): string {
  const now = soonSeconds();
  return new UnsecuredJWT({ iss: issuer.url, aud: clientId, sub: "ada", iat: now, exp: now + 300, nonce }).encode();
}

/** The old attack on libraries that take the algorithm from the token: the public key, which all know, as a secret. */
async function confused({ issuer }: { issuer: TestIssuer }, nonce: string): Promise<string> {
  const now = soonSeconds();
  const key = await importJWK(issuer.publicKey(), "RS256", { extractable: true });
  const secret = new TextEncoder().encode(await exportSPKI(key as Parameters<typeof exportSPKI>[0]));
  const claims = { iss: issuer.url, aud: clientId, sub: "ada", iat: now, exp: now + 300, nonce };
  return new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: issuer.publicKey().kid as string }).sign(secret);
}

async function forged({ issuer }: { issuer: TestIssuer }, nonce: string): Promise<string> {
  const token = await issuer.sign({ nonce, groups: ["sales"] });
  const [head, , signature] = token.split(".");
  const now = soonSeconds();
  const claims = { iss: issuer.url, aud: clientId, sub: "ada", iat: now, exp: now + 300, nonce, groups: ["ops"] };
  return `${head}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.${signature}`;
}

const soonSeconds = () => Math.floor(Date.now() / 1000);
