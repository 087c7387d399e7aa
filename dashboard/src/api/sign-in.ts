import { apiUrl } from "./base.ts";
import { keep, readKept } from "./store.ts";

export interface Issuer {
  issuer: string;
  name: string;
  client_id: string;
  scope: string;
  /** Absent while the issuer does not answer. */
  authorization_endpoint?: string;
}

export interface Issuers {
  issuers: Issuer[];
  /** The page's own address, to which issuers send people back. */
  redirect_uri: string;
}

/** Where people sign in. None where the deployment has no issuers: then its API knows no such path. */
export async function issuersHere(): Promise<Issuers> {
  try {
    const answer = await fetch(`${apiUrl()}/v1/sign-in`, { headers: { accept: "application/json" } });
    if (answer.ok) return (await answer.json()) as Issuers;
  } catch {
    // The field for a key is there without it.
  }
  return { issuers: [], redirect_uri: "" };
}

/** What the page remembers while the person is at the issuer, in this tab only. */
interface Attempt {
  issuer: string;
  redirect_uri: string;
  /** What the issuer has to bring back: else another page has sent the person here. */
  state: string;
  /** What its token has to say: else it is of another sign-in. */
  nonce: string;
  /** What only this tab knows, without which the code is worth nothing (PKCE). */
  verifier: string;
  /** Which page of ours was open. */
  hash: string;
}

const attemptName = "ductape.sign_in";

/** Sends the person to an issuer. Throws where the browser keeps nothing, since nobody could be recognised on return. */
export async function goToIssuer({ issuer, client_id, scope, authorization_endpoint }: Issuer, redirect_uri: string) {
  if (authorization_endpoint === undefined) return;
  const attempt: Attempt = {
    ...{ issuer, redirect_uri, hash: window.location.hash },
    ...{ state: random(), nonce: random(), verifier: random() },
  };
  keep("session", attemptName, JSON.stringify(attempt));
  if (readKept("session", attemptName) === null) throw new Error("The browser keeps nothing for this page.");
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(attempt.verifier));
  const to = new URL(authorization_endpoint);
  const asked = {
    ...{ response_type: "code", client_id, redirect_uri, scope, state: attempt.state, nonce: attempt.nonce },
    ...{ code_challenge: base64url(new Uint8Array(digest)), code_challenge_method: "S256" },
  };
  for (const [name, value] of Object.entries(asked)) to.searchParams.set(name, value);
  window.location.assign(to.href);
}

const random = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)));

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

type Return = { apiKey: string } | { failed: string };

/** What has become of a person whom an issuer has sent back. Undefined where the page was opened by itself. */
export async function returnFromIssuer(): Promise<Return | undefined> {
  const back = new URLSearchParams(window.location.search);
  const state = back.get("state");
  if (state === null || (!back.has("code") && !back.has("error"))) return undefined;
  const attempt = keptAttempt();
  // The code works once only, and neither it nor the attempt is worth anything afterwards.
  keep("session", attemptName, null);
  window.history.replaceState(null, "", window.location.pathname + (attempt?.hash ?? ""));
  if (attempt?.state !== state) return { failed: "This sign-in was not begun in this tab. Sign in again." };
  const from = back.get("iss");
  if (from !== null && from !== attempt.issuer) return { failed: "Another issuer has answered. Sign in again." };
  const code = back.get("code");
  if (code === null) return { failed: refusal(back) };
  return exchange({ ...attempt, code });
}

function keptAttempt(): Attempt | undefined {
  try {
    return (JSON.parse(readKept("session", attemptName) ?? "null") as Attempt | null) ?? undefined;
  } catch {
    return undefined;
  }
}

const refusal = (back: URLSearchParams): string => {
  const said = back.get("error_description") ?? back.get("error") ?? "";
  return `The issuer did not sign you in: ${said.slice(0, 300)}`;
};

async function exchange({ issuer, code, verifier, redirect_uri, nonce }: Attempt & { code: string }): Promise<Return> {
  try {
    const answer = await fetch(`${apiUrl()}/v1/sign-in`, {
      method: "POST",
      headers: { accept: "application/json", "content-type": "application/json" },
      body: JSON.stringify({ issuer, code, verifier, redirect_uri, nonce }),
    });
    const { api_key, detail } = await answer.json();
    if (answer.ok && typeof api_key === "string") return { apiKey: api_key };
    return { failed: typeof detail === "string" ? detail : "The API did not sign you in. Try again." };
  } catch {
    return { failed: "The API could not be reached. Sign in again." };
  }
}

/** Revokes the key. The tab forgets it in any case. */
export async function signOut(apiKey: string): Promise<void> {
  const headers = { authorization: `Bearer ${apiKey}` };
  await fetch(`${apiUrl()}/v1/sign-out`, { method: "POST", headers }).catch(() => undefined);
}
