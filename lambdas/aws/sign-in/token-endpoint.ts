import * as z from "zod";
import type { SignInIssuer } from "../../core/access/sign-in.ts";
import { type Returned, SignInRefused } from "../../core/ports/issuers.ts";
import type { Secrets } from "../../core/ports/secrets.ts";
import type { Metadata } from "./discovery.ts";
import { fetchJson } from "./fetch-json.ts";
import { IssuerSetup } from "./issuer-setup.ts";

const timeoutMs = 8000;

const Refusal = () => z.object({ error: z.string() });
const Tokens = () => z.object({ id_token: z.string().max(200_000) });

/**
 * Exchanges a code for the token that says who the person is.
 * https://openid.net/specs/openid-connect-core-1_0.html#TokenRequest
 */
export async function idTokenFor(
  secrets: Pick<Secrets, "resolve">,
  issuer: SignInIssuer,
  metadata: Metadata,
  returned: Returned,
): Promise<string> {
  const { clientSecret } = issuer;
  const ask = async (fresh: boolean) => {
    const secret = clientSecret && (await secrets.resolve(clientSecret, { fresh }));
    return fetchJson(metadata.token_endpoint, tokenRequest(issuer, metadata, returned, secret), timeoutMs);
  };
  let answer = await ask(false);
  // The secret may have been replaced since it was read; a code is used up only by who proves to be its client.
  if (clientSecret && refusalCode(answer.body) === "invalid_client") answer = await ask(true);
  const token = Tokens().safeParse(answer.body, { jitless: true }).data?.id_token;
  if (answer.status === 200 && token !== undefined) return token;
  throw faultOf(answer, issuer.issuer);
}

/** The client proves who it is by its secret, where it has one, in the way that the issuer takes. */
function tokenRequest(
  { clientId, clientSecret }: SignInIssuer,
  { token_endpoint_auth_methods_supported: methods }: Metadata,
  { code, verifier, redirect_uri }: Returned,
  secret: string | undefined,
): RequestInit {
  const form = new URLSearchParams({
    grant_type: "authorization_code",
    ...{ code, redirect_uri, client_id: clientId, code_verifier: verifier },
  });
  const headers = new Headers({ accept: "application/json" });
  if (clientSecret && secret !== undefined) {
    if (methods.includes("client_secret_basic"))
      headers.set(
        "authorization",
        `Basic ${Buffer.from(`${encoded(clientId)}:${encoded(secret)}`).toString("base64")}`,
      );
    else form.set("client_secret", secret);
  }
  return { method: "POST", headers, body: form };
}

/** RFC 6749 encodes both as in a form before they are joined (2.3.1). */
const encoded = (text: string): string => new URLSearchParams({ _: text }).toString().slice(2);

const refusalCode = (body: unknown): string | undefined => Refusal().safeParse(body, { jitless: true }).data?.error;

function faultOf({ status, body }: { status: number; body: unknown }, issuer: string): Error {
  const error = refusalCode(body);
  if (error === "invalid_grant")
    return new SignInRefused("The issuer does not take this code: it was used already, is too old, or is for another.");
  return new IssuerSetup(
    `${issuer} refused the client of this deployment, or answered no id_token (status ${status}${isPlainCode(error) ? `, ${error}` : ""})`,
  );
}

const isPlainCode = (error: string | undefined): error is string => /^[a-z_]{1,40}$/.test(error ?? "");
