import { clockAhead } from "./clock.ts";
import { type Config, waitWithin } from "./config.ts";
import { ConnectionError, DuctapeError, UnavailableError } from "./errors.ts";
import { type Answer, errorOf, jsonOf, retryAfterMs } from "./problem.ts";
import { withRetries } from "./retry.ts";
import { openScope, type Runtime } from "./runtime.ts";

export interface Call {
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** The path below the address of the API; starts with `/v1`. */
  path: string;
  headers?: Record<string, string>;
  body?: string;
  signal?: AbortSignal | undefined;
  /** The job that the call is about, for its errors. */
  jobId?: string;
  /** Whether the call is idempotent, so that it is safe to send it again. Default: true. */
  repeatable?: boolean;
  /** Called before each time that the request is sent. */
  onSend?: () => void;
}

export interface Transport {
  /**
   * Sends a request and resolves with the JSON object of the answer, which is empty for 204. A repeatable call, such as a GET or a
   * POST with an idempotency key, is retried after 429, 502, 503, 504 and network failures; any other after 429 only.
   */
  call(call: Call): Promise<Record<string, unknown>>;
  /** Epoch milliseconds by the API's clock, to compare with the times of jobs; by this machine's clock until an answer has a Date. */
  now(): number;
  /** The whole seconds that the API may be asked to wait, within one request and within `ms`. 0 means not to wait. */
  waitWithin(ms: number): number;
  /** Downloads the JSON value at a presigned URL. The API key is not sent there. */
  download(url: string, jobId: string, signal?: AbortSignal): Promise<unknown>;
}

/** The first call reads the configuration, and rejects if it is invalid. */
export function createTransport(configure: () => Config, runtime: Runtime): Transport {
  let aheadMs = 0;
  return {
    now: () => runtime.now() + aheadMs,
    waitWithin: (ms) => waitWithin(configure(), ms),
    async call(call) {
      const config = configure();
      const answer = await withRetries(runtime, config.maxRetries, retrying(call), async () => {
        call.onSend?.();
        const answer = await exchange(config, runtime, `${config.url}${call.path}`, call, {
          accept: "application/json",
          authorization: `Bearer ${config.apiKey}`,
          ...(call.body !== undefined && { "content-type": "application/json" }),
          ...call.headers,
        });
        aheadMs = clockAhead(answer.headers, runtime.now());
        if (!isSuccess(answer)) throw errorOf(answer, runtime.now(), config.apiKey, call.jobId);
        return answer;
      });
      return objectOf(answer, call.jobId);
    },
    async download(url, jobId, signal) {
      const config = configure();
      const answer = await withRetries(runtime, config.maxRetries, retrying({ signal }), async () => {
        const answer = await exchange(config, runtime, url, { method: "GET", signal, jobId });
        if (!isSuccess(answer)) throw downloadError(answer, jobId, runtime.now());
        return answer;
      });
      const value = jsonOf(answer.text);
      if (value === undefined) throw unexpected("The job's result is not JSON.", answer.status, jobId);
      return value;
    },
  };
}

const retrying = ({ signal, repeatable = true }: Pick<Call, "signal" | "repeatable">) => ({ signal, repeatable });

const isSuccess = ({ status }: Answer): boolean => status >= 200 && status < 300;

const unexpected = (message: string, status: number, jobId?: string) =>
  new DuctapeError("UNEXPECTED_ANSWER", message, { status, jobId });

function objectOf({ text, status }: Answer, jobId?: string): Record<string, unknown> {
  if (status === 204) return {};
  const body = jsonOf(text);
  if (typeof body === "object" && body !== null) return body as Record<string, unknown>;
  throw unexpected(`The API answered ${status} without a JSON object. Check DUCTAPE_URL.`, status, jobId);
}

/** The message does not quote the URL, since its signature gives access. */
function downloadError(answer: Answer, jobId: string, now: number): DuctapeError {
  const { status } = answer;
  const message = `The job completed, but the download of its result answered ${status}.`;
  return status === 429 || status >= 500
    ? new UnavailableError("RESULT_UNAVAILABLE", message, { status, jobId, retryAfterMs: retryAfterMs(answer, now) })
    : new DuctapeError("RESULT_UNAVAILABLE", message, { status, jobId });
}

type Request = Pick<Call, "method" | "body" | "signal" | "jobId">;

/** Sends one request and reads its whole answer. Rejects with the reason of the caller's signal, or with a ConnectionError. */
async function exchange(
  config: Config,
  runtime: Runtime,
  url: string,
  { method, body, signal, jobId }: Request,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const late = () =>
    new ConnectionError(`No answer from ${new URL(url).origin} within ${config.requestTimeout} ms.`, { jobId });
  const scope = openScope(runtime, signal, config.requestTimeout, late);
  try {
    // Redirects are not followed: none is expected, and fetch would turn a POST into a GET.
    const init = { method, headers, redirect: "manual" as const, signal: scope.signal };
    const response = await config.fetch(url, body === undefined ? init : { ...init, body });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (cause) {
    if (scope.signal.aborted) throw scope.signal.reason;
    throw new ConnectionError(`The request to ${new URL(url).origin} failed${networkCode(cause)}.`, { cause, jobId });
  } finally {
    scope.close();
  }
}

/** The code of a network error, such as ECONNREFUSED, which Node hides in the cause of "fetch failed". */
function networkCode(error: unknown): string {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: { code?: unknown } };
  const word = cause?.code ?? code;
  return typeof word === "string" ? ` (${word})` : "";
}
