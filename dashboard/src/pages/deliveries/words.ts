import type { HookDelivery, Replay, WebhookDelivery } from "../../../../sdk/src/index.ts";
import { query } from "../../api/request.ts";
import { duration, plural, shortId } from "../../ui/format.ts";
import { visible } from "../../ui/visible.ts";

type Tone = "plain" | "bad" | "warn" | "good";
type Received = HookDelivery["outcome"];
type Sent = WebhookDelivery["outcome"];

/** What can come of a delivery, in the order of the filter. */
export const receivedNames: readonly (readonly [Received | "", string])[] = [
  ["", "Any outcome"],
  ["accepted", "Accepted"],
  ["refused", "Refused"],
  ["failed", "Failed"],
  ["duplicate", "Duplicate"],
  ["ignored", "Ignored"],
];

export const sentNames: readonly (readonly [Sent | "", string])[] = [
  ["", "Any outcome"],
  ["delivered", "Delivered"],
  ["retrying", "Retrying"],
  ["failed", "Failed"],
  ["dropped", "Dropped"],
];

export const receivedTones: Readonly<Record<Received, Tone>> = {
  accepted: "good",
  refused: "bad",
  failed: "bad",
  duplicate: "plain",
  ignored: "plain",
};

export const sentTones: Readonly<Record<Sent, Tone>> = {
  delivered: "good",
  retrying: "warn",
  failed: "bad",
  dropped: "warn",
};

/** What an outcome means for who is on call. */
export const receivedMeaning: Readonly<Record<Received, string>> = {
  accepted: "The hook has made of it what it is for.",
  duplicate: "It had come before, and nothing was made a second time.",
  ignored: "A condition of the hook did not hold, so nothing was made.",
  refused: "The hook does not take it so. Most providers do not send it again: mend the hook, deploy, and replay it.",
  failed: "It was not taken, for a passing reason or a fault of the deployment. Most providers send it again.",
};

export const sentMeaning: Readonly<Record<Sent, string>> = {
  delivered: "Its receiver has taken it.",
  retrying: "Its receiver has not taken it so far.",
  failed: "Its receiver has not taken it, and no further attempt is made.",
  dropped: "The endpoint was disabled, and nothing was sent. It can be sent once the endpoint is enabled.",
};

/** What is known best about a delivery: the provider's own id, or ours. */
export const titleOf = ({ id, delivery_id }: Pick<HookDelivery, "id" | "delivery_id">): string =>
  delivery_id === undefined ? shortId(id) : visible(delivery_id);

/** Why it was not taken, in a line: the code, and the first place that was wrong. */
export function refusalOf({ code, errors = [] }: Pick<HookDelivery, "code" | "errors">): string | undefined {
  const [first, ...others] = errors;
  const more = others.length > 0 ? `, and ${plural(others.length, "other place")}` : "";
  const place = first && `${first.pointer || "/"} ${first.detail}${more}`;
  return [code, place].filter((part) => part !== undefined).join(": ") || undefined;
}

type Attempt = WebhookDelivery["attempts"][number];

/** How an attempt has ended: `500 in 12 ms`. */
export const attemptWords = ({ status, code, ms }: Attempt): string =>
  `${status ?? code ?? "no answer"} in ${duration(ms)}`;

/** What has come of a replay, for people. */
export function replayWords({ outcome, job_id, signal_id }: Replay): string {
  if (outcome === "ignored") return "Replayed: a condition of the hook does not hold, and nothing was made";
  if (outcome === "duplicate") return "It was replayed before: nothing was made a second time";
  return `Replayed: it became ${job_id !== undefined ? "a job" : signal_id !== undefined ? "a signal" : "nothing"}`;
}

export const addressOfReceived = ({ product_tag, env, hook, id }: HookDelivery): string =>
  `/deliveries/received/${encodeURIComponent(hook)}/${id}${query({ product: product_tag, env })}`;

export const addressOfSent = ({ product_tag, env, webhook, id }: WebhookDelivery): string =>
  `/deliveries/sent/${encodeURIComponent(webhook)}/${id}${query({ product: product_tag, env })}`;

/** Why the body of a delivery is not here. */
export function bodyMissing(
  { replayable }: Pick<HookDelivery, "replayable">,
  seesInputs: boolean,
): "not kept" | "not allowed" | "redacted" {
  if (!replayable) return "not kept";
  return seesInputs ? "redacted" : "not allowed";
}
