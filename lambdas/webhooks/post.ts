/** How an attempt went. */
export type Outcome = { is: "delivered" } | ({ is: "failed" } & Failure);

export interface Failure {
  /** For people: `HTTP_503`, `TIMEOUT`, `CONNECTION_ERROR`, `CONFIGURATION_ERROR`. */
  code: string;
  /** The endpoint wants no more of them. */
  gone?: true;
  /** The Retry-After header. */
  retryAfter?: string;
}

/**
 * Sends one request and looks at its status alone. Redirects are failures, as Standard Webhooks has it: the catalog says
 * where events go, and no server of that place. What an endpoint answers is neither kept nor logged.
 */
export async function post(
  url: URL,
  headers: Record<string, string>,
  body: string,
  timeoutMs: number,
): Promise<Outcome> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
    await response.body?.cancel().catch(() => {});
    return outcomeOf(response);
  } catch {
    return { is: "failed", code: signal.aborted ? "TIMEOUT" : "CONNECTION_ERROR" };
  }
}

function outcomeOf({ ok, status, headers }: Response): Outcome {
  if (ok) return { is: "delivered" };
  const retryAfter = headers.get("retry-after");
  return {
    is: "failed",
    code: `HTTP_${status}`,
    ...(status === 410 && { gone: true }),
    ...(retryAfter !== null && { retryAfter }),
  };
}
