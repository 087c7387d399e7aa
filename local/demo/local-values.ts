import { createHash } from "node:crypto";
import type { Outbox } from "../outbox/outbox.ts";

/** The start of a value in `.env.local` that stands for a part of the local runtime. */
const prefix = "local:";

/** Stands for the demo database, which starts when its URL is first read. */
export const databasePlace = "local:postgres";

/**
 * Resolves a value: `local:http/shop` is the outbox's URL with that path, `local:smtp` its mail server, and so on (docs/local.md),
 * because their ports are not known in advance. Undefined for a name that the runtime does not have.
 */
export function localValue(value: string, outbox: Pick<Outbox, "url" | "smtpUrl">, privateKey: string) {
  if (!value.startsWith(prefix) || value === databasePlace) return value;
  const [kind = "", ...path] = value.slice(prefix.length).split("/");
  if (kind === "http") return [outbox.url, ...path].join("/");
  return path.length > 0 ? undefined : placesOf(outbox, privateKey)[kind];
}

/** What may follow `local:`. */
export const localNames = ["http/<path>", "smtp", "fcm", "fcm-account", "pricing", "webhook-secret", "postgres"];

const placesOf = ({ url, smtpUrl }: Pick<Outbox, "url" | "smtpUrl">, privateKey: string): Record<string, string> => ({
  smtp: smtpUrl,
  fcm: url,
  pricing: `${url}/pricing`,
  "fcm-account": JSON.stringify({
    type: "service_account",
    project_id: "my-product",
    private_key_id: "local",
    private_key: privateKey,
    client_email: "jobs@my-product.iam.gserviceaccount.com",
    client_id: "100000000000000000000",
    token_uri: `${url}/token`,
  }),
  // Unique to this installation and unchanged by a restart, as receivers expect.
  "webhook-secret": `whsec_${createHash("sha256").update(privateKey).digest("base64")}`,
});

/** The values of the demo product's references, unless `.env.local` has others. */
export const demoReferences: Record<string, string> = {
  "my-product/shop#token": "demo-token",
  "my-product/shop#partner": "demo-partner",
  "my-product/session#secret": "the demo's secret, which everybody knows",
  "/my-product/shop-url": "local:http/shop",
  // The discard port, where nobody listens: the demo's first courier is down.
  "/my-product/express-url": "http://127.0.0.1:9",
  "/my-product/parcel-url": "local:http/parcel",
  "my-product/fcm": "local:fcm-account",
  "/my-product/fcm-endpoint": "local:fcm",
  "my-product/smtp#url": "local:smtp",
  "/my-product/callback-url": "local:http/callback",
  "/my-product/webhook-url": "local:http/webhooks/orders",
  "my-product/webhook#secret": "local:webhook-secret",
  "/my-product/chat-url": "local:http/chat",
  "/my-product/pricing-url": "local:pricing",
  "/my-product/documents-bucket": "my-product-documents",
  "my-product/orders#url": databasePlace,
};
