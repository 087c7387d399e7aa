import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { noon } from "../builders.ts";

export interface Signing {
  alg?: string;
  kid?: string;
  audience?: string;
  issuer?: string;
  /** Seconds from `noon`. */
  expires?: number | null;
  notBefore?: number;
}

/** An issuer of tokens with a real server of keys on this machine. */
export async function issuer() {
  const keys = new Map<string, Awaited<ReturnType<typeof generateKeyPair>>>();
  let asked = 0;
  let answer: ((response: ServerResponse) => void) | undefined;
  const server = createServer(async (_request, response) => {
    asked++;
    if (answer) return answer(response);
    const published = [...keys].map(async ([kid, { publicKey }]) => ({
      ...(await exportJWK(publicKey)),
      kid,
      use: "sig",
    }));
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ keys: await Promise.all(published) }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const addKey = async (kid: string, alg = "RS256") => {
    keys.set(kid, await generateKeyPair(alg, { extractable: true }));
  };
  await addKey("first");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
    addKey,
    removeKey: (kid: string) => keys.delete(kid),
    /** How often its keys were fetched. */
    asked: () => asked,
    /** Answers with something else from now on; undefined: with its keys again. */
    answerWith: (instead: typeof answer) => {
      answer = instead;
    },
    publicKey: (kid: string) => exportSPKI(keys.get(kid)?.publicKey as CryptoKey),
    sign: (claims: JWTPayload, { kid = "first", alg = "RS256", ...signing }: Signing = {}) =>
      signed(claims, signing, { alg, kid }, keys.get(kid)?.privateKey as CryptoKey),
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
export type Issuer = Awaited<ReturnType<typeof issuer>>;

/** A token that is signed with a secret. */
export const signedWith = (secret: string, claims: JWTPayload, { alg = "HS256", ...signing }: Signing = {}) =>
  signed(claims, signing, { alg }, new TextEncoder().encode(secret));

function signed(
  claims: JWTPayload,
  signing: Signing,
  header: { alg: string; kid?: string },
  key: CryptoKey | Uint8Array,
) {
  const { audience = "shop", issuer: iss, expires = 3600, notBefore } = signing;
  const at = (seconds: number) => Math.floor(noon / 1000) + seconds;
  const token = new SignJWT(claims).setProtectedHeader(header).setAudience(audience);
  if (iss !== undefined) token.setIssuer(iss);
  if (expires !== null) token.setExpirationTime(at(expires));
  if (notBefore !== undefined) token.setNotBefore(at(notBefore));
  return token.sign(key);
}
