import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { clockToleranceSeconds, jwtSessions } from "../../../lambdas/aws/sessions/jwt-sessions.ts";
import { keysCooldownMs, mostKeyBytes } from "../../../lambdas/aws/sessions/remote-keys.ts";
import { secret } from "../../../lambdas/core/catalog/references.ts";
import type { SessionSettings } from "../../../lambdas/core/catalog/sessions.ts";
import { TransientError } from "../../../lambdas/core/kernel/errors.ts";
import { TokenRefused } from "../../../lambdas/core/ports/sessions.ts";
import { noon } from "../../support/builders.ts";
import { fakeSecrets } from "../../support/fakes/secrets.ts";
import { type Issuer, issuer, type Signing, signedWith } from "../../support/sessions/issuer.ts";

const long = "a secret of at least thirty-two bytes";
let idp: Issuer;
beforeEach(async () => {
  idp = await issuer();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await idp.close();
});

const settings = (more: Partial<SessionSettings> = {}): SessionSettings => ({
  jwks: idp.url,
  audience: "shop",
  ...more,
});
const secretly = (more: Partial<SessionSettings> = {}): SessionSettings => ({
  secret: secret("session"),
  audience: "shop",
  ...more,
});
const sessions = (value = long) => jwtSessions(fakeSecrets({ session: value }));

/** Why a token is refused. It says nothing of the token. */
async function refusal(token: string, of = settings(), all = sessions()): Promise<string> {
  const error = await all.claimsOf(of, token, noon).then(
    () => new Error("accepted"),
    (thrown: Error) => thrown,
  );
  expect(error).toBeInstanceOf(TokenRefused);
  for (const part of token.split("."))
    if (part.length > 1) expect(JSON.stringify([error, error.message])).not.toContain(part);
  expect(error.cause).toBeUndefined();
  return error.message;
}
const unavailable = async (token: string, of = settings(), all = sessions()) =>
  expect(all.claimsOf(of, token, noon)).rejects.toBeInstanceOf(TransientError);

describe("a session with a JWKS", () => {
  test("returns the claims of a token that the server's key has signed", async () => {
    const all = sessions();
    for (const sub of ["u1", "u2"]) {
      expect(await all.claimsOf(settings(), await idp.sign({ sub }), noon)).toMatchObject({ sub, aud: "shop" });
    }
    expect(idp.asked()).toBe(1);
  });

  test.each(["ES256", "PS256", "EdDSA"])("takes keys for %s", async (alg) => {
    await idp.addKey("other", alg);
    expect(
      await sessions().claimsOf(settings(), await idp.sign({ sub: "u1" }, { kid: "other", alg }), noon),
    ).toMatchObject({ sub: "u1" });
  });

  const cases: [string, Signing, Partial<SessionSettings>, RegExp][] = [
    ["of another audience", { audience: "other" }, {}, /another audience/],
    ["of another issuer", { issuer: "https://evil.example" }, { issuer: "https://idp.example" }, /another issuer/],
    ["without the issuer", {}, { issuer: "https://idp.example" }, /another issuer/],
    ["that has expired", { expires: -clockToleranceSeconds - 1 }, {}, /expired/],
    ["that never expires", { expires: null }, {}, /no expiry/],
    ["that is not valid yet", { notBefore: clockToleranceSeconds + 1 }, {}, /not valid yet/],
    ["of an algorithm that is not accepted", {}, { algorithms: ["ES256"] }, /algorithm/],
  ];
  test.each(cases)("refuses a token %s", async (_what, signing, more, why) => {
    expect(await refusal(await idp.sign({ sub: "u1" }, signing), settings(more))).toMatch(why);
  });

  test("allows the clocks to be a few seconds apart", async () => {
    const near = { expires: 1 - clockToleranceSeconds, notBefore: clockToleranceSeconds - 1 };
    expect(await sessions().claimsOf(settings(), await idp.sign({ sub: "u1" }, near), noon)).toMatchObject({
      sub: "u1",
    });
  });

  test("refuses a token without a signature, and one with the public key as its secret", async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const claims = { sub: "u1", aud: "shop", exp: noon };
    expect(await refusal(`${part({ alg: "none" })}.${part(claims)}.`)).toMatch(/algorithm|cannot|can be read/);
    expect(await refusal(await signedWith(await idp.publicKey("first"), { sub: "u1" }))).toMatch(/algorithm/);
  });

  test("refuses a token that was changed or that a stranger has signed", async () => {
    const stranger = await issuer();
    expect(await refusal(await stranger.sign({ sub: "u1" }))).toMatch(/signature/);
    await stranger.close();
    const [header, , signature] = (await idp.sign({ sub: "u1" })).split(".");
    const other = (await idp.sign({ sub: "admin" })).split(".")[1];
    expect(await refusal(`${header}.${other}.${signature}`)).toMatch(/signature/);
  });

  test.each(["", "x", "a.b.c", "....", "{}", "Bearer x", "é.é.é", "eyJ9.x.y"])(
    "refuses %j, which is no JWT",
    async (token) => {
      expect(await refusal(token)).toMatch(/JWT|algorithm/);
    },
  );

  test("fetches the keys again for an unknown one, but not at once", async () => {
    const all = sessions();
    const clock = jest.spyOn(Date, "now");
    const start = Date.now();
    await all.claimsOf(settings(), await idp.sign({ sub: "u1" }), noon);
    await idp.addKey("second");
    const rotated = await idp.sign({ sub: "u2" }, { kid: "second" });
    await unavailable(rotated, settings(), all);
    expect(idp.asked()).toBe(1);
    clock.mockReturnValue(start + keysCooldownMs + 1000);
    expect(await all.claimsOf(settings(), rotated, noon)).toMatchObject({ sub: "u2" });
    idp.removeKey("first");
    expect(idp.asked()).toBe(2);
  });

  test("refuses an unknown key after one more request to the server", async () => {
    const all = sessions();
    const clock = jest.spyOn(Date, "now");
    const start = Date.now();
    await all.claimsOf(settings(), await idp.sign({ sub: "u1" }), noon);
    await idp.addKey("second");
    const foreign = await idp.sign({ sub: "u2" }, { kid: "second" });
    idp.removeKey("second");
    await unavailable(foreign, settings(), all);
    clock.mockReturnValue(start + keysCooldownMs + 1000);
    expect(await refusal(foreign, settings(), all)).toMatch(/key that the issuer does not have/);
    expect(idp.asked()).toBe(2);
  });

  test("cannot check tokens while the server of keys is down, and recovers", async () => {
    const all = sessions();
    const token = await idp.sign({ sub: "u1" });
    for (const instead of [500, 404, 302]) {
      idp.answerWith((response) => response.writeHead(instead, { location: "http://127.0.0.1:1/" }).end());
      await unavailable(token, settings(), all);
    }
    for (const body of ["<html>", "{}", "[]", JSON.stringify({ keys: [{ x: "a".repeat(mostKeyBytes) }] })]) {
      idp.answerWith((response) => response.end(body));
      await unavailable(token, settings(), all);
    }
    idp.answerWith((response) => response.destroy());
    await unavailable(token, settings(), all);
    idp.answerWith(undefined);
    expect(await all.claimsOf(settings(), token, noon)).toMatchObject({ sub: "u1" });
  });

  test("gives up on a server of keys that does not answer", async () => {
    idp.answerWith(() => {});
    await unavailable(await idp.sign({ sub: "u1" }));
  });
});

describe("a session with a secret", () => {
  test("returns the claims of a token that is signed with it", async () => {
    expect(await sessions().claimsOf(secretly(), await signedWith(long, { sub: "u1" }), noon)).toMatchObject({
      sub: "u1",
    });
  });

  test("refuses another secret, another algorithm, and a key of a server", async () => {
    expect(await refusal(await signedWith(`${long}!`, { sub: "u1" }), secretly())).toMatch(/signature/);
    expect(await refusal(await signedWith(long, { sub: "u1" }, { alg: "HS512" }), secretly())).toMatch(/algorithm/);
    expect(await refusal(await idp.sign({ sub: "u1" }), secretly())).toMatch(/algorithm/);
  });

  test("reads a secret again that may have been rotated", async () => {
    const next = `${long}, rotated`;
    const secrets = { resolve: async (_: unknown, { fresh = false } = {}) => (fresh ? next : long) };
    expect(await jwtSessions(secrets).claimsOf(secretly(), await signedWith(next, { sub: "u1" }), noon)).toMatchObject({
      sub: "u1",
    });
  });

  test("cannot check a token while the secret is missing or short", async () => {
    await unavailable(await signedWith(long, { sub: "u1" }), secretly({ secret: secret("missing") }));
    await unavailable(await signedWith("short", { sub: "u1" }), secretly(), sessions("short"));
  });
});
