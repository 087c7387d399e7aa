import type { QueueMessage } from "../aws/lambda/intake-handler.ts";
import { defined } from "../core/kernel/defined.ts";
import { PermanentError, traceOf } from "../core/kernel/errors.ts";
import { inParallel } from "../core/kernel/in-parallel.ts";
import { RequestError } from "../core/kernel/request-error.ts";
import { type Scheduled, scheduleJobs } from "../core/operations/schedule-requests.ts";
import { type Refusable, rejectionOf } from "../core/outbound/rejection.ts";
import type { AcceptedRequest } from "../core/requests/request.ts";
import { type IntakeDelivery, unwrapJson } from "./deliveries.ts";
import { rejectAll } from "./reject.ts";
import { acceptCalled, signalFrom } from "./schedule-request.ts";
import type { IntakeServices } from "./services.ts";

/**
 * The outcome of a message: done, refused permanently, or failed. A failed message, whether AWS or our code was at fault, is
 * redelivered until its queue moves it to the dead letters after some hours.
 */
type IntakeOutcome = { done: true } | { refused: RequestError } | { failed: unknown };

type Read = { message: QueueMessage; delivery: IntakeDelivery };

const importsAtOnce = 5;

/**
 * Handles a batch of the intake queue: schedules requests, sends signals, starts imports and rejects everything else. No message affects
 * another. Returns the ids of the messages that have to be redelivered.
 */
export async function takeMessages(services: IntakeServices, messages: readonly QueueMessage[]): Promise<string[]> {
  const read = messages.map((message): Read => {
    const { id, carrier } = message;
    const sender = { source: "sqs", id, ...defined({ carrier }) } as const;
    return { message, delivery: unwrapJson(message.body, sender, services.bucket) };
  });
  const outcomes = new Map<QueueMessage, IntakeOutcome>();
  await scheduleAll(services, read, outcomes);
  await sendSignals(services, read, outcomes);
  await startImports(services, read, outcomes);
  for (const { message, delivery } of read) {
    if (delivery.kind === "unreadable") outcomes.set(message, { refused: delivery.error });
  }
  const notKept = await reject(services, read, outcomes);
  return messages.filter((message) => notKept.has(message) || isFailed(outcomes.get(message))).map(({ id }) => id);
}

const isFailed = (outcome: IntakeOutcome | undefined) => outcome === undefined || "failed" in outcome;

async function scheduleAll(
  services: IntakeServices,
  read: readonly Read[],
  outcomes: Map<QueueMessage, IntakeOutcome>,
) {
  const accepted: { message: QueueMessage; request: AcceptedRequest }[] = [];
  for (const { message, delivery } of read) {
    if (delivery.kind !== "request") continue;
    try {
      accepted.push({
        message,
        request: await acceptCalled(services, delivery.request, delivery.sender, message.sentAt),
      });
    } catch (error) {
      outcomes.set(message, intakeOutcomeOf(services, message, error));
    }
  }
  const scheduled = await scheduleJobs(
    services,
    accepted.map(({ request }) => request),
  );
  for (const [i, { message }] of accepted.entries()) {
    const one = scheduled[i] as Scheduled;
    outcomes.set(message, "job" in one ? { done: true } : intakeOutcomeOf(services, message, one.error));
  }
}

const signalsAtOnce = 10;

async function sendSignals(
  services: IntakeServices,
  read: readonly Read[],
  outcomes: Map<QueueMessage, IntakeOutcome>,
) {
  await inParallel(signalsAtOnce, read, async ({ message, delivery }) => {
    if (delivery.kind !== "signal") return;
    try {
      await signalFrom(services, delivery.request, delivery.sender);
      outcomes.set(message, { done: true });
    } catch (error) {
      outcomes.set(message, intakeOutcomeOf(services, message, error));
    }
  });
}

/** Imports run from a separate queue, one per invocation, because a large one would delay the requests in its batch. */
async function startImports(
  services: IntakeServices,
  read: readonly Read[],
  outcomes: Map<QueueMessage, IntakeOutcome>,
) {
  await inParallel(importsAtOnce, read, async ({ message, delivery }) => {
    if (delivery.kind !== "objects") return;
    const errors: unknown[] = [];
    for (const cursor of delivery.imports)
      await services.imports.proceed(cursor, 0).catch((error) => errors.push(error));
    // If one error may pass, the message is redelivered. Starting an import twice does no harm.
    const error = errors.find((one) => !(one instanceof PermanentError)) ?? errors[0];
    outcomes.set(message, errors.length === 0 ? { done: true } : intakeOutcomeOf(services, message, error));
  });
}

/** Rejects what was refused. Returns the messages whose rejection failed, which have to be redelivered. */
async function reject(services: IntakeServices, read: readonly Read[], outcomes: Map<QueueMessage, IntakeOutcome>) {
  const refused = read.flatMap(({ message, delivery }) => {
    const outcome = outcomes.get(message);
    if (!outcome || !("refused" in outcome)) return [];
    const refusal = refusable(message, delivery);
    return [{ message, rejection: rejectionOf(refusal, outcome.refused), request: refusal.request }];
  });
  const failed = await rejectAll(services, refused);
  return new Set(refused.filter((_, index) => failed.has(index)).map(({ message }) => message));
}

function refusable({ id, body }: QueueMessage, delivery: IntakeDelivery): Refusable {
  const sender = delivery.kind === "objects" ? ({ source: "sqs", id } as const) : delivery.sender;
  return {
    source: sender.source,
    message_id: sender.id,
    body,
    ...("request" in delivery && { request: delivery.request }),
  };
}

function intakeOutcomeOf({ log }: IntakeServices, { id }: QueueMessage, error: unknown): IntakeOutcome {
  if (error instanceof RequestError && error.code !== "UNAVAILABLE") return { refused: error };
  if (error instanceof PermanentError) return { refused: permanentRefusal(error) };
  log.error("a message could not be handled; it will be delivered again", {
    message_id: id,
    ...traceOf(error),
  });
  return { failed: error };
}

const permanentRefusal = (cause: PermanentError) =>
  new RequestError("INVALID_REQUEST", `AWS refuses permanently what the message asks for (${cause.code}).`, { cause });
