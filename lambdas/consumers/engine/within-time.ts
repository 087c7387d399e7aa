import { JobError } from "../../core/job/job-error.ts";
import type { ConsumerServices } from "../../core/operations/services.ts";
import type { Clock } from "../../core/ports/ports.ts";

/** The attempt's own timeout: a feature that fails for a step says TIMEOUT too, where that is what became of the step. */
export class OutOfTime extends JobError {}

/** Runs something that may take `ms` at most; the signal aborts when they are over. Throws an OutOfTime then. */
export async function withTimeout<T>(clock: Clock, ms: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const attempt = new AbortController();
  const ended = new AbortController();
  const timeout = clock.sleep(ms, ended.signal).then((): Promise<never> => {
    if (ended.signal.aborted) return new Promise(() => {});
    const error = new OutOfTime("TIMEOUT", `The attempt took longer than its timeout of ${ms} ms.`);
    attempt.abort(error);
    throw error;
  });
  try {
    return await Promise.race([run(attempt.signal), timeout]);
  } finally {
    // With a reason: Node would make an exception with a stack for it otherwise, and nobody looks at it.
    ended.abort("ended");
  }
}

/**
 * The services of an attempt for as long as it has time. A Lambda that timed out may stand still in the middle of a
 * decision and go on with it minutes later, when another one is at work: each call of a port throws from then on.
 */
export const withinTime = (services: ConsumerServices, signal: AbortSignal): ConsumerServices => ({
  ...services,
  jobs: guarded(services.jobs, signal),
  queue: guarded(services.queue, signal),
  scheduler: guarded(services.scheduler, signal),
  blobs: guarded(services.blobs, signal),
});

/** For ports whose methods are all asynchronous. */
const guarded = <Port extends object>(port: Port, signal: AbortSignal): Port =>
  new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return async (...args: unknown[]) => {
        signal.throwIfAborted();
        return await member.apply(target, args);
      };
    },
  });
