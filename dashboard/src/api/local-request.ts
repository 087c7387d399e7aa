import { apiUrl } from "./base.ts";

/** A request to a path of the local system, which the SDK does not know: the outbox and the clock. */
export async function localRequest<T>(path: string, init: RequestInit = {}): Promise<T> {
  const answer = await fetch(apiUrl() + path, init);
  const body = await answer.json().catch(() => ({}));
  if (answer.ok) return body as T;
  throw new LocalError(answer.status, body?.message ?? body?.detail ?? `The local system answered ${answer.status}.`);
}

export class LocalError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
