import type { ProductEndpoint } from "../core/catalog/webhook.ts";
import { JobError } from "../core/job/job-error.ts";
import { retryAfterMs } from "../core/job/retry-after.ts";
import { arrival, maxQueueDelaySeconds } from "../core/job/route.ts";
import { usedSecrets } from "../core/operations/used-secrets.ts";
import { type Delivery, endpointUrl } from "../core/outbound/webhook.ts";
import { webhookDelay } from "../core/outbound/webhook-retry.ts";
import { disable } from "./disable.ts";
import { type Failure, type Outcome, post } from "./post.ts";
import { about, group, type WebhookServices } from "./services.ts";
import { bodyOf, signedHeaders } from "./sign.ts";
import { hasMoved, markOf, urlText } from "./url-of.ts";

/**
 * Makes one attempt at a delivery, or waits for its time. Throws when AWS fails: the message comes again. That AWS does not
 * give the URL or the secret for now says nothing of the endpoint: it spends no attempt and counts as no failure.
 */
export async function deliver(services: WebhookServices, delivery: Delivery): Promise<void> {
  if ((await untilDue(services, delivery)) === "later") return;
  const endpoint = services.catalog.find((one) => isOf(one, delivery));
  if (!endpoint) return services.log.info("delivery dropped: the catalog has no such endpoint", about(delivery));
  try {
    await tried(services, endpoint, delivery);
  } catch (error) {
    if (!(error instanceof JobError)) throw error;
    await putOff(services, delivery, error);
  }
}

async function tried(services: WebhookServices, endpoint: ProductEndpoint, delivery: Delivery): Promise<void> {
  const { outcome, url } = await attemptWithCurrentSecrets(services, endpoint, delivery);
  if (outcome === "disabled") return services.log.info("delivery dropped: the endpoint is disabled", about(delivery));
  if (outcome.is === "delivered") return services.log.info("delivered", about(delivery));
  await failed(services, endpoint, delivery, outcome, url);
}

/** Seconds until the next look at settings that AWS does not give for now. */
const putOffSeconds = 60;
/** Since the event. What is older becomes a dead letter after as many deliveries as any message that fails. */
const longestPutOffMs = 3 * 86_400_000;

async function putOff({ clock, queue, log }: WebhookServices, delivery: Delivery, cause: JobError): Promise<void> {
  const now = clock.now();
  if (now - delivery.time > longestPutOffMs) throw cause;
  log.warn("delivery put off: AWS does not give the endpoint's settings for now", {
    ...about(delivery),
    why: cause.message,
  });
  const next = { ...delivery, due_at: now + putOffSeconds * 1000 };
  await queue.send(next, { delaySeconds: putOffSeconds, group: group(delivery) });
}

const isOf = (one: ProductEndpoint, { product, env, webhook }: Delivery) =>
  one.product === product && one.env === env && one.webhook === webhook;

async function untilDue({ clock, queue }: WebhookServices, delivery: Delivery): Promise<"now" | "later"> {
  const next = arrival(clock.now(), delivery.due_at);
  if (next.do === "resend") {
    await queue.send(delivery, { delaySeconds: next.delaySeconds, group: group(delivery) });
    return "later";
  }
  if (next.do === "wait") await clock.sleep(next.ms);
  return "now";
}

interface Attempt {
  outcome: Outcome | "disabled";
  /** Tells one URL from another, to notice that an endpoint has moved; absent where there is no URL. */
  url?: string;
}

/** How receivers answer a signature that they cannot verify. */
const refusals = new Set(["HTTP_400", "HTTP_401", "HTTP_403"]);

/** A receiver may know a rotated secret before we do: what it refuses is signed again, if there is a new one. */
async function attemptWithCurrentSecrets(services: WebhookServices, endpoint: ProductEndpoint, delivery: Delivery) {
  const secrets = usedSecrets(services.secrets);
  const first = await attempt({ ...services, secrets }, endpoint, delivery);
  const { outcome } = first;
  const isRefused = outcome !== "disabled" && outcome.is === "failed" && refusals.has(outcome.code);
  return isRefused && (await secrets.haveChanged()) ? attempt(services, endpoint, delivery) : first;
}

async function attempt(services: WebhookServices, endpoint: ProductEndpoint, delivery: Delivery): Promise<Attempt> {
  const { endpoints, secrets, clock, timeoutMs } = services;
  const state = await endpoints.get(delivery);
  let mark: string | undefined;
  try {
    let text = await urlText(services, endpoint);
    mark = markOf(text);
    if (state?.disabled) {
      // Another process may have disabled it under a newer URL than the one that this process has kept.
      if (mark !== state.disabled.url) text = await urlText(services, endpoint, { fresh: true });
      mark = markOf(text);
      if (mark === state.disabled.url) return { outcome: "disabled" };
      await enable(services, delivery);
    }
    const url = endpointUrl(endpoint, text);
    const body = bodyOf(delivery);
    const headers = await signedHeaders(secrets, endpoint, { id: delivery.id, body, now: clock.now() });
    const outcome = await post(url, headers, body, timeoutMs);
    if (outcome.is === "delivered" && state) await endpoints.recovered(delivery);
    return { outcome, url: mark };
  } catch (error) {
    if (!(error instanceof JobError) || error.retryable) throw error;
    if (state?.disabled && mark === undefined) return { outcome: "disabled" };
    services.log.error("the endpoint cannot be used", { ...about(delivery), code: error.code, why: error.message });
    return { outcome: { is: "failed", code: error.code }, ...(mark !== undefined && { url: mark }) };
  }
}

/** An endpoint that was disabled under another URL has been seen to: it gets its events again. */
async function enable({ endpoints, log }: WebhookServices, delivery: Delivery): Promise<void> {
  await endpoints.enable(delivery);
  log.info("the endpoint has another URL and is enabled again", about(delivery));
}

async function failed(
  services: WebhookServices,
  endpoint: ProductEndpoint,
  delivery: Delivery,
  failure: Failure,
  url?: string,
): Promise<void> {
  const { endpoints, queue, clock, log, random } = services;
  const now = clock.now();
  log.warn("delivery failed", { ...about(delivery), code: failure.code });
  const delay = webhookDelay(delivery.attempt, random(), retryAfterMs(failure.retryAfter, now));
  if ((failure.gone || delay === undefined) && (await hasMoved(services, endpoint, url))) {
    log.info("the endpoint has another URL, which is tried instead", about(delivery));
    return queue.send({ ...delivery, due_at: now }, { delaySeconds: 0, group: group(delivery) });
  }
  const state = await endpoints.failed(delivery, now, failure.code);
  if (failure.gone) return disable(services, delivery, state, "gone", url);
  const failed_at = delivery.failed_at ?? now;
  if (delay !== undefined) {
    const next = { ...delivery, attempt: delivery.attempt + 1, due_at: now + delay, failed_at };
    const delaySeconds = Math.min(maxQueueDelaySeconds, Math.floor(delay / 1000));
    return queue.send(next, { delaySeconds, group: group(delivery) });
  }
  log.error("delivery given up", { ...about(delivery), code: failure.code });
  // Nothing has arrived there for as long as this one was tried.
  if (state.failing_since <= failed_at) await disable(services, delivery, state, "failing", url);
}
