import type * as z from "zod";
import { may, type Scopes } from "../access/scopes.ts";
import type { SentDelivery } from "../catalog/sent-delivery.ts";
import { defined } from "../kernel/defined.ts";
import { deliveryBodyOf } from "../outbound/webhook.ts";
import type { WebhookDeliverySchema } from "./schemas/webhook-deliveries.ts";

type WebhookDeliveryView = z.infer<typeof WebhookDeliverySchema>;

/** A delivery as lists have it. */
export function webhookDeliveryView(sent: SentDelivery): WebhookDeliveryView {
  const { id, product, env, webhook, message, outcome, next_at, attempts } = sent;
  const { job_id } = message.data;
  return {
    ...{ id, at: message.time, product_tag: product, env, webhook, webhook_id: message.id, type: message.type },
    ...(typeof job_id === "string" && { job_id }),
    ...{ outcome, attempts: attempts.map((attempt) => ({ ...attempt })) },
    ...defined({ next_at }),
  };
}

/** A delivery with its body, and with what the receiver has answered for those who may see inputs: it may say anything. */
export function webhookDeliveryInFull(sent: SentDelivery, scopes: Scopes): WebhookDeliveryView {
  const { message, answer } = sent;
  const view = { ...webhookDeliveryView(sent), body: deliveryBodyOf(message) };
  return answer && may(scopes, "jobs:input", sent) ? { ...view, answer: { ...answer } } : view;
}
