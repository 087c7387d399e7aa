import { JobError } from "../../../core/job/job-error.ts";
import type { Execution } from "../../../core/operations/execution.ts";
import type { Auth } from "./auth-schema.ts";
import { exchange } from "./exchange.ts";
import { failedAnswer, type Patience } from "./failure-code.ts";
import { readJson } from "./read-body.ts";
import { secureUrlOf, settingText } from "./settings.ts";
import type { UsedCredentials } from "./shown-answer.ts";
import { statusError } from "./status.ts";
import { type FreshToken, type TokenSource, tokenKey } from "./tokens.ts";

/** How long a refusal of the token endpoint is read, in milliseconds: less than a token may take. */
const readingMs = 2000;

type OAuth2 = Extract<Auth, { type: "oauth2" }>;
type FormFields = Record<string, string>;

/** The lifetime of a token if the response has none, which RFC 6749 5.1 only recommends. */
const assumedLifetimeSeconds = 300;

/** The source of a client's access tokens (client credentials grant, RFC 6749 4.4). */
export async function oauth2Source(
  { secrets, clock }: Execution,
  auth: OAuth2,
  used: UsedCredentials,
): Promise<TokenSource> {
  const [url, id, secret] = await Promise.all([
    secureUrlOf(secrets, auth.token_url, "The OAuth2 token URL"),
    settingText(secrets, auth.client_id),
    secrets.resolve(auth.client_secret),
  ]);
  used.add(secret).add(pairOf(id, secret));
  const inBody = (auth.client_auth ?? "body") === "body";
  const fields: FormFields = {
    grant_type: "client_credentials",
    ...(auth.scope !== undefined && { scope: auth.scope }),
    ...(auth.audience !== undefined && { audience: auth.audience }),
    ...(inBody && { client_id: id, client_secret: secret }),
  };
  const basic: FormFields = inBody ? {} : { authorization: `Basic ${btoa(pairOf(id, secret))}` };
  return {
    key: tokenKey("oauth2", url.href, id, secret, auth.scope, auth.audience),
    fetch: (signal) => requestOauthToken(url, fields, basic, { clock, signal, ms: readingMs }),
  };
}

/** RFC 6749 2.3.1: both parts are form-encoded before they are joined. */
const pairOf = (id: string, secret: string) => `${encoded(id)}:${encoded(secret)}`;
const encoded = (text: string) => new URLSearchParams({ v: text }).toString().slice(2);

async function requestOauthToken(
  url: URL,
  fields: FormFields,
  authorization: FormFields,
  patience: Patience,
): Promise<FreshToken> {
  const headers = new Headers({
    accept: "application/json",
    "content-type": "application/x-www-form-urlencoded",
    ...authorization,
  });
  const body = new URLSearchParams(fields).toString();
  return readAccessToken(await exchange({ method: "POST", url, headers, body }, patience.signal), patience);
}

async function readAccessToken(response: Response, patience: Patience): Promise<FreshToken> {
  if (!response.ok) {
    const { code: providerCode } = await failedAnswer(response, patience);
    // RFC 6749 5.2 answers wrong credentials and scopes with 400.
    if ([400, 401, 403].includes(response.status)) throw refusedClient(response.status, providerCode);
    throw statusError(response, patience.clock.now(), { who: "The token endpoint", providerCode });
  }
  const answer = (await readJson(response, patience.signal)) as
    | { access_token?: unknown; expires_in?: unknown }
    | undefined;
  const token = answer?.access_token;
  if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token)) {
    throw new JobError("PROVIDER_ERROR", "The token endpoint answered without an access token.", { retryable: false });
  }
  const { expires_in: given } = answer ?? {};
  const lifetime = typeof given === "number" || typeof given === "string" ? Number(given) : assumedLifetimeSeconds;
  return { token, lifetimeSeconds: lifetime > 0 ? lifetime : assumedLifetimeSeconds };
}

const refusedClient = (status: number, providerCode: string) => {
  const message = `The token endpoint answered with status ${status}: it refuses the client.`;
  return new JobError("UNAUTHORIZED", message, { providerCode });
};
