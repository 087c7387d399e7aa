import type { DisabledReason, EndpointState } from "../core/catalog/endpoint-state.ts";
import { PermanentError } from "../core/kernel/errors.ts";
import { setAside } from "../core/outbound/set-aside.ts";
import type { Delivery, EndpointDisabled } from "../core/outbound/webhook.ts";
import type { Announcement } from "../core/ports/event-bus.ts";
import { endpointDisabledEvent } from "../topology.ts";
import { deliveryFields, type WebhookServices } from "./services.ts";

/**
 * Disables an endpoint and announces it. Of the deliveries that find it failing, the one whose write disables it announces it, and
 * does so again where it dies in between: its message is delivered again.
 */
export async function disable(
  services: WebhookServices,
  delivery: Delivery,
  { failures, failing_since, last_failure }: EndpointState,
  reason: DisabledReason,
  url = "",
): Promise<void> {
  const disabled = { at: services.clock.now(), reason, url, announced_by: delivery.id };
  if (!(await services.endpoints.disable(delivery, disabled))) return;
  services.log.error("the endpoint is disabled", { ...deliveryFields(delivery), reason });
  await announceDisabled(services, delivery, { failures, failing_since, last_failure, disabled });
}

/** A delivery that was to announce that its endpoint is disabled, and has not for so long, is no longer waited for. */
const longestUnannouncedMs = 300_000;

/** Announces that an endpoint is disabled if this delivery was to do so and has died, or another one that has not come back. */
export async function announceIfDue(
  services: WebhookServices,
  delivery: Delivery,
  state: EndpointState,
): Promise<void> {
  const { at, announced_by } = state.disabled ?? {};
  if (at === undefined || announced_by === undefined) return;
  const isOverdue = services.clock.now() - at > longestUnannouncedMs;
  if (announced_by === delivery.id || isOverdue) await announceDisabled(services, delivery, state);
}

async function announceDisabled(services: WebhookServices, delivery: Delivery, state: EndpointState): Promise<void> {
  const { failures, failing_since, last_failure, disabled } = state;
  if (!disabled) return;
  const { product, env, webhook } = delivery;
  const { reason, at: disabled_at } = disabled;
  const numbers = { failures, failing_since, last_failure };
  const detail: EndpointDisabled = { product_tag: product, env, webhook, reason, ...numbers, disabled_at };
  await announce(services, delivery, { type: endpointDisabledEvent, time: disabled_at, detail });
  await services.endpoints.announced(delivery);
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
