/** The time, randomness and timers that a client uses. Tests replace them in order not to wait. */
export interface Runtime {
  /** Epoch milliseconds. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  /** Resolves after so many milliseconds. Rejects with the signal's reason when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back after so many milliseconds, unless the returned function is called first. */
  timer(ms: number, callback: () => void): () => void;
}

/** The limit of setTimeout, which fires a longer timeout at once. */
const longestTimeout = 2 ** 31 - 1;

export const realRuntime: Runtime = {
  now: () => Date.now(),
  random: () => Math.random(),
  timer(ms, callback) {
    let left = ms;
    const step = (): ReturnType<typeof setTimeout> => {
      const now = Math.min(left, longestTimeout);
      left -= now;
      return setTimeout(() => {
        if (left <= 0) callback();
        else handle = step();
      }, now);
    };
    let handle = step();
    return () => clearTimeout(handle);
  },
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = () => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = realRuntime.timer(ms, () => {
        signal?.removeEventListener("abort", stop);
        resolve();
      });
      signal?.addEventListener("abort", stop, { once: true });
    });
  },
};

export interface Scope {
  signal: AbortSignal;
  /** Must be called: the caller's signal may outlive many scopes, and a timer keeps the process alive. */
  close(): void;
}

/**
 * A signal that aborts with the caller's signal, for the same reason, or after `timeout` milliseconds, with the error that
 * `late` returns. AbortSignal.any is not used, since Node 20.0 lacks it, and the error of a timeout is created only then.
 */
export function openScope(
  runtime: Runtime,
  signal: AbortSignal | undefined,
  timeout: number | undefined,
  late: () => Error,
): Scope {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const abort = () => controller.abort(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const cancel = timeout === undefined ? undefined : runtime.timer(timeout, () => controller.abort(late()));
  return {
    signal: controller.signal,
    close() {
      cancel?.();
      signal?.removeEventListener("abort", abort);
    },
  };
}
