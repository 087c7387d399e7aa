import { traceOf } from "../../core/kernel/errors.ts";
import type { Log } from "../../core/ports/log.ts";

/**
 * The error that a handler throws instead of the original one. Lambda logs a handler's error with its message, which may quote
 * inputs or secrets. The invocation still counts as failed, so the event source delivers its event again.
 */
export const invocationFailed = (): Error =>
  new Error("The invocation failed; the log line before this has its trace.");

/** Runs the work of an invocation. If it throws, logs the trace of the error and throws `invocationFailed` instead. */
export async function withSafeErrors<T>(log: Log, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    log.error("invocation failed", traceOf(error));
    throw invocationFailed();
  }
}
