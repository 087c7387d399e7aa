import type { Defaults } from "./defaults.ts";
import { ConfigurationError } from "./errors.ts";

/** What clients of Ductape's own service are given. It means nothing to this API, and a secret must not be taken for another. */
const ofDuctape = [
  "accessKey",
  "access_key",
  "secretKey",
  "secret_key",
  "token",
  "auth_token",
  "publishableKey",
  "workspace_id",
  "workspaceId",
  "user_id",
  "userId",
  "public_key",
  "publicKey",
  "private_key",
  "privateKey",
  "env_type",
  "envType",
  "redis_url",
  "baseUrl",
] as const;

/** Refused, with what to pass instead. */
type CredentialsOfDuctape = { [Name in (typeof ofDuctape)[number]]?: never };

/** How a client reaches the API, and what it calls where a call does not say. */
export interface DuctapeOptions extends CredentialsOfDuctape {
  /**
   * The address of the API, with or without `/v1` at its end.
   * @default the variable `DUCTAPE_URL`
   * @example `"https://jobs.example.com"`
   */
  url?: string | undefined;
  /**
   * An API key.
   * @default the variable `DUCTAPE_API_KEY`
   * @example `await readSecret("ductape")`
   */
  apiKey?: string | undefined;
  /**
   * The function that sends requests.
   * @default the runtime's own `fetch`
   * @example `(url, init) => fetch(url, { ...init, dispatcher: proxy })`
   */
  fetch?: typeof globalThis.fetch | undefined;
  /**
   * How often a request is sent again after 429, 502, 503, 504 or a network failure.
   * @default `4`
   * @example `0`
   */
  maxRetries?: number | undefined;
  /**
   * Milliseconds that one request may take. The API holds a request open for up to 25 s to wait for a job; with a shorter
   * `requestTimeout`, the client asks it to wait less.
   * @default `35_000`
   * @example `60_000`
   */
  requestTimeout?: number | undefined;
  /**
   * The product of calls that name none.
   * @default none: each call names its product
   * @example `"my-product"`
   */
  product?: string | undefined;
  /**
   * The environment of calls that name none.
   * @default none: each call names its environment
   * @example `"prd"`
   */
  env?: string | undefined;
}

export interface Config {
  url: string;
  apiKey: string;
  fetch: typeof globalThis.fetch;
  maxRetries: number;
  requestTimeout: number;
  defaults: Defaults;
}

const environment = (): Record<string, string | undefined> =>
  (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env ?? {};

/** The time that is reserved for the answer to arrive before its request times out. */
const answerMarginMs = 1000;
/** The longest that the API waits for a job within one request. */
export const longestWaitSeconds = 25;

/** The whole seconds that the API may be asked to wait for a job, within one request and within `ms`. 0 means not to wait. */
export const waitWithin = ({ requestTimeout }: Pick<Config, "requestTimeout">, ms: number): number =>
  Math.max(0, Math.min(longestWaitSeconds, Math.floor((Math.min(requestTimeout, ms) - answerMarginMs) / 1000)));

/** Checks and completes the options. Throws a ConfigurationError with every fault, which never quotes the key. */
export function resolveConfig(options: DuctapeOptions): Config {
  const env = environment();
  const url = (options.url ?? env.DUCTAPE_URL ?? "").trim().replace(/(\/v1)?\/*$/, "");
  const apiKey = (options.apiKey ?? env.DUCTAPE_API_KEY ?? "").trim();
  const { maxRetries = 4, requestTimeout = 35_000, product, env: slug } = options;
  const faults = [
    credentialsFault(options),
    urlFault(url),
    keyFault(apiKey),
    ...(Number.isInteger(maxRetries) && maxRetries >= 0 ? [] : ["maxRetries must be a whole number, 0 or more."]),
    ...(requestTimeout > 0 ? [] : ["requestTimeout must be a number of milliseconds above 0."]),
    ...Object.entries({ product, env: slug }).map(([name, value]) => nameFault(name, value)),
  ].filter((fault) => fault !== undefined);
  if (faults.length > 0) throw new ConfigurationError(faults.join("\n"));
  // Looked up for each request, since a test or a tracer may replace the global later.
  const fetch = options.fetch ?? ((...request: Parameters<typeof globalThis.fetch>) => globalThis.fetch(...request));
  return { url, apiKey, fetch, maxRetries, requestTimeout, defaults: { product, env: slug } };
}

/** Names the fields, never their values. */
function credentialsFault(options: object): string | undefined {
  const passed = ofDuctape.filter((name) => (options as Record<string, unknown>)[name] !== undefined);
  if (passed.length === 0) return undefined;
  const instead = "pass url and apiKey of your own Ductape Jobs API, or set DUCTAPE_URL and DUCTAPE_API_KEY.";
  return `${passed.join(", ")}: for Ductape's own service, which this client does not call. Instead, ${instead}`;
}

const nameFault = (name: string, value: unknown): string | undefined =>
  value === undefined || (typeof value === "string" && value !== "")
    ? undefined
    : `${name} must be a text: the ${name === "env" ? "environment" : "product"} of calls that name none.`;

function urlFault(text: string): string | undefined {
  const what = 'the address of your Ductape Jobs API, such as "https://jobs.example.com"';
  if (text === "") return `Set DUCTAPE_URL, or pass url to createDuctape: ${what}.`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const usable =
    url !== undefined && /^https?:$/.test(url.protocol) && url.username + url.password + url.search + url.hash === "";
  // Not quoted, since an invalid address may contain a password.
  return usable ? undefined : `DUCTAPE_URL (url) must be ${what}: http or https, no user, no query, no fragment.`;
}

function keyFault(key: string): string | undefined {
  if (key === "") return "Set DUCTAPE_API_KEY, or pass apiKey to createDuctape: a key of your Ductape Jobs API.";
  // Checked here, since fetch would refuse the header with a message that quotes the key.
  return /^[\x21-\x7e]+$/.test(key) ? undefined : "DUCTAPE_API_KEY (apiKey) contains characters that no key has.";
}
