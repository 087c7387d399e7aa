import { createHmac } from "node:crypto";

/*
 * Signs as providers do, from their documentation and not with code of ours.
 */

export const hookSecret = "whsec_c2lnbnMgd2hhdCBwcm92aWRlcnMgZGVsaXZlcg==";

const hmac = (key: string | Buffer, text: string | Buffer, encoding: "hex" | "base64" = "hex", algorithm = "sha256") =>
  createHmac(algorithm, key).update(text).digest(encoding);

const joined = (before: string, body: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from(before), Buffer.from(body)]);

export interface Signing {
  body: string | Buffer;
  /** Epoch seconds. */
  at: number;
  secret?: string;
  id?: string;
}

/** The headers with which a provider sends a body. */
export const signed = {
  stripe: ({ body, at, secret = hookSecret }: Signing) => ({
    "content-type": "application/json; charset=utf-8",
    "stripe-signature": `t=${at},v1=${hmac(secret, joined(`${at}.`, body))},v0=${"0".repeat(64)}`,
  }),
  github: ({ body, secret = hookSecret, id = "72d3162e-cc78-11e3-81ab-4c9367dc0958" }: Signing) => ({
    "content-type": "application/json",
    "x-github-event": "push",
    "x-github-delivery": id,
    "x-hub-signature-256": `sha256=${hmac(secret, Buffer.from(body))}`,
  }),
  slack: ({ body, at, secret = hookSecret }: Signing) => ({
    "content-type": "application/json",
    "x-slack-request-timestamp": `${at}`,
    "x-slack-signature": `v0=${hmac(secret, joined(`v0:${at}:`, body))}`,
  }),
  shopify: ({ body, secret = hookSecret, id = "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043" }: Signing) => ({
    "content-type": "application/json",
    "x-shopify-webhook-id": id,
    "x-shopify-hmac-sha256": hmac(secret, Buffer.from(body), "base64"),
  }),
  "standard-webhooks": ({ body, at, secret = hookSecret, id = "msg_p5jXN8AQM9LWM0D4loKWxJek" }: Signing) => ({
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": `${at}`,
    "webhook-signature": `v1,${hmac(Buffer.from(secret.slice("whsec_".length), "base64"), joined(`${id}.${at}.`, body), "base64")}`,
  }),
  hmac: ({ body, at, secret = hookSecret }: Signing) => ({
    "content-type": "application/json",
    "x-sent-at": `${at}`,
    "x-signature": `sig=${hmac(secret, joined(`${at}:`, body), "base64", "sha512")}`,
  }),
} as const;
