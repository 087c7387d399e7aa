import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { securityHeaders } from "../aws/http/security-headers.ts";
import { type FoundHook, findHook } from "../core/catalog/hooks.ts";
import { JobError } from "../core/job/job-error.ts";
import { defined } from "../core/kernel/defined.ts";
import { TransientError, traceOf } from "../core/kernel/errors.ts";
import { RequestError } from "../core/kernel/request-error.ts";
import { requestLimits } from "../core/kernel/request-limits.ts";
import { loggingOf } from "../core/operations/log-fields.ts";
import { type TakenDelivery, takeDelivery } from "../core/operations/take-delivery.ts";
import { handshakeOf, readDelivery } from "../core/requests/hooks/delivery.ts";
import { idOfDelivery } from "../core/requests/hooks/hook-request.ts";
import type { HookHeaders } from "../core/requests/hooks/scheme.ts";
import { hookPath } from "../topology.ts";
import { deliveryFailure, keepDelivery, noJson } from "./keep.ts";
import type { HookServices } from "./services.ts";
import { isGenuine } from "./verify.ts";

type Event = APIGatewayProxyEventV2;
type Answer = APIGatewayProxyStructuredResultV2;

interface Sent {
  bytes: Buffer;
  headers: HookHeaders;
  request_id: string;
}

/**
 * Takes what a provider sends to a hook, and returns the answer. It has no key: its signature is all that is known of it, and is checked over the bytes as they
 * came before anything is read from the table. What is refused for good gets a 4xx and what may pass a 5xx: providers that tell them
 * apart repeat the latter only.
 */
export async function answer(services: HookServices, event: Event): Promise<Answer> {
  const { product = "", env = "", name = "" } = event.pathParameters ?? {};
  const { requestId: request_id, http } = event.requestContext;
  const bytes = deliveryBody(event);
  // The size says nothing of the hook, so it is looked at first, and tells nobody which hooks there are.
  if (bytes === undefined) return says(413, { error: `A delivery has at most ${requestLimits.hookBytes} bytes.` });
  const found = http.method === "POST" ? findHook(services.catalog.products, { product, env, name }) : undefined;
  const own = loggingOf(services, {
    request_id,
    route: `POST ${hookPath}`,
    ...(found && { product, env, hook: name }),
  });
  try {
    // A hook that does not exist and a signature that is wrong look alike, and nothing is kept of them: strangers could fill the table.
    if (!found || !(await isGenuine(own, found, { headers: event.headers, bytes }))) return notAccepted;
  } catch (error) {
    return failedDelivery(own, error);
  }
  return genuine(own, found, { bytes, headers: event.headers, request_id });
}

/** The bytes as they were sent. Undefined if they are too many. */
function deliveryBody({ body = "", isBase64Encoded }: Event): Buffer | undefined {
  const most = requestLimits.hookBytes;
  if (body.length > 2 * most) return undefined;
  const bytes = Buffer.from(body, isBase64Encoded ? "base64" : "utf8");
  return bytes.length > most ? undefined : bytes;
}

const answerHeaders = (text: string) => ({ ...securityHeaders, "content-type": text });

const says = (statusCode: number, body: object, headers: Record<string, string> = {}): Answer => ({
  statusCode,
  headers: { ...answerHeaders("application/json"), ...headers },
  body: JSON.stringify(body),
});

const notAccepted = says(401, { error: "There is no such hook, or the signature is not right." });

/** Only the outcome is said: who sends has no scope to see a job. Slack shows people the text of an answer, so it gets none. */
const takenAnswer = ({ hook }: FoundHook, outcome: TakenDelivery["outcome"]): Answer =>
  hook.verify.preset === "slack" ? plainAnswer("") : says(200, { outcome });

const plainAnswer = (body: string): Answer => ({
  statusCode: 200,
  headers: answerHeaders("text/plain; charset=utf-8"),
  body,
});

/** Takes a delivery that is the provider's, keeps what came of it, and returns the answer. */
async function genuine(services: HookServices, found: FoundHook, sent: Sent): Promise<Answer> {
  const { clock, log } = services;
  const at = clock.now();
  const delivery = readDelivery(sent.bytes, sent.headers);
  const handshake = delivery && handshakeOf(found.hook.verify.preset, delivery);
  if (handshake) {
    log.info("a hook was set up");
    return plainAnswer(handshake.text);
  }
  if (!delivery) {
    log.warn("a delivery was refused: its body is no JSON");
    await keepDelivery(services, found, { ...sent, at, came: noJson });
    return says(400, { error: "The body is no JSON." });
  }
  try {
    const came = await takeDelivery(services, found, delivery, { request_id: sent.request_id });
    await keepDelivery(services, found, { ...sent, at, came });
    return takenAnswer(found, came.outcome);
  } catch (error) {
    const delivery_id = idOfDelivery(found, delivery, at);
    await keepDelivery(services, found, {
      ...sent,
      at,
      came: { ...deliveryFailure(error), ...defined({ delivery_id }) },
    });
    return failedDelivery(services, error);
  }
}

/** What is wrong stands in the log and in the list of deliveries only: it names fields of the catalog, which are nobody's business outside. */
function failedDelivery({ log }: HookServices, error: unknown): Answer {
  const { outcome, code, faults } = deliveryFailure(error);
  if (outcome === "refused") {
    const job_id = error instanceof RequestError ? error.jobId : undefined;
    log.warn("a delivery was refused", { code, errors: faults, job_id });
    return refused;
  }
  const isPassing =
    error instanceof TransientError ||
    error instanceof RequestError ||
    (error instanceof JobError && error.code === "SERVICE_UNAVAILABLE");
  if (isPassing) {
    log.warn("a delivery could not be taken for now", traceOf(error));
    return says(503, { error: "Try again." }, { "retry-after": "5" });
  }
  // Such as a secret that does not exist: once it does, the provider's next attempt is taken.
  log.error("a delivery failed", {
    ...traceOf(error),
    ...(error instanceof JobError && { detail: error.message }),
  });
  return says(500, { error: "Something is wrong on our side. Try again." });
}

const refused = says(422, { error: "The hook does not take this delivery." });
