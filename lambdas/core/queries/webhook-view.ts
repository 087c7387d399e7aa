import type * as z from "zod";
import type { EndpointState } from "../catalog/endpoint-state.ts";
import type { ProductEndpoint } from "../catalog/webhook.ts";
import { defined } from "../kernel/defined.ts";
import type { WebhookSchema } from "./schemas/webhooks.ts";

type WebhookView = z.infer<typeof WebhookSchema>;

/** An endpoint of the catalog with its state, without its URL and secrets. */
export function webhookView(endpoint: ProductEndpoint, state: EndpointState | undefined): WebhookView {
  const { product: product_tag, env, webhook, events } = endpoint;
  const named = { product_tag, env, webhook, events: [...events] };
  if (!state) return { ...named, state: "enabled" };
  const { failures, failing_since, last_failure, recent_failures, disabled } = state;
  return {
    ...named,
    state: disabled ? "disabled" : "failing",
    // An endpoint may be disabled although a success has just cleared its failures.
    ...(failures > 0 && { failures, failing_since, last_failure }),
    ...(disabled && { disabled_at: disabled.at, reason: disabled.reason }),
    ...defined({ recent_failures }),
  };
}
