import { hash } from "node:crypto";
import type { HookPreset } from "../../catalog/hook-schema.ts";
import { fieldAt } from "../../expressions/values.ts";
import { parseExactly } from "../../kernel/exact-json.ts";
import { isRecord } from "../../kernel/json-values.ts";
import type { HookHeaders } from "./scheme.ts";

/** What a provider has delivered, as `$Hook` shows it. */
export interface Delivery {
  body: unknown;
  headers: Record<string, unknown>;
  /** SHA-256 of the bytes of the body. */
  digest: string;
}

/** Headers of credentials, which no job may take over. */
const hidden = ["authorization", "cookie", "proxy-authorization"];

const jsonType = /^application\/([\w.+-]+\+)?json\s*(;|$)/i;
const formType = /^application\/x-www-form-urlencoded\s*(;|$)/i;

/** Reads a delivery whose signature is right. Undefined if its body is not what its content type says. */
export function readDelivery(bytes: Buffer, headers: HookHeaders): Delivery | undefined {
  const read = bodyIn(bytes, headers["content-type"] ?? "");
  if (read === undefined) return undefined;
  const shown = Object.entries(headers).filter(([name]) => !hidden.includes(name));
  return { body: read.body, headers: Object.fromEntries(shown), digest: hash("sha256", bytes, "hex") };
}

/** JSON, the fields of a form, or a text. What comes without a content type and is JSON is taken for it. */
function bodyIn(bytes: Buffer, type: string): { body: unknown } | undefined {
  const text = bytes.toString("utf8").replace(/^\ufeff/, "");
  if (formType.test(type)) return { body: formIn(text) };
  const json = jsonIn(text);
  return json ?? (jsonType.test(type) ? undefined : { body: text });
}

function jsonIn(text: string): { body: unknown } | undefined {
  try {
    return { body: parseExactly(text) };
  } catch {
    return undefined;
  }
}

/** GitHub, and buttons in Slack, send JSON as the one field `payload` of a form. It is read as if it were the body. */
function formIn(text: string): unknown {
  const form = new URLSearchParams(text);
  const names = [...new Set(form.keys())];
  const payload = names.length === 1 && names[0] === "payload" ? jsonIn(form.get("payload") ?? "") : undefined;
  if (payload) return payload.body;
  return Object.fromEntries(
    names.map((name) => {
      const all = form.getAll(name);
      return [name, all.length === 1 ? all[0] : all];
    }),
  );
}

/** A text that is not empty, at a place of a delivery. */
export const textAt = (value: unknown, ...path: string[]): string | undefined => {
  const found = path.reduce<unknown>(fieldAt, value);
  return typeof found === "string" && found !== "" ? found : undefined;
};

/** The id under which a provider delivers something again: of the event where it is signed, else of the delivery. */
const ids: { [P in HookPreset]?: (of: Delivery) => string | undefined } = {
  // https://docs.stripe.com/webhooks#handle-duplicate-events
  stripe: ({ body }) => textAt(body, "id"),
  // https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers
  github: ({ headers }) => textAt(headers, "x-github-delivery"),
  // https://docs.slack.dev/apis/events-api: `event_id` of events, `trigger_id` of commands and buttons
  slack: ({ body }) => textAt(body, "event_id") ?? textAt(body, "trigger_id"),
  // https://shopify.dev/docs/apps/build/webhooks/verify-deliveries
  shopify: ({ headers }) => textAt(headers, "x-shopify-webhook-id"),
  "standard-webhooks": ({ headers }) => textAt(headers, "webhook-id") ?? textAt(headers, "svix-id"),
};

/** The id of a delivery. One without any is known by its bytes. */
export const deliveryId = (preset: HookPreset, delivery: Delivery): string =>
  ids[preset]?.(delivery) ?? delivery.digest;

/**
 * What a provider wants to hear when a hook is set up, and is no delivery: the text to answer with. Only a signed request is answered: what an
 * answer says is never up to a stranger.
 */
export function handshakeOf(preset: HookPreset, { body, headers }: Delivery): { text: string } | undefined {
  // https://docs.slack.dev/reference/events/url_verification
  if (preset === "slack" && isRecord(body) && body.type === "url_verification")
    return { text: textAt(body, "challenge") ?? "" };
  // https://docs.github.com/en/webhooks/webhook-events-and-payloads#ping
  return preset === "github" && headers["x-github-event"] === "ping" ? { text: "" } : undefined;
}
