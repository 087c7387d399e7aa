import { createHash } from "node:crypto";
import { JobError } from "../core/errors.ts";
import type { Announcer, DisabledReason, EndpointState, Endpoints } from "../core/outward-ports.ts";
import type { Clock, Log, MessageQueue, Secrets } from "../core/ports.ts";
import { isReference } from "../core/references.ts";
import { retryAfterMs } from "../core/retry-after.ts";
import { arrival, maxQueueDelaySeconds } from "../core/route.ts";
import { usedSecrets } from "../core/used-secrets.ts";
import { type Delivery, type EndpointDisabled, endpointUrl, type ProductEndpoint } from "../core/webhook.ts";
import { webhookDelay } from "../core/webhook-retry.ts";
import { type Failure, type Outcome, post } from "./post.ts";
import { bodyOf, signedHeaders } from "./sign.ts";

export interface WebhookServices {
  /** Of the catalog. */
  catalog: readonly ProductEndpoint[];
  endpoints: Endpoints;
  secrets: Secrets;
  /** Its own queue: what failed is sent again, with the rest of its delay. */
  queue: MessageQueue<Delivery>;
  announcer: Announcer;
  clock: Clock;
  log: Log;
  /** Milliseconds that an endpoint has to answer. */
  timeoutMs: number;
  /** In [0, 1): the jitter of backoff. */
  random: () => number;
}

/** Makes one attempt at a delivery, or waits for its time. Throws when AWS fails: the message comes again. */
export async function deliver(services: WebhookServices, delivery: Delivery): Promise<void> {
  if ((await untilDue(services, delivery)) === "later") return;
  const endpoint = services.catalog.find((one) => isOf(one, delivery));
  if (!endpoint) return services.log.info("delivery dropped: the catalog has no such endpoint", about(delivery));
  const { outcome, url } = await attemptWithCurrentSecrets(services, endpoint, delivery);
  if (outcome === "disabled") return services.log.info("delivery dropped: the endpoint is disabled", about(delivery));
  if (outcome.is === "delivered") return services.log.info("delivered", about(delivery));
  await failed(services, delivery, outcome, url);
}

const isOf = (one: ProductEndpoint, { product, env, webhook }: Delivery) =>
  one.product === product && one.env === env && one.webhook === webhook;

/** The URL stays out of it: its path may be a secret of the receiver's. */
export const about = ({ product, env, webhook, id, type, attempt, data }: Delivery) => ({
  product,
  env,
  webhook,
  webhook_id: id,
  type,
  attempt,
  job_id: data.job_id,
});

const group = ({ product, env, webhook }: Delivery) => `${product}:${env}:${webhook}`;

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
  return isRefused && (await secrets.wereRotated()) ? attempt(services, endpoint, delivery) : first;
}

async function attempt(services: WebhookServices, endpoint: ProductEndpoint, delivery: Delivery): Promise<Attempt> {
  const { endpoints, secrets, clock, timeoutMs } = services;
  const state = await endpoints.get(delivery);
  let mark: string | undefined;
  try {
    const text = isReference(endpoint.url) ? await secrets.resolve(endpoint.url) : endpoint.url;
    mark = createHash("sha256").update(text.trim()).digest("base64url");
    if (await staysDisabled(services, delivery, state, mark)) return { outcome: "disabled" };
    const url = endpointUrl(endpoint, text);
    const body = bodyOf(delivery);
    const headers = await signedHeaders(secrets, endpoint, { id: delivery.id, body, now: clock.now() });
    const outcome = await post(url, headers, body, timeoutMs);
    if (outcome.is === "delivered" && state) await endpoints.recovered(delivery);
    return { outcome, url: mark };
  } catch (error) {
    if (!(error instanceof JobError)) throw error;
    if (state?.disabled && mark === undefined) return { outcome: "disabled" };
    services.log.error("the endpoint cannot be used", { ...about(delivery), code: error.code, why: error.message });
    return { outcome: { is: "failed", code: error.code }, ...(mark !== undefined && { url: mark }) };
  }
}

/** An endpoint that was disabled under another URL has been seen to: it gets its events again. */
async function staysDisabled(
  { endpoints, log }: WebhookServices,
  delivery: Delivery,
  state: EndpointState | undefined,
  mark: string,
): Promise<boolean> {
  if (!state?.disabled) return false;
  if (state.disabled.url === mark) return true;
  await endpoints.enable(delivery);
  log.info("the endpoint has another URL and is enabled again", about(delivery));
  return false;
}

async function failed(services: WebhookServices, delivery: Delivery, failure: Failure, url?: string): Promise<void> {
  const { endpoints, queue, clock, log, random } = services;
  const now = clock.now();
  log.warn("delivery failed", { ...about(delivery), code: failure.code });
  const state = await endpoints.failed(delivery, now, failure.code);
  if (failure.gone) return disable(services, delivery, state, "gone", url);
  const failed_at = delivery.failed_at ?? now;
  const delay = webhookDelay(delivery.attempt, random(), retryAfterMs(failure.retryAfter, now));
  if (delay !== undefined) {
    const next = { ...delivery, attempt: delivery.attempt + 1, due_at: now + delay, failed_at };
    const delaySeconds = Math.min(maxQueueDelaySeconds, Math.floor(delay / 1000));
    return queue.send(next, { delaySeconds, group: group(delivery) });
  }
  log.error("delivery given up", { ...about(delivery), code: failure.code });
  // Nothing has arrived there for as long as this one was tried.
  if (state.failing_since <= failed_at) await disable(services, delivery, state, "failing", url);
}

/** Said first, then recorded: what a crash leaves between the two is said twice. */
async function disable(
  { endpoints, announcer, clock, log }: WebhookServices,
  delivery: Delivery,
  { failures, failing_since, last_failure }: EndpointState,
  reason: DisabledReason,
  url = "",
): Promise<void> {
  const { product, env, webhook } = delivery;
  const disabled_at = clock.now();
  const state = { failures, failing_since, last_failure };
  const detail: EndpointDisabled = { product_tag: product, env, webhook, reason, ...state, disabled_at };
  await announcer.announce({ type: "webhook.disabled", time: disabled_at, detail });
  await endpoints.disable(delivery, { at: disabled_at, reason, url });
  log.error("the endpoint is disabled", { ...about(delivery), reason });
}
