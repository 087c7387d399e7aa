import { createHash } from "node:crypto";
import * as z from "zod";
import { transitionEvent } from "../../topology.ts";
import { referenceName } from "../catalog/references.ts";
import type { ProductEndpoint } from "../catalog/webhook.ts";
import { JobError } from "../job/job-error.ts";
import type { JobEvent, JobEventDetail } from "../job/job-event.ts";
import type { TraceHeaders } from "../job/trace.ts";
import { urlFault } from "../kernel/url.ts";
import type { EndpointDisabledSchema } from "./endpoint-disabled-schema.ts";

export type EndpointDisabled = z.infer<typeof EndpointDisabledSchema>;

/** A queued webhook. It contains the whole event, because the job may be deleted before the endpoint is reachable again. */
export const Delivery = z.object({
  v: z.literal(1),
  product: z.string(),
  env: z.string(),
  webhook: z.string(),
  /** The `webhook-id`. */
  id: z.string(),
  type: z.string(),
  /** When the event happened, epoch milliseconds. */
  time: z.int(),
  data: z.record(z.string(), z.unknown()),
  attempt: z.int().min(1),
  /** When this attempt is due, epoch milliseconds. */
  due_at: z.int(),
  /** When the first attempt failed. */
  failed_at: z.int().optional(),
  /** What carries the trace of its job, if that has one. In its queue it stands beside the message. */
  trace: z.object({ traceparent: z.string(), tracestate: z.string().exactOptional() }).exactOptional(),
});
export type Delivery = z.infer<typeof Delivery>;

/** The deliveries of an event, one per endpoint that subscribes to it. They do not say who has done it. */
export function deliveriesOf(
  endpoints: readonly ProductEndpoint[],
  { name, time, detail }: JobEvent,
  trace?: TraceHeaders,
): Delivery[] {
  const subscribed = endpoints.filter(
    ({ product, env, events }) => product === detail.product_tag && env === detail.env && events.includes(name),
  );
  const { made_by: _, by: __, ...data } = detail;
  return subscribed.map(({ product, env, webhook }) => ({
    v: 1,
    product,
    env,
    webhook,
    id: eventId(name, detail),
    type: transitionEvent(name),
    time,
    data: { ...data },
    attempt: 1,
    due_at: 0,
    ...(trace && { trace }),
  }));
}

/**
 * The id of an event: the same in every delivery, even if the table's stream repeats the change, and a different one if the
 * job is deleted and created again under its key. It contains no full stop, which separates the parts of a signed message.
 */
const eventId = (name: string, { job_id, created_at, version }: JobEventDetail): string =>
  `evt_${createHash("sha256")
    .update(JSON.stringify([name, job_id, created_at, version]))
    .digest("hex")
    .slice(0, 32)}`;

/**
 * The URL of an endpoint. Throws a CONFIGURATION_ERROR that says where the URL comes from, but not what it is. Plain HTTP,
 * to this machine only, is accepted behind a reference, for trying things out; a URL written in the catalog must use HTTPS.
 */
export function endpointUrl({ url, webhook, env }: ProductEndpoint, text: string): URL {
  const fault = urlFault(text.trim(), { plainLoopback: typeof url !== "string" });
  if (fault === undefined) return new URL(text.trim());
  const what = typeof url === "string" ? "" : `, ${referenceName(url)},`;
  throw new JobError("CONFIGURATION_ERROR", `The URL of webhook ${webhook} in env ${env}${what} ${fault}.`);
}

/** The body of a delivery, byte for byte the same in every attempt. */
export const deliveryBodyOf = ({ type, time, data }: Pick<Delivery, "type" | "time" | "data">): string =>
  JSON.stringify({ type, timestamp: new Date(time).toISOString(), data });
