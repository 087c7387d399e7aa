import { DuctapeError, TransientError, traceOf } from "../../core/kernel/errors.ts";
import type { Log } from "../../core/ports/log.ts";

/** An issuer does not answer, or is not set up as the deployment says. Our own messages quote nothing of a code or a token. */
export function logFault(log: Log, issuer: string, error: unknown): void {
  const fields = { issuer, ...traceOf(error), ...(error instanceof DuctapeError && { detail: error.message }) };
  if (error instanceof TransientError) log.warn("an issuer does not answer", fields);
  else log.error("an issuer is not set up as the setting signIn says", fields);
}
