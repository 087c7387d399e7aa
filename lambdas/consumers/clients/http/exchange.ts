import { sendHttp } from "../../../aws/client/http-request.ts";
import { changedError, JobError } from "../../../core/job/job-error.ts";
import { type Timed, withDeadline } from "../before-deadline.ts";
import { neverSent } from "../never-sent.ts";
import { responseOf } from "./response.ts";
import { unreadableHead } from "./unreadable.ts";

export interface OutgoingRequest {
  method: string;
  url: URL;
  headers: Headers;
  body?: string;
}

export const maxRedirects = 5;
const isRedirect = (status: number) => [301, 302, 303, 307, 308].includes(status);

/**
 * Sends a request and returns its response, whatever the status. Redirects are followed within the origin only: another host is
 * not in the catalog, and must see neither credentials nor input. What follows an accepted request ends before the deadline of `timed`,
 * so that its failure can say that the request must not be repeated.
 */
export async function exchange(
  request: OutgoingRequest,
  signal: AbortSignal,
  timed: Omit<Timed, "signal"> | undefined = undefined,
): Promise<Response> {
  let next = request;
  for (let redirects = 0; ; redirects += 1) {
    const method = acceptedBefore(request, next);
    const hop = next;
    const sendHop = (inTime: AbortSignal) => sendRequest(hop, inTime, mayComeTwice(request.method));
    const sending = method && timed ? withDeadline({ ...timed, signal }, sendHop) : sendHop(signal);
    const response = await sending.catch((error: unknown) => {
      throw failureBehind(method, error);
    });
    if (!leadsOn(response)) {
      sent.set(response, next === request ? [request] : [request, next]);
      accepted.set(response, method);
      return response;
    }
    await discardResponse(response);
    next = redirectOf(next, response, redirects);
  }
}

const accepted = new WeakMap<Response, string | undefined>();

/**
 * The method of the request that was accepted before a response: a redirect has turned it into the GET that the response answers. A
 * redirect that keeps the method has passed the request on undone (RFC 9110 15.4.8 and 15.4.9), so none was.
 */
export const acceptedFor = (response: Response): string | undefined => accepted.get(response);

/** The method of `request` if it was accepted with a redirect that led to `next`. */
export const acceptedBefore = ({ method }: OutgoingRequest, next: OutgoingRequest): string | undefined =>
  method !== "GET" && next.method === "GET" ? method : undefined;

/**
 * A failure after a request of this method was accepted with a redirect. Its work may be done, so the failure proves nothing, and a
 * method that must not arrive twice is not retried. Without a method nothing was accepted, and the failure stays unchanged.
 */
export function failureBehind<E>(method: string | undefined, error: E): E | JobError {
  if (method === undefined || !(error instanceof JobError)) return error;
  const message = `${error.message} The ${method} was accepted before that, with a redirect, and may have been done.`;
  if (mayComeTwice(method)) return changedError(error, { message, nothingDone: false });
  const { code, providerCode, progress, answer, cause } = error;
  // Without its Retry-After, which would put the job off and then send the request again.
  return new JobError(code, message, { providerCode, progress, answer, cause, retryable: false });
}

const sent = new WeakMap<Response, OutgoingRequest[]>();

/** The requests behind a response, with their credentials: what a provider may repeat in its answer. */
export const requestsFor = (response: Response): readonly OutgoingRequest[] => sent.get(response) ?? [];

type AnswerHead = Pick<Response, "status" | "headers">;

/** Whether a response is a redirect with a location. */
export const leadsOn = ({ status, headers }: AnswerHead): boolean => isRedirect(status) && headers.has("location");

/**
 * The request that a redirect leads to, after `redirects` earlier ones. Throws a PROVIDER_ERROR for another host and for too
 * many redirects.
 */
export function redirectOf(
  request: OutgoingRequest,
  answer: AnswerHead,
  redirects: number,
  who = "provider",
): OutgoingRequest {
  if (redirects === maxRedirects) throw refusedResponse(who, `redirects more than ${maxRedirects} times`);
  return redirected(request, answer, who);
}

const idempotent = new Set(["GET", "PUT", "DELETE"]);

/** Whether requests of a method have the same effect if they arrive twice (RFC 9110 9.2.2). */
export const mayComeTwice = (method: string): boolean => idempotent.has(method);

/**
 * Providers may ignore the idempotency key, so a POST or PATCH is never repeated here. That is seldom necessary anyway, because
 * `sendHttp` uses no connection from before a freeze.
 */
async function sendRequest(
  { method, url, headers, body }: OutgoingRequest,
  signal: AbortSignal,
  isRepeatable: boolean,
): Promise<Response> {
  const sent = { ...defaults, ...Object.fromEntries(headers) };
  try {
    return responseOf(await sendHttp(url, { method, headers: sent, body, signal, repeatable: mayComeTwice(method) }));
  } catch (cause) {
    throw unreadableHead(cause, "provider", isRepeatable) ?? networkError(cause, signal);
  }
}

const defaults = { accept: "*/*", "accept-encoding": "gzip, deflate, br", "user-agent": "ductape-jobs" };

/** As in every client, 303 turns any request into a GET, and 301 and 302 turn a POST into one (RFC 9110 15.4). */
function redirected(request: OutgoingRequest, { status, headers: answer }: AnswerHead, who: string): OutgoingRequest {
  const url = URL.parse(answer.get("location") ?? "", request.url.href);
  if (!url || url.origin !== request.url.origin || url.username || url.password) {
    throw refusedResponse(who, "redirects to another host, which is not followed");
  }
  const toGet = status === 303 || (status <= 302 && request.method === "POST");
  if (!toGet) return { ...request, url };
  const headers = new Headers([...request.headers].filter(([name]) => !name.startsWith("content-")));
  return { method: "GET", url, headers };
}

const refusedResponse = (who: string, what: string) =>
  new JobError("PROVIDER_ERROR", `The ${who} ${what}.`, { retryable: false });

/** The failure of a connection, or for an abort the signal's own reason. The message has the system's code, never the URL. */
export function networkError(cause: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (cause instanceof JobError) return cause;
  const code = socketErrorCode(cause) ?? socketErrorCode((cause as { cause?: unknown } | undefined)?.cause);
  return new JobError("CONNECTION_ERROR", `The connection to the provider failed${code ? ` (${code})` : ""}.`, {
    cause,
    nothingDone: neverSent(cause),
    providerCode: code,
  });
}

/** Node reports a failure on several addresses (IPv6 and IPv4) as an AggregateError without a code. */
function socketErrorCode(error: unknown): string | undefined {
  const { code, errors } = (error ?? {}) as { code?: unknown; errors?: unknown[] };
  if (typeof code === "string" && /^[A-Z][A-Z0-9_]+$/.test(code)) return code;
  return errors?.map(socketErrorCode).find((found) => found !== undefined);
}

/** Releases the connection without reading the body. */
export const discardResponse = async (response: Response): Promise<void> => response.body?.cancel().catch(() => {});
