import { products } from "../../products/index.ts";
import { readEnv, WebhooksEnv } from "../aws/env.ts";
import { queueHandler } from "../aws/queue-handler.ts";
import { startWebhooks } from "../aws/start-webhooks.ts";
import { once } from "../core/once.ts";
import { Delivery, endpointsOf } from "../core/webhook.ts";
import { webhookTimeoutMs } from "../core/webhook-retry.ts";
import { deliver } from "./deliver.ts";
import { about } from "./services.ts";

const start = once(() => ({
  ...startWebhooks(readEnv(WebhooksEnv)),
  catalog: endpointsOf(products),
  random: Math.random,
  timeoutMs: webhookTimeoutMs,
}));

export const handler = queueHandler(start, Delivery, deliver, about);
