import type { QueueMessage } from "../aws/lambda/intake-handler.ts";
import { PermanentError, traceOf } from "../core/errors.ts";
import { inParallel } from "../core/operations/in-parallel.ts";
import { type Scheduled, scheduleJobs } from "../core/operations/schedule-jobs.ts";
import { type Refusable, rejectionOf } from "../core/outbound/rejection.ts";
import type { AcceptedRequest } from "../core/requests/request.ts";
import { RequestError } from "../core/requests/request-error.ts";
import { type Delivery, unwrapText } from "./deliveries.ts";
import { rejectAll } from "./reject.ts";
import { accept } from "./schedule-request.ts";
import type { IntakeServices } from "./services.ts";

/**
 * What becomes of a message: it is done with, refused for good, or to be delivered again, because AWS had a bad moment or
 * because of a fault of ours. Its queue gives up the latter after some hours.
 */
type Outcome = { done: true } | { refused: RequestError } | { failed: unknown };

type Read = { message: QueueMessage; delivery: Delivery };

const importsAtOnce = 5;

/**
 * Works on a batch of the intake queue, each message for itself: schedules what is a request, hands on what is to be
 * imported, rejects what is neither. Answers the ids of those that are to be delivered again.
 */
export async function takeMessages(services: IntakeServices, messages: readonly QueueMessage[]): Promise<string[]> {
  const read = messages.map((message): Read => {
    const sender = { source: "sqs", id: message.id } as const;
    return { message, delivery: unwrapText(message.body, sender, services.bucket) };
  });
  const outcomes = new Map<QueueMessage, Outcome>();
  await scheduleAll(services, read, outcomes);
  await handOnImports(services, read, outcomes);
  for (const { message, delivery } of read) {
    if (delivery.kind === "unreadable") outcomes.set(message, { refused: delivery.error });
  }
  const unkept = await reject(services, read, outcomes);
  return messages.filter((message) => unkept.has(message) || isFailed(outcomes.get(message))).map(({ id }) => id);
}

const isFailed = (outcome: Outcome | undefined) => outcome === undefined || "failed" in outcome;

async function scheduleAll(services: IntakeServices, read: readonly Read[], outcomes: Map<QueueMessage, Outcome>) {
  const accepted: { message: QueueMessage; request: AcceptedRequest }[] = [];
  for (const { message, delivery } of read) {
    if (delivery.kind !== "request") continue;
    try {
      accepted.push({ message, request: accept(services, delivery.request, delivery.sender, message.sentAt) });
    } catch (error) {
      outcomes.set(message, outcomeOf(services, message, error));
    }
  }
  const scheduled = await scheduleJobs(
    services,
    accepted.map(({ request }) => request),
  );
  for (const [i, { message }] of accepted.entries()) {
    const one = scheduled[i] as Scheduled;
    outcomes.set(message, "job" in one ? { done: true } : outcomeOf(services, message, one.error));
  }
}

/** An import runs from its own queue, one at a time in a function: a large one would hold up the requests beside it. */
async function handOnImports(services: IntakeServices, read: readonly Read[], outcomes: Map<QueueMessage, Outcome>) {
  await inParallel(importsAtOnce, read, async ({ message, delivery }) => {
    if (delivery.kind !== "objects") return;
    const errors: unknown[] = [];
    for (const place of delivery.places) await services.imports.proceed(place, 0).catch((error) => errors.push(error));
    // One that may succeed the next time is worth another delivery; to hand an import on twice does no harm.
    const error = errors.find((one) => !(one instanceof PermanentError)) ?? errors[0];
    outcomes.set(message, errors.length === 0 ? { done: true } : outcomeOf(services, message, error));
  });
}

/** Answers the messages that come again for it. */
async function reject(services: IntakeServices, read: readonly Read[], outcomes: Map<QueueMessage, Outcome>) {
  const refused = read.flatMap(({ message, delivery }) => {
    const outcome = outcomes.get(message);
    if (!outcome || !("refused" in outcome)) return [];
    const refusal = refusable(message, delivery);
    return [{ message, rejection: rejectionOf(refusal, outcome.refused), request: refusal.request }];
  });
  const places = await rejectAll(services, refused);
  return new Set(refused.filter((_, place) => places.has(place)).map(({ message }) => message));
}

function refusable({ id, body }: QueueMessage, delivery: Delivery): Refusable {
  const sender = delivery.kind === "objects" ? ({ source: "sqs", id } as const) : delivery.sender;
  return {
    source: sender.source,
    message_id: sender.id,
    body,
    ...(delivery.kind === "request" && { request: delivery.request }),
  };
}

function outcomeOf({ log }: IntakeServices, { id }: QueueMessage, error: unknown): Outcome {
  if (error instanceof RequestError && error.code !== "UNAVAILABLE") return { refused: error };
  if (error instanceof PermanentError) return { refused: refusedForGood(error) };
  log.error("a message could not be worked on; it will be delivered again", {
    message_id: id,
    ...traceOf(error),
  });
  return { failed: error };
}

const refusedForGood = (cause: PermanentError) =>
  new RequestError("INVALID_REQUEST", `AWS will never take what the message asks for (${cause.code}).`, { cause });
