import { products } from "#catalog";
import { queueHandler } from "../aws/lambda/queue-handler.ts";
import { readEnv, WebhooksEnv } from "../aws/start/env.ts";
import { startWebhooks } from "../aws/start/start-webhooks.ts";
import { endpointsOf } from "../core/catalog/webhook.ts";
import { lazy } from "../core/kernel/lazy.ts";
import { Delivery } from "../core/outbound/webhook.ts";
import { webhookTimeoutMs } from "../core/outbound/webhook-retry.ts";
import { deliver } from "./deliver.ts";
import { deliveryFields } from "./services.ts";

const start = lazy(() => ({
  ...startWebhooks(readEnv(WebhooksEnv)),
  catalog: endpointsOf(products),
  random: Math.random,
  timeoutMs: webhookTimeoutMs,
}));

export const handler = queueHandler(
  start,
  Delivery,
  (services, delivery, { trace }) => deliver(services, { ...delivery, ...(trace && { trace }) }),
  deliveryFields,
);
