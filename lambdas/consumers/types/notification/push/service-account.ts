import { createPrivateKey } from "node:crypto";
import * as z from "zod";
import { type Reference, referenceName } from "../../../../core/catalog/references.ts";
import { JobError } from "../../../../core/job/job-error.ts";
import { parsedJson } from "../../../../core/kernel/parsed-json.ts";
import { urlFault } from "../../../../core/kernel/url.ts";
import type { Secrets } from "../../../../core/ports/secrets.ts";
import { exchange, requestsFor } from "../../../clients/http/exchange.ts";
import { codeOfJson, parseAnswer } from "../../../clients/http/failure-code.ts";
import { readBytes } from "../../../clients/http/read-body.ts";
import { statusError } from "../../../clients/http/status.ts";
import { type FreshToken, type TokenSource, tokenKey } from "../../../clients/http/tokens.ts";

const ServiceAccount = z.object({
  project_id: z.string().min(1),
  client_email: z.string().min(1),
  private_key: z.string().refine(isPrivateKey),
  /** Requests to it are signed with the private key, so they are as sensitive as a credential. */
  token_uri: z
    .string()
    .refine((url) => urlFault(url, { plainLoopback: true }) === undefined)
    .default("https://oauth2.googleapis.com/token"),
});
type ServiceAccount = z.infer<typeof ServiceAccount>;

function isPrivateKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === "rsa";
  } catch {
    return false;
  }
}

/** The JSON key of a Google service account, as Google's console creates it. */
export async function serviceAccountOf(secrets: Secrets, reference: Reference): Promise<ServiceAccount> {
  const text = await secrets.resolve(reference);
  const parsed = ServiceAccount.safeParse(parsedJson(text));
  if (parsed.success) return parsed.data;
  const fields = [...new Set(parsed.error.issues.map(({ path }) => path.join(".")))].filter(Boolean).join(", ");
  const what = fields ? `not valid in ${fields}` : "not a JSON object";
  throw new JobError("CONFIGURATION_ERROR", `The service account in ${referenceName(reference)} is ${what}.`);
}

/** Where the access tokens of a service account come from. */
export const serviceAccountSource = (account: ServiceAccount, scope: string, now: () => number): TokenSource => ({
  key: tokenKey("google", account.token_uri, account.client_email, account.private_key, scope),
  fetch: (signal) => requestGoogleToken(account, scope, now, signal),
});

/**
 * google-auth-library signs, and this module sends. The library always calls https://oauth2.googleapis.com/token, whatever the
 * key file says, so its fetch is replaced by one that calls the key's `token_uri`, which is also the audience. The library's
 * retries are off, because the job has its own.
 */
async function requestGoogleToken(
  account: ServiceAccount,
  scope: string,
  now: () => number,
  signal: AbortSignal,
): Promise<FreshToken> {
  const { JWT } = await import("google-auth-library");
  const failed = Promise.withResolvers<never>();
  const jwt = new JWT({
    email: account.client_email,
    key: account.private_key,
    scopes: [scope],
    additionalClaims: { aud: account.token_uri },
    transporterOptions: {
      retryConfig: { shouldRetry: () => false },
      fetchImplementation: (_, init) =>
        postForm(account.token_uri, String(init?.body), now, signal).catch((error) => {
          // The library would wrap the error together with the request.
          failed.reject(error);
          throw error;
        }),
    },
  });
  const { access_token, expiry_date } = await Promise.race([jwt.authorize(), failed.promise]);
  if (!access_token) {
    throw new JobError("PROVIDER_ERROR", "The token endpoint answered without an access token.", { retryable: false });
  }
  return { token: access_token, lifetimeSeconds: expiry_date ? (expiry_date - Date.now()) / 1000 : 0 };
}

async function postForm(uri: string, body: string, now: () => number, signal: AbortSignal): Promise<Response> {
  const headers = new Headers({ "content-type": "application/x-www-form-urlencoded" });
  const response = await exchange({ method: "POST", url: new URL(uri), headers, body }, signal);
  const bytes = await readBytes(response, signal, { limit: 64 * 1024 });
  if (response.ok) return new Response(new Uint8Array(bytes), response);
  const providerCode = codeOfJson(parseAnswer(bytes), response.status, requestsFor(response));
  if (![400, 401, 403].includes(response.status)) {
    throw statusError(response, now(), { who: "The token endpoint", providerCode });
  }
  throw new JobError(
    "UNAUTHORIZED",
    `The token endpoint answered with status ${response.status}: it refuses the service account.`,
    { providerCode: providerCode ?? String(response.status) },
  );
}
