import type { DirectCall } from "../aws/lambda/intake-handler.ts";
import { scheduleJob } from "../core/operations/schedule-job.ts";
import type { Services } from "../core/operations/services.ts";
import { type Receipt, receiptOf } from "../core/queries/view.ts";
import { type AcceptedRequest, parseRequest } from "../core/requests/request.ts";
import { RequestError } from "../core/requests/request-error.ts";
import { type Sender, unwrap } from "./deliveries.ts";
import type { IntakeServices } from "./services.ts";

/** A request of an invocation of the function: answers its receipt, throws a RequestError. */
export async function scheduleRequest(services: IntakeServices, { payload, requestId }: DirectCall): Promise<Receipt> {
  const delivery = unwrap(payload, { source: "lambda", id: requestId }, services.bucket);
  if (delivery.kind === "unreadable") throw delivery.error;
  if (delivery.kind === "objects") throw importsComeByQueue();
  const { clock } = services;
  const accepted = accept(services, delivery.request, delivery.sender, clock.now());
  return receiptOf(await scheduleJob(services, accepted), clock.now());
}

/**
 * The same `parseRequest` as everywhere; what has no idempotency key takes the id by which its sender would deliver it
 * again. `sentAt` is its now: a message that waited, or comes a second time, asks for the same as when it was sent.
 */
export function accept(
  { catalog }: Pick<Services, "catalog">,
  request: unknown,
  { source, id }: Sender,
  sentAt: number,
): AcceptedRequest {
  const named = (request as { idempotency_key?: unknown } | null | undefined)?.idempotency_key !== undefined;
  const accepted = parseRequest(request, catalog, sentAt, named ? undefined : `${source}:${id}`);
  // Of a line of an object the report says which job it is, and its id may be long.
  return { ...accepted, ...(source !== "s3" && { request_id: id }) };
}

const importsComeByQueue = () =>
  new RequestError("INVALID_REQUEST", "Objects are imported by the intake queue: let the bucket notify that.", {
    faults: [{ pointer: "/Records", detail: "is not part of a request" }],
  });
