import { JobError } from "../../core/job/job-error.ts";
import type { ConsumerServices } from "../../core/operations/services.ts";
import type { Clock } from "../../core/ports/clock.ts";

/** The attempt's own timeout, a class of its own because executors report TIMEOUT for other things as well. */
export class OutOfTime extends JobError {}

/** Runs something that may take `ms` at most. After that the signal aborts, and this throws an OutOfTime. */
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
    // A reason of our own: without one, Node would build an exception with a stack that nobody looks at.
    ended.abort("ended");
  }
}

/**
 * The services of an attempt, usable until its timeout: after that each call of a port throws. A Lambda that timed out may
 * be frozen in the middle of an execution and go on minutes later, when the next attempt is at work.
 */
export const withinTime = (services: ConsumerServices, signal: AbortSignal): ConsumerServices => ({
  ...services,
  jobs: guardedPort(services.jobs, signal),
  queue: guardedPort(services.queue, signal),
  scheduler: guardedPort(services.scheduler, signal),
  unscheduled: guardedPort(services.unscheduled, signal),
  blobs: guardedPort(services.blobs, signal),
  signals: guardedPort(services.signals, signal),
  approvals: guardedPort(services.approvals, signal),
  runLogs: guardedPort(services.runLogs, signal),
});

/** For ports whose methods are all asynchronous. */
const guardedPort = <Port extends object>(port: Port, signal: AbortSignal): Port =>
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
