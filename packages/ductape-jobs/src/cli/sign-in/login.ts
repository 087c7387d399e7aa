import { createHash, randomBytes } from "node:crypto";
import { CliError, exitCode } from "../exit-code.ts";
import { addressOf } from "../find-api.ts";
import type { Io } from "../io.ts";
import { clean, jsonText } from "../terminal/clean.ts";
import { callSignIn, type Json } from "./call-sign-in.ts";
import { keepKey, keptKey } from "./kept-keys.ts";
import { openLoopback } from "./loopback.ts";

interface LoginOptions {
  url?: string;
  issuer?: string;
  port: number;
  localhost?: boolean;
  browser?: boolean;
  json?: boolean;
}

interface Issuer {
  issuer: string;
  name: string;
  client_id: string;
  scope: string;
  authorization_endpoint?: string;
}

/** The port that issuers are told of which take no other. */
export const usualPort = 8976;
/** How long a person may take at the issuer. */
const patienceMs = 300_000;

const random = () => randomBytes(32).toString("base64url");

/** `login`: signs a person in by the browser, and keeps the key of eight hours that the API makes. */
export async function login(io: Io, options: LoginOptions): Promise<void> {
  const url = remoteAddress(io, options.url);
  const issuer = await issuerOf(io, url, options.issuer);
  const [state, nonce, verifier] = [random(), random(), random()];
  const patience = AbortSignal.timeout(patienceMs);
  const signal = io.signal ? AbortSignal.any([io.signal, patience]) : patience;
  const host = options.localhost ? "localhost" : "127.0.0.1";
  const loopback = await openLoopback({ port: options.port, host, state, signal });
  try {
    const { redirectUri: redirect_uri } = loopback;
    const at = authorizationUrl(issuer, { redirect_uri, state, nonce, verifier });
    io.err.write(`Sign in with ${clean(issuer.name)} in the browser:\n\n  ${at}\n\n`);
    if (options.browser !== false) io.browse?.(at);
    const { back, answer } = await loopback.arrival.catch((error) => {
      if (patience.aborted) throw new CliError("Nobody has signed in for five minutes.", exitCode.unreachable);
      throw error;
    });
    try {
      const code = codeIn(back, issuer);
      const signedIn = await callSignIn(io, url, "POST", "/v1/sign-in", {
        body: { issuer: issuer.issuer, code, verifier, redirect_uri, nonce },
      });
      keep(io, url, signedIn, options.json ?? false);
      await answer("You are signed in. You may close this page.");
    } catch (error) {
      await answer("You are not signed in: the terminal says why.", 400);
      throw error;
    }
  } finally {
    loopback.close();
  }
}

function remoteAddress(io: Io, given: string | undefined): string {
  const { url, isLocal } = addressOf(io, given);
  if (!isLocal) return url;
  throw new CliError("The local runtime needs no sign-in: name a deployment with --url or DUCTAPE_URL.");
}

async function issuerOf(io: Io, url: string, wanted: string | undefined): Promise<Issuer> {
  const { issuers } = (await callSignIn(io, url, "GET", "/v1/sign-in")) as unknown as { issuers: Issuer[] };
  const found = issuers.filter(({ issuer, name }) => wanted === undefined || wanted === issuer || wanted === name);
  const [one, ...more] = found;
  if (one && more.length === 0) return one;
  const names = issuers.map(({ name }) => `"${clean(name)}"`).join(", ");
  throw new CliError(`Name the issuer with --issuer: this deployment has ${names}.`);
}

function authorizationUrl(
  { name, authorization_endpoint, client_id, scope }: Issuer,
  { verifier, ...own }: { redirect_uri: string; state: string; nonce: string; verifier: string },
): string {
  if (authorization_endpoint === undefined)
    throw new CliError(`${name} does not answer for now. Try again in a moment.`, exitCode.unreachable);
  const to = new URL(authorization_endpoint);
  // It comes from the API, and a browser is opened at it.
  if (!/^https?:$/.test(to.protocol)) throw new CliError(`${name} names no address to sign in.`, exitCode.refused);
  const code_challenge = createHash("sha256").update(verifier).digest("base64url");
  const asked = { response_type: "code", client_id, scope, ...own, code_challenge, code_challenge_method: "S256" };
  for (const [field, value] of Object.entries(asked)) to.searchParams.set(field, value);
  return to.href;
}

function codeIn(back: URLSearchParams, { issuer, name }: Issuer): string {
  const from = back.get("iss");
  if (from !== null && from !== issuer) throw new CliError("Another issuer has answered.", exitCode.refused);
  const code = back.get("code");
  if (code !== null) return code;
  const said = back.get("error_description") ?? back.get("error") ?? "it sent no code";
  throw new CliError(`${name} did not sign you in: ${clean(said.slice(0, 300))}`, exitCode.refused);
}

function keep(io: Io, url: string, signedIn: Json, json: boolean): void {
  const { api_key, expires_at, person, ...access } = signedIn as {
    api_key: string;
    expires_at: number;
    person: { sub: string; name?: string; email?: string };
  };
  const name = person.email ?? person.name ?? person.sub;
  keepKey(io, url, { api_key, expires_at, name });
  const until = new Date(expires_at).toISOString();
  io.out.write(
    json
      ? `${jsonText({ person, expires_at, ...access }, 2)}\n`
      : `You are signed in as ${clean(name)} until ${until}.\n`,
  );
}

/** `logout`: revokes the key of the sign-in, and forgets it. */
export async function logout(io: Io, { url: given }: { url?: string }): Promise<void> {
  const { url } = addressOf(io, given);
  const kept = keptKey(io, url);
  if (!kept) throw new CliError("Nobody is signed in there on this machine.");
  // It is forgotten first: whatever the API answers, this machine has it no more.
  keepKey(io, url, undefined);
  try {
    await callSignIn(io, url, "POST", "/v1/sign-out", { apiKey: kept.api_key });
  } catch (error) {
    const until = new Date(kept.expires_at).toISOString();
    io.err.write(`The key is forgotten here, but the API did not revoke it. It ends by itself at ${until}.\n`);
    throw error;
  }
  io.out.write(`${clean(kept.name)} is signed out.\n`);
}
