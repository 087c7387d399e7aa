import { createHash } from "node:crypto";
import * as z from "zod";
import { transitionEvent } from "../../topology.ts";
import { referenceName } from "../catalog/references.ts";
import type { ProductEndpoint } from "../catalog/webhook.ts";
import { JobError } from "../job/job-error.ts";
import type { JobEvent, JobEventDetail } from "../job/job-event.ts";
import { urlFault } from "../schema/url.ts";
import type { EndpointDisabledSchema } from "./endpoint-disabled-schema.ts";

export type EndpointDisabled = z.infer<ReturnType<typeof EndpointDisabledSchema>>;

/** What waits to be sent to an endpoint: the event itself, since a job may be gone before its receiver is back. */
export const Delivery = z.strictObject({
  v: z.literal(1),
  product: z.string(),
  env: z.string(),
  webhook: z.string(),
  /** The `webhook-id`. */
  id: z.string(),
  type: z.string(),
  /** When it happened, epoch milliseconds. */
  time: z.int(),
  data: z.record(z.string(), z.unknown()),
  attempt: z.int().min(1),
  /** When this attempt is due, epoch milliseconds. */
  due_at: z.int(),
  /** When the first attempt failed. */
  failed_at: z.int().optional(),
});
export type Delivery = z.infer<typeof Delivery>;

/** The deliveries of what has happened to a job, to every endpoint that wants to know. */
export function deliveriesOf(endpoints: readonly ProductEndpoint[], { name, time, detail }: JobEvent): Delivery[] {
  const told = endpoints.filter(
    ({ product, env, events }) => product === detail.product_tag && env === detail.env && events.includes(name),
  );
  return told.map(({ product, env, webhook }) => ({
    v: 1,
    product,
    env,
    webhook,
    id: eventId(name, detail),
    type: transitionEvent(name),
    time,
    data: { ...detail },
    attempt: 1,
    due_at: 0,
  }));
}

/**
 * The same for every delivery of an event, and whenever the table's stream tells of it again; another one for a job that was
 * deleted and made again under its key. Without a full stop, as signatures need it.
 */
const eventId = (name: string, { job_id, created_at, version }: JobEventDetail): string =>
  `evt_${createHash("sha256")
    .update(JSON.stringify([name, job_id, created_at, version]))
    .digest("hex")
    .slice(0, 32)}`;

/**
 * The URL of an endpoint, or a CONFIGURATION_ERROR that names where it comes from and not what it is. Only one behind a
 * reference may be plain HTTP, to this machine: for trying things out; what is written in the catalog goes to the world.
 */
export function endpointUrl({ url, webhook, env }: ProductEndpoint, text: string): URL {
  const fault = urlFault(text.trim(), { plainLoopback: typeof url !== "string" });
  if (fault === undefined) return new URL(text.trim());
  const what = typeof url === "string" ? "" : `, ${referenceName(url)},`;
  throw new JobError("CONFIGURATION_ERROR", `The URL of webhook ${webhook} in env ${env}${what} ${fault}.`);
}
