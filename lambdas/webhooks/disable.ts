import type { DisabledReason, EndpointState } from "../core/catalog/endpoint-state.ts";
import { PermanentError } from "../core/errors.ts";
import { setAside } from "../core/outbound/set-aside.ts";
import type { Delivery, EndpointDisabled } from "../core/outbound/webhook.ts";
import type { Announcement } from "../core/ports/outbound-ports.ts";
import { endpointDisabledEvent } from "../topology.ts";
import { deliveryFields, type WebhookServices } from "./services.ts";

/**
 * Announces that an endpoint is disabled, then records it, so that a crash in between repeats the announcement and never loses
 * it. An endpoint that is already disabled under this URL is left as it is.
 */
export async function disable(
  services: WebhookServices,
  delivery: Delivery,
  { failures, failing_since, last_failure, disabled }: EndpointState,
  reason: DisabledReason,
  url = "",
): Promise<void> {
  if (disabled?.url === url) return;
  const { endpoints, clock, log } = services;
  const { product, env, webhook } = delivery;
  const disabled_at = clock.now();
  const state = { failures, failing_since, last_failure };
  const detail: EndpointDisabled = { product_tag: product, env, webhook, reason, ...state, disabled_at };
  await announce(services, delivery, { type: endpointDisabledEvent, time: disabled_at, detail });
  await endpoints.disable(delivery, { at: disabled_at, reason, url });
  log.error("the endpoint is disabled", { ...deliveryFields(delivery), reason });
}

/** An announcement that the bus refuses permanently is set aside, because it must not keep the endpoint enabled. */
async function announce(services: WebhookServices, delivery: Delivery, event: Announcement): Promise<void> {
  try {
    await services.announcer.announce(event);
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    const letter = { body: event, code: error.code, detail: error.message, logFields: deliveryFields(delivery) };
    if ((await setAside(services, [letter])).size > 0) throw error;
  }
}
