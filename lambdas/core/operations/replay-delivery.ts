import { hash } from "node:crypto";
import type { FoundHook } from "../catalog/hooks.ts";
import type { Caller } from "../job/actor.ts";
import type { KeptDelivery } from "../job/hook-delivery.ts";
import { JobError } from "../job/job-error.ts";
import { derivedJobId } from "../job/job-id.ts";
import { invalidRequest, RequestError } from "../kernel/request-error.ts";
import { readDelivery } from "../requests/hooks/delivery.ts";
import { requestOf } from "../requests/hooks/hook-request.ts";
import { previewSignal } from "./send-signal.ts";
import type { SchedulingServices } from "./services.ts";
import { type TakenDelivery, takeDelivery } from "./take-delivery.ts";

interface Replay {
  request_id: string;
  caller: Caller;
  /** What the caller names this replay by: another name makes another job. */
  name?: string;
  isDry: boolean;
}

/** The key of what a replay makes. It begins with the id of the delivery, so that a repeated request makes one job, and no provider has it. */
const replayKey = (id: string, name: string | undefined): string =>
  name === undefined ? `replay:${id}` : `replay:${id}:${hash("sha256", name, "base64url").slice(0, 32)}`;

/**
 * Makes of a delivery that is kept what the hook of today's catalog says, once for each name. Its signature was right when it came, and is
 * not looked at again. Throws STATE_CONFLICT if what was sent is not kept, and INVALID_REQUEST with the faults for what the hook does not take.
 */
export async function replayDelivery(
  services: SchedulingServices,
  found: FoundHook,
  { delivery: { id }, sent }: KeptDelivery,
  { request_id, caller, name, isDry }: Replay,
): Promise<Omit<TakenDelivery, "delivery_id">> {
  if (!sent)
    throw new RequestError(
      "STATE_CONFLICT",
      "What was sent is not kept: it had more than 256 KB, or the hook says `keep_body: false`. Let the provider deliver it again.",
    );
  const delivery = readDelivery(sent.body, sent.headers);
  if (!delivery) throw invalidRequest([{ pointer: "/body", detail: "is no JSON, although its content type says so" }]);
  const replay = replayKey(id, name);
  try {
    if (isDry) return await preview(services, found, delivery, replay);
    const { delivery_id: _, ...taken } = await takeDelivery(services, found, delivery, { request_id, replay, caller });
    return taken;
  } catch (error) {
    if (!(error instanceof JobError) || error.code !== "VALIDATION_ERROR") throw error;
    throw invalidRequest([{ pointer: "/to", detail: error.message }]);
  }
}

async function preview(
  services: SchedulingServices,
  found: FoundHook,
  delivery: Parameters<typeof takeDelivery>[2],
  replay: string,
): Promise<Omit<TakenDelivery, "delivery_id">> {
  const { catalog, clock, jobs } = services;
  const wanted = requestOf(catalog, found, delivery, clock.now(), replay);
  if (wanted.is === "ignored") return { outcome: "ignored" };
  if (wanted.is === "signal") {
    await previewSignal(services, wanted.signal);
    return { outcome: "accepted", signal_id: replay };
  }
  const before = await jobs.get(derivedJobId(found.product.tag, found.env, replay));
  return before ? { outcome: "duplicate", job_id: before.id } : { outcome: "accepted" };
}
