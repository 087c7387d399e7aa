import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { securityHeaders } from "../aws/http/security-headers.ts";
import { type FoundHook, findHook } from "../core/catalog/hooks.ts";
import { JobError } from "../core/job/job-error.ts";
import { TransientError, traceOf } from "../core/kernel/errors.ts";
import { RequestError } from "../core/kernel/request-error.ts";
import { requestLimits } from "../core/kernel/request-limits.ts";
import { loggingOf } from "../core/operations/log-fields.ts";
import { scheduleRequest } from "../core/operations/schedule-requests.ts";
import { sendSignal } from "../core/operations/send-signal.ts";
import { handshakeOf, readDelivery } from "../core/requests/hooks/delivery.ts";
import { requestOf } from "../core/requests/hooks/hook-request.ts";
import type { HookHeaders } from "../core/requests/hooks/scheme.ts";
import { hookPath } from "../topology.ts";
import type { HookServices } from "./services.ts";
import { isGenuine } from "./verify.ts";

type Event = APIGatewayProxyEventV2;
type Answer = APIGatewayProxyStructuredResultV2;

/** What became of a delivery. Only this is said of it: who sends has no scope to see a job. */
type Outcome = "accepted" | "duplicate" | "ignored";

/**
 * Takes what a provider sends to a hook, and returns the answer. It has no key: its signature is all that is known of it, and is checked over the bytes as they
 * came before anything is read from the table. What is refused for good gets a 4xx and what may pass a 5xx: providers that tell them
 * apart repeat the latter only.
 */
export async function answer(services: HookServices, event: Event): Promise<Answer> {
  const { product = "", env = "", name = "" } = event.pathParameters ?? {};
  const { requestId: request_id, http } = event.requestContext;
  const bytes = bodyOf(event);
  // The size says nothing of the hook, so it is looked at first, and tells nobody which hooks there are.
  if (bytes === undefined) return says(413, { error: `A delivery has at most ${requestLimits.hookBytes} bytes.` });
  const found = http.method === "POST" ? findHook(services.catalog.products, { product, env, name }) : undefined;
  const own = loggingOf(services, {
    request_id,
    route: `POST ${hookPath}`,
    ...(found && { product, env, hook: name }),
  });
  try {
    // A hook that does not exist and a signature that is wrong look alike.
    if (!found || !(await isGenuine(own, found, { headers: event.headers, bytes }))) return notAccepted;
    return await delivered(own, found, bytes, event.headers, request_id);
  } catch (error) {
    return failed(own, error);
  }
}

/** The bytes as they were sent. Undefined if they are too many. */
function bodyOf({ body = "", isBase64Encoded }: Event): Buffer | undefined {
  const most = requestLimits.hookBytes;
  if (body.length > 2 * most) return undefined;
  const bytes = Buffer.from(body, isBase64Encoded ? "base64" : "utf8");
  return bytes.length > most ? undefined : bytes;
}

const headersOf = (text: string) => ({ ...securityHeaders, "content-type": text });

const says = (statusCode: number, body: object, headers: Record<string, string> = {}): Answer => ({
  statusCode,
  headers: { ...headersOf("application/json"), ...headers },
  body: JSON.stringify(body),
});

const notAccepted = says(401, { error: "There is no such hook, or the signature is not right." });

/** Slack shows people the text of an answer, so it gets none. */
const outcomeOf = ({ hook }: FoundHook, outcome: Outcome): Answer =>
  hook.verify.preset === "slack" ? plain("") : says(200, { outcome });

const plain = (body: string): Answer => ({ statusCode: 200, headers: headersOf("text/plain; charset=utf-8"), body });

async function delivered(
  services: HookServices,
  found: FoundHook,
  bytes: Buffer,
  headers: HookHeaders,
  request_id: string,
): Promise<Answer> {
  const { catalog, clock, log } = services;
  const { preset } = found.hook.verify;
  const delivery = readDelivery(bytes, headers);
  if (!delivery) {
    log.warn("a delivery was refused: its body is no JSON");
    return says(400, { error: "The body is no JSON." });
  }
  const handshake = handshakeOf(preset, delivery);
  if (handshake) {
    log.info("a hook was set up");
    return plain(handshake.text);
  }
  const wanted = requestOf(catalog, found, delivery, clock.now());
  const own = loggingOf(services, { delivery_id: wanted.delivery_id.slice(0, 200) });
  if (wanted.is === "ignored") {
    own.log.info("a delivery was ignored: its hook takes others");
    return outcomeOf(found, "ignored");
  }
  if (wanted.is === "signal") {
    const { id, offered } = await sendSignal(own, wanted.signal);
    own.log.info("a delivery became a signal", { signal_id: id, offered: offered.length });
    return outcomeOf(found, "accepted");
  }
  try {
    const { job } = await scheduleRequest(own, { ...wanted.request, request_id });
    // A job that requests share may be an earlier one, although this delivery is new.
    const { debounce, unique } = wanted.request;
    const isAgain = !debounce && !unique && job.request_id !== request_id;
    own.log.info(isAgain ? "a delivery had become a job already" : "a delivery became a job", { job_id: job.id });
    return outcomeOf(found, isAgain ? "duplicate" : "accepted");
  } catch (error) {
    // It came before, and the hook makes another request of it now: of the time, or since a deployment has changed it.
    if (!(error instanceof RequestError) || error.code !== "IDEMPOTENCY_MISMATCH") throw error;
    own.log.info("a delivery had become a job already", { job_id: error.jobId });
    return outcomeOf(found, "duplicate");
  }
}

/** What is wrong stands in the log only: it names fields of the catalog, which are nobody's business outside. */
function failed({ log }: HookServices, error: unknown): Answer {
  if (error instanceof RequestError && error.code !== "UNAVAILABLE") {
    log.warn("a delivery was refused", { code: error.code, errors: error.faults.slice(0, 20), job_id: error.jobId });
    return refused;
  }
  if (error instanceof JobError && error.code === "VALIDATION_ERROR") {
    log.warn("a delivery was refused", { code: error.code, errors: [{ pointer: "/to", detail: error.message }] });
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
