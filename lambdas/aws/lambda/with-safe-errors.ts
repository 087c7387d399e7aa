import { traceOf } from "../../core/errors.ts";
import type { Log } from "../../core/ports/ports.ts";

/**
 * What a handler throws instead of what it met: Lambda writes a handler's error to the log with its message, in which
 * clients quote what they were given. It still counts as an error, and what woke the function comes again.
 */
export const invocationFailed = (): Error =>
  new Error("The invocation failed; the log line before this has its trace.");

/** Does the work of an invocation, and says of what it throws what a log may say. */
export async function withSafeErrors<T>(log: Log, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    log.error("invocation failed", traceOf(error));
    throw invocationFailed();
  }
}
