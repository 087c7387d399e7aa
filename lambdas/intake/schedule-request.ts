import type { DirectCall } from "../aws/lambda/intake-handler.ts";
import { bringingActor } from "../core/job/actor.ts";
import { invalidRequest, RequestError } from "../core/kernel/request-error.ts";
import { scheduleRequest as schedule, withTokenFaults } from "../core/operations/schedule-requests.ts";
import { type SignalSent, sendSignal } from "../core/operations/send-signal.ts";
import type { Services } from "../core/operations/services.ts";
import { type Receipt, receiptOf } from "../core/queries/view.ts";
import { type AcceptedRequest, parseRequest, traced } from "../core/requests/request.ts";
import { parsedRequestJson } from "../core/requests/request-json.ts";
import { parseSignal } from "../core/requests/signal-request.ts";
import { type Sender, unwrap } from "./deliveries.ts";
import type { IntakeServices } from "./services.ts";

/**
 * Does what a direct invocation asks for: schedules its request, or sends its signal. Returns the receipt, or what became of the signal.
 * Throws a RequestError.
 */
export async function scheduleDirectCall(
  services: IntakeServices,
  { payload, requestId }: DirectCall,
): Promise<Receipt | SignalSent> {
  const json = parsedRequestJson(payload);
  if ("fault" in json) throw invalidRequest([{ pointer: "", detail: json.fault }]);
  const delivery = unwrap(payload, { source: "lambda", id: requestId }, services.bucket);
  if (delivery.kind === "unreadable") throw delivery.error;
  if (delivery.kind === "objects") throw importsComeByQueue();
  if (delivery.kind === "signal") return signalFrom(services, delivery.request, delivery.sender);
  const { clock } = services;
  const accepted = await acceptCalled(services, delivery.request, delivery.sender, clock.now());
  const { job, ...shared } = await schedule(services, accepted);
  return receiptOf(job, clock.now(), shared);
}

/** The same with all faults of the token of a refused request's session. */
export const acceptCalled = (services: IntakeServices, request: unknown, sender: Sender, sentAt: number) =>
  withTokenFaults(services, request, sentAt, () => acceptRequest(services, request, sender, sentAt));

/**
 * Parses a request like every other entry. A request without an idempotency key gets the sender's id as its key, because a
 * redelivery has the same id. `sentAt` is its current time, so that a message which waited, or is delivered twice, still asks
 * for the same job as when it was sent.
 */
export function acceptRequest(
  { catalog }: Pick<Services, "catalog">,
  request: unknown,
  { source, id, carrier = {} }: Sender,
  sentAt: number,
): AcceptedRequest {
  const hasKey = (request as { idempotency_key?: unknown } | null | undefined)?.idempotency_key !== undefined;
  const parsed = parseRequest(request, catalog, sentAt, hasKey ? undefined : `${source}:${id}`);
  const accepted = traced(parsed, carrier);
  // A line of an import needs no request id: the report has its job, and its id may be long.
  return { ...accepted, made_by: bringingActor(source), ...(source !== "s3" && { request_id: id }) };
}

/** Sends a signal. One without an id gets the sender's, because a redelivery has the same. Throws a RequestError. */
export function signalFrom(services: IntakeServices, request: unknown, { source, id }: Sender): Promise<SignalSent> {
  const wanted = parseSignal(request, services.catalog);
  return sendSignal(services, { ...wanted, id: wanted.id ?? `${source}:${id}` });
}

const importsComeByQueue = () =>
  new RequestError(
    "INVALID_REQUEST",
    "Objects are imported through the intake queue: let the bucket notify that queue.",
    {
      faults: [{ pointer: "/Records", detail: "is not part of a request" }],
    },
  );
