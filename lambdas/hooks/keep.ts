import type { FoundHook } from "../core/catalog/hooks.ts";
import {
  type HookDelivery,
  type HookOutcome,
  keptBodyBytes,
  keptFaults,
  keptHeadersOf,
  keptIdCharacters,
  newDeliveryId,
} from "../core/job/hook-delivery.ts";
import { JobError } from "../core/job/job-error.ts";
import { type Fault, traceOf } from "../core/kernel/errors.ts";
import { RequestError } from "../core/kernel/request-error.ts";
import type { HookHeaders } from "../core/requests/hooks/scheme.ts";
import type { HookServices } from "./services.ts";

/** What came of a delivery. */
type Came = Pick<HookDelivery, "outcome" | "delivery_id" | "job_id" | "signal_id" | "code" | "faults">;

interface TakenInto {
  bytes: Buffer;
  headers: HookHeaders;
  request_id: string;
  /** When it came. */
  at: number;
  came: Came;
}

export const noJson: Came = {
  outcome: "refused",
  code: "INVALID_REQUEST",
  faults: [{ pointer: "/body", detail: "is no JSON, although its content type says so" }],
};

/** Why a delivery was not taken. Its faults have no values of the delivery. */
export function deliveryFailure(error: unknown): { outcome: HookOutcome; code: string; faults?: Fault[] } {
  if (error instanceof RequestError && error.code !== "UNAVAILABLE")
    return { outcome: "refused", code: error.code, faults: error.faults.slice(0, keptFaults) };
  if (error instanceof JobError && error.code === "VALIDATION_ERROR")
    return { outcome: "refused", code: error.code, faults: [{ pointer: "/to", detail: error.message }] };
  return { outcome: "failed", code: error instanceof RequestError ? error.code : "INTERNAL" };
}

/**
 * Keeps a delivery for people. It is taken already, or not, and its provider is answered the same where it cannot be kept: the log has then
 * what the list lacks.
 */
export async function keepDelivery(services: HookServices, found: FoundHook, taken: TakenInto): Promise<void> {
  const { bytes, headers, request_id, at, came } = taken;
  const { product, env, name, hook } = found;
  const { to, verify, keep_body = true } = hook;
  const event = "event" in to ? to.event : undefined;
  const hides = event !== undefined && (services.catalog.lookup(product.tag, event)?.event.redact ?? []).length > 0;
  const { delivery_id, ...rest } = came;
  const delivery: HookDelivery = {
    ...{ id: newDeliveryId(at), at, product: product.tag, env, hook: name, bytes: bytes.length, request_id },
    ...rest,
    ...(delivery_id !== undefined && { delivery_id: delivery_id.slice(0, keptIdCharacters) }),
    ...(event !== undefined && { event }),
    ...(hides && { hides }),
  };
  const isKept = keep_body && bytes.length <= keptBodyBytes;
  const sent = { body: bytes, headers: keptHeadersOf(headers, verify.preset === "hmac" ? verify.header : undefined) };
  try {
    await services.hookDeliveries.put(delivery, isKept ? sent : undefined);
  } catch (error) {
    services.log.warn("a delivery could not be kept", { job_id: came.job_id, ...traceOf(error) });
  }
}
