import type { HookVerify } from "../../catalog/hook-schema.ts";
import { defaultToleranceMs } from "../../catalog/hooks.ts";
import { durationMs } from "../../kernel/duration-ms.ts";
import { ofUnixTime } from "../../kernel/start-time.ts";

/** The headers of a delivery, with names in lower case. */
export type HookHeaders = Readonly<Record<string, string | undefined>>;

/** What the headers of a delivery claim, before a secret is known. */
export interface Claim {
  /** The signatures, any of which may be right: providers sign with both secrets while one is replaced. */
  signatures: Buffer[];
  /** What is signed before and after the body. */
  around: readonly [before: string, after: string];
  /** The signed time in epoch milliseconds. Absent where the provider signs none. */
  at?: number;
}

/** How a provider signs what it sends. */
export interface Scheme {
  algorithm: "sha1" | "sha256" | "sha384" | "sha512";
  /** How far a signed time may be from ours. */
  toleranceMs: number;
  /** Undefined if the headers have no signature that could be right. */
  claimIn(headers: HookHeaders): Claim | undefined;
  /** The key of the HMAC. Undefined if the secret is none of this provider. */
  keyOf(secret: string): Buffer | undefined;
}

/** More signatures than this are no rotation of a secret. */
const mostSignatures = 10;

const digestBytes = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 } as const;

const utf8Secret = (secret: string): Buffer => Buffer.from(secret, "utf8");

/** The signatures among some texts that have the form of one. */
function signatureBytes(
  texts: readonly string[],
  encoding: "hex" | "base64",
  algorithm: Scheme["algorithm"] = "sha256",
): Buffer[] {
  const form = encoding === "hex" ? /^[0-9a-f]+$/i : /^[A-Za-z0-9+/]+={0,2}$/;
  return texts
    .slice(0, mostSignatures)
    .filter((text) => text.length <= 2 * digestBytes[algorithm] && form.test(text))
    .map((text) => Buffer.from(text, encoding))
    .filter(({ length }) => length === digestBytes[algorithm]);
}

const secondsIn = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,11}$/.test(text) ? Number(text) * 1000 : undefined;

const claimOf = (signatures: Buffer[], around: Claim["around"], at?: number): Claim | undefined =>
  signatures.length === 0 ? undefined : { signatures, around, ...(at !== undefined && { at }) };

const withoutPrefix = (text: string | undefined, prefix: string): string[] =>
  text?.startsWith(prefix) ? [text.slice(prefix.length)] : [];

const defaults = { algorithm: "sha256", toleranceMs: defaultToleranceMs, keyOf: utf8Secret } as const;

/** `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=<hex>]` over `<seconds>.<body>`: https://docs.stripe.com/webhooks/signature */
const stripe: Scheme = {
  ...defaults,
  claimIn(headers) {
    const parts = (headers["stripe-signature"] ?? "").split(",", 2 * mostSignatures).map((part) => part.trim());
    const time = parts.flatMap((part) => withoutPrefix(part, "t="))[0];
    const at = secondsIn(time);
    if (at === undefined) return undefined;
    const signatures = signatureBytes(
      parts.flatMap((part) => withoutPrefix(part, "v1=")),
      "hex",
    );
    return claimOf(signatures, [`${time}.`, ""], at);
  },
};

/**
 * `X-Hub-Signature-256: sha256=<hex>` over the body: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries.
 * It signs neither a time nor the id of the delivery.
 */
const github: Scheme = {
  ...defaults,
  claimIn: (headers) =>
    claimOf(signatureBytes(withoutPrefix(headers["x-hub-signature-256"], "sha256="), "hex"), ["", ""]),
};

/** `X-Slack-Signature: v0=<hex>` over `v0:<seconds>:<body>`: https://docs.slack.dev/authentication/verifying-requests-from-slack */
const slack: Scheme = {
  ...defaults,
  claimIn(headers) {
    const time = headers["x-slack-request-timestamp"];
    const at = secondsIn(time);
    if (at === undefined) return undefined;
    return claimOf(signatureBytes(withoutPrefix(headers["x-slack-signature"], "v0="), "hex"), [`v0:${time}:`, ""], at);
  },
};

/** `X-Shopify-Hmac-SHA256: <base64>` over the body: https://shopify.dev/docs/apps/build/webhooks/verify-deliveries. It signs no time. */
const shopify: Scheme = {
  ...defaults,
  claimIn: (headers) =>
    claimOf(signatureBytes(withoutPrefix(headers["x-shopify-hmac-sha256"], ""), "base64"), ["", ""]),
};

/** The names that Svix gave the headers of Standard Webhooks before there was a standard, and gives them still. */
const standardHeader = (headers: HookHeaders, name: string): string | undefined =>
  headers[`webhook-${name}`] ?? headers[`svix-${name}`];

/**
 * `webhook-signature: v1,<base64> [v1,<base64>]` over `<id>.<seconds>.<body>`, with the bytes behind `whsec_` as the key:
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
const standard: Scheme = {
  ...defaults,
  claimIn(headers) {
    const id = standardHeader(headers, "id");
    const time = standardHeader(headers, "timestamp");
    const at = secondsIn(time);
    if (!id || at === undefined) return undefined;
    const parts = (standardHeader(headers, "signature") ?? "").split(" ", 2 * mostSignatures);
    return claimOf(
      signatureBytes(
        parts.flatMap((part) => withoutPrefix(part, "v1,")),
        "base64",
      ),
      [`${id}.${time}.`, ""],
      at,
    );
  },
  keyOf(secret) {
    const text = secret.replace(/^whsec_/, "");
    const key = /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, "base64") : undefined;
    return key && key.length > 0 ? key : undefined;
  },
};

const presets = { stripe, github, slack, shopify, "standard-webhooks": standard } as const;

function hmac(verify: Extract<HookVerify, { preset: "hmac" }>): Scheme {
  const { header, algorithm = "sha256", encoding = "hex", prefix = "", timestamp_header } = verify;
  const { signed = timestamp_header === undefined ? "{body}" : "{timestamp}.{body}" } = verify;
  const [before = "", behind = ""] = signed.split("{body}");
  return {
    ...defaults,
    algorithm,
    claimIn(headers) {
      const signatures = signatureBytes(withoutPrefix(headers[header.toLowerCase()], prefix), encoding, algorithm);
      if (timestamp_header === undefined) return claimOf(signatures, [before, behind]);
      const time = headers[timestamp_header.toLowerCase()] ?? "";
      if (!/^\d{1,14}$/.test(time)) return undefined;
      const around = [before, behind].map((text) => text.replaceAll("{timestamp}", time)) as [string, string];
      return claimOf(signatures, around, ofUnixTime(Number(time)));
    },
  };
}

/** How the deliveries of a hook are signed. */
export function schemeOf(verify: HookVerify): Scheme {
  const scheme = verify.preset === "hmac" ? hmac(verify) : presets[verify.preset];
  const tolerance = "tolerance" in verify ? verify.tolerance : undefined;
  return tolerance === undefined ? scheme : { ...scheme, toleranceMs: durationMs(tolerance) };
}
