import type { FoundHook } from "../catalog/hooks.ts";
import type { Caller } from "../job/actor.ts";
import { RequestError } from "../kernel/request-error.ts";
import type { Delivery } from "../requests/hooks/delivery.ts";
import { requestOf } from "../requests/hooks/hook-request.ts";
import { loggingOf } from "./log-fields.ts";
import { scheduleRequest } from "./schedule-requests.ts";
import { sendSignal } from "./send-signal.ts";
import type { SchedulingServices } from "./services.ts";

/** What a delivery has become. */
export interface TakenDelivery {
  outcome: "accepted" | "duplicate" | "ignored";
  delivery_id: string;
  job_id?: string;
  signal_id?: string;
}

/** How a delivery comes: from its provider, or from a caller who has it made again under another key. */
interface Bringing {
  request_id: string;
  replay?: string;
  caller?: Caller;
}

/**
 * Makes of a delivery what its hook says: a job, a signal, or nothing. Under one key it does so once. Throws a RequestError for what the
 * hook does not take, and a JobError where an expression has no value.
 */
export async function takeDelivery(
  services: SchedulingServices,
  found: FoundHook,
  delivery: Delivery,
  { request_id, replay, caller }: Bringing,
): Promise<TakenDelivery> {
  const { catalog, clock } = services;
  const wanted = requestOf(catalog, found, delivery, clock.now(), replay);
  const { delivery_id } = wanted;
  const own = loggingOf(services, { delivery_id: delivery_id.slice(0, 200) });
  if (wanted.is === "ignored") {
    own.log.info("a delivery was ignored: its hook takes others");
    return { outcome: "ignored", delivery_id };
  }
  if (wanted.is === "signal") {
    const { id, offered } = await sendSignal(own, wanted.signal);
    own.log.info("a delivery became a signal", { signal_id: id, offered: offered.length });
    return { outcome: "accepted", delivery_id, signal_id: id };
  }
  const by = caller && { made_by: caller.actor, ...(caller.name !== undefined && { made_by_name: caller.name }) };
  try {
    const { job } = await scheduleRequest(own, { ...wanted.request, request_id, ...by });
    // A job that requests share may be an earlier one, although this delivery is new.
    const { debounce, unique } = wanted.request;
    const isAgain = !debounce && !unique && job.request_id !== request_id;
    own.log.info(isAgain ? "a delivery had become a job already" : "a delivery became a job", { job_id: job.id });
    return { outcome: isAgain ? "duplicate" : "accepted", delivery_id, job_id: job.id };
  } catch (error) {
    // It came before, and the hook makes another request of it now: of the time, or since a deployment has changed it.
    if (!(error instanceof RequestError) || error.code !== "IDEMPOTENCY_MISMATCH") throw error;
    own.log.info("a delivery had become a job already", { job_id: error.jobId });
    return { outcome: "duplicate", delivery_id, ...(error.jobId !== undefined && { job_id: error.jobId }) };
  }
}
