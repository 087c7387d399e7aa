import { createHash } from "node:crypto";
import type { Outbox } from "../outbox/outbox.ts";

/** The secret of the demo's database, which is started when this is first asked for. */
export const ordersSecret = "my-product/orders";

/** What the demo product's references stand for on this machine unless `.env.local` says otherwise: the outbox. */
export const demoValues = ({ url, smtpUrl }: Outbox, privateKey: string): Record<string, string> => ({
  "my-product/shop#token": "demo-token",
  "/my-product/shop-url": `${url}/shop`,
  "my-product/fcm": JSON.stringify({
    type: "service_account",
    project_id: "my-product",
    private_key_id: "local",
    private_key: privateKey,
    client_email: "jobs@my-product.iam.gserviceaccount.com",
    client_id: "100000000000000000000",
    token_uri: `${url}/token`,
  }),
  "/my-product/fcm-endpoint": url,
  "my-product/smtp#url": smtpUrl,
  "/my-product/callback-url": `${url}/callback`,
  "/my-product/webhook-url": `${url}/webhooks/orders`,
  // Of this installation's own, and the same after a restart, as receivers expect.
  "my-product/webhook#secret": `whsec_${createHash("sha256").update(privateKey).digest("base64")}`,
  "/my-product/pricing-url": `${url}/pricing`,
  "/my-product/documents-bucket": "my-product-documents",
});
