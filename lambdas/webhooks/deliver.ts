import type { EndpointState } from "../core/catalog/endpoint-state.ts";
import type { SentChange } from "../core/catalog/sent-delivery.ts";
import { endpointGroupOf, type ProductEndpoint } from "../core/catalog/webhook.ts";
import { JobError } from "../core/job/job-error.ts";
import { retryAfterMs } from "../core/job/retry-after.ts";
import { arrival, maxQueueDelaySeconds } from "../core/job/route.ts";
import { defined } from "../core/kernel/defined.ts";
import { dayMs } from "../core/kernel/duration-ms.ts";
import { traceOf } from "../core/kernel/errors.ts";
import { usedSecrets } from "../core/operations/used-secrets.ts";
import { signedHeaders } from "../core/outbound/signed-headers.ts";
import { type Delivery, deliveryBodyOf, endpointUrl } from "../core/outbound/webhook.ts";
import { webhookDelay } from "../core/outbound/webhook-retry.ts";
import { announceIfDue, disable } from "./disable.ts";
import { type DeliveryFailure, type DeliveryOutcome, postDelivery } from "./post.ts";
import { deliveryFields, type WebhookServices } from "./services.ts";
import { hasMoved, rawUrl, urlHash } from "./url-of.ts";

/**
 * Makes one attempt at a delivery, or waits until it is due. Throws when AWS fails, so that the message is redelivered. If AWS
 * cannot provide the URL or the secret for now, the endpoint is not at fault: no attempt is used and no failure is counted.
 */
export async function deliver(services: WebhookServices, delivery: Delivery): Promise<void> {
  if ((await untilDue(services, delivery)) === "later") return;
  const endpoint = services.catalog.find((one) => isForEndpoint(one, delivery));
  if (!endpoint)
    return services.log.info("delivery dropped: the catalog has no such endpoint", deliveryFields(delivery));
  try {
    await attemptAndRecord(services, endpoint, delivery);
  } catch (error) {
    if (!(error instanceof JobError)) throw error;
    await postpone(services, delivery, error);
  }
}

async function attemptAndRecord(
  services: WebhookServices,
  endpoint: ProductEndpoint,
  delivery: Delivery,
): Promise<void> {
  const made = await attemptWithCurrentSecrets(services, endpoint, delivery);
  const { outcome, url, state } = made;
  if (outcome === "disabled") {
    if (state) await announceIfDue(services, delivery, state);
    services.log.info("delivery dropped: the endpoint is disabled", deliveryFields(delivery));
    return note(services, delivery, { outcome: "dropped" });
  }
  const { answer } = outcome;
  const attempt = { ...sentAttempt(services, delivery, made), ...(answer && { status: answer.status }) };
  if (outcome.is === "delivered") {
    services.log.info("delivered", deliveryFields(delivery));
    return note(services, delivery, { outcome: "delivered", attempt, ...defined({ answer }) });
  }
  const next_at = await recordFailure(services, endpoint, delivery, outcome, url);
  await note(services, delivery, {
    ...{ outcome: next_at === undefined ? "failed" : "retrying", attempt: { ...attempt, code: outcome.code } },
    ...defined({ next_at, answer }),
  });
}

const sentAttempt = ({ clock }: WebhookServices, { attempt }: Delivery, { began }: DeliveryAttempt) => ({
  ...{ at: began ?? clock.now(), attempt, ms: began === undefined ? 0 : clock.now() - began },
});

/** Keeps for people what came of an attempt. It is made, so a failure is nobody's but ours: the log has then what the list lacks. */
async function note(services: WebhookServices, delivery: Delivery, change: SentChange): Promise<void> {
  try {
    await services.sentDeliveries.note(delivery, change, services.clock.now());
  } catch (error) {
    services.log.warn("a delivery could not be kept", { ...deliveryFields(delivery), ...traceOf(error) });
  }
}

/** Seconds until settings that AWS could not provide are read again. */
const postponeSeconds = 60;
/** Milliseconds after the event. An older delivery fails like any other message, and becomes a dead letter in the end. */
const longestPostponeMs = 3 * dayMs;

async function postpone({ clock, queue, log }: WebhookServices, delivery: Delivery, cause: JobError): Promise<void> {
  const now = clock.now();
  if (now - delivery.time > longestPostponeMs) throw cause;
  log.warn("delivery postponed: AWS could not provide the endpoint's settings", {
    ...deliveryFields(delivery),
    why: cause.message,
  });
  const next = { ...delivery, due_at: now + postponeSeconds * 1000 };
  await queue.send(next, { delaySeconds: postponeSeconds, group: endpointGroupOf(delivery) });
}

const isForEndpoint = (one: ProductEndpoint, { product, env, webhook }: Delivery) =>
  one.product === product && one.env === env && one.webhook === webhook;

async function untilDue({ clock, queue }: WebhookServices, delivery: Delivery): Promise<"now" | "later"> {
  const next = arrival(clock.now(), delivery.due_at);
  if (next.do === "resend") {
    await queue.send(delivery, { delaySeconds: next.delaySeconds, group: endpointGroupOf(delivery) });
    return "later";
  }
  if (next.do === "wait") await clock.sleep(next.ms);
  return "now";
}

interface DeliveryAttempt {
  outcome: DeliveryOutcome | "disabled";
  /** A hash of the URL, by which a change of the URL is noticed; absent if there is no URL. */
  url?: string;
  /** The state of an endpoint that is disabled. */
  state?: EndpointState;
  /** When the request was sent; absent if none was. */
  began?: number;
}

/** The usual answers to a signature that cannot be verified. */
const refusals = new Set(["HTTP_400", "HTTP_401", "HTTP_403"]);

/** A receiver may use a rotated secret before our cache does. What it refuses is sent again with the new one, if there is one. */
async function attemptWithCurrentSecrets(services: WebhookServices, endpoint: ProductEndpoint, delivery: Delivery) {
  const secrets = usedSecrets(services.secrets);
  const first = await attemptDelivery({ ...services, secrets }, endpoint, delivery);
  const { outcome } = first;
  const isRefused = outcome !== "disabled" && outcome.is === "failed" && refusals.has(outcome.code);
  return isRefused && (await secrets.haveChanged()) ? attemptDelivery(services, endpoint, delivery) : first;
}

async function attemptDelivery(
  services: WebhookServices,
  endpoint: ProductEndpoint,
  delivery: Delivery,
): Promise<DeliveryAttempt> {
  const { endpoints, secrets, clock, timeoutMs } = services;
  const state = await endpoints.get(delivery);
  let hash: string | undefined;
  try {
    let text = await rawUrl(services, endpoint);
    hash = urlHash(text);
    if (state?.disabled) {
      // Another process may have disabled the endpoint under a newer URL than the one cached here.
      if (hash !== state.disabled.url) text = await rawUrl(services, endpoint, { fresh: true });
      hash = urlHash(text);
      if (hash === state.disabled.url) return { outcome: "disabled", state };
      await enable(services, delivery);
    }
    const url = endpointUrl(endpoint, text);
    const body = deliveryBodyOf(delivery);
    const signed = await signedHeaders(secrets, endpoint, { id: delivery.id, body, now: clock.now() });
    const headers = { ...signed, ...delivery.trace };
    const began = clock.now();
    const outcome = await postDelivery(url, headers, body, timeoutMs);
    if (outcome.is === "delivered" && state) await endpoints.recovered(delivery);
    return { outcome, url: hash, began };
  } catch (error) {
    if (!(error instanceof JobError) || error.retryable) throw error;
    if (state?.disabled && hash === undefined) return { outcome: "disabled", state };
    services.log.error("the endpoint cannot be used", {
      ...deliveryFields(delivery),
      code: error.code,
      why: error.message,
    });
    return { outcome: { is: "failed", code: error.code }, ...(hash !== undefined && { url: hash }) };
  }
}

/** A new URL means that the disabled endpoint was fixed, so it gets events again. */
async function enable({ endpoints, log }: WebhookServices, delivery: Delivery): Promise<void> {
  await endpoints.enable(delivery);
  log.info("the endpoint has a new URL and is enabled again", deliveryFields(delivery));
}

/** Records a failure, and has the delivery tried again. Returns when, or undefined if it is given up. */
async function recordFailure(
  services: WebhookServices,
  endpoint: ProductEndpoint,
  delivery: Delivery,
  failure: DeliveryFailure,
  url?: string,
): Promise<number | undefined> {
  const { endpoints, queue, clock, log, random } = services;
  const now = clock.now();
  log.warn("delivery failed", { ...deliveryFields(delivery), code: failure.code });
  const delay = webhookDelay(delivery.attempt, random(), retryAfterMs(failure.retryAfter, now));
  if ((failure.gone || delay === undefined) && (await hasMoved(services, endpoint, url))) {
    log.info("the endpoint has a new URL, which is tried instead", deliveryFields(delivery));
    await queue.send({ ...delivery, due_at: now }, { delaySeconds: 0, group: endpointGroupOf(delivery) });
    return now;
  }
  const { type: event, attempt, data } = delivery;
  const failed = { at: now, event, job_id: String(data.job_id), code: failure.code, attempt };
  const state = await endpoints.failed(delivery, failed);
  if (failure.gone) {
    await disable(services, delivery, state, "gone", url);
    return undefined;
  }
  const failed_at = delivery.failed_at ?? now;
  if (delay !== undefined) {
    const next = { ...delivery, attempt: delivery.attempt + 1, due_at: now + delay, failed_at };
    const delaySeconds = Math.min(maxQueueDelaySeconds, Math.floor(delay / 1000));
    await queue.send(next, { delaySeconds, group: endpointGroupOf(delivery) });
    return next.due_at;
  }
  log.error("delivery given up", { ...deliveryFields(delivery), code: failure.code });
  // No delivery to the endpoint has succeeded since the first attempt of this one failed.
  if (state.failing_since <= failed_at) await disable(services, delivery, state, "failing", url);
  return undefined;
}
