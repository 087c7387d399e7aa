/** What a client takes from the world besides `fetch`, so that tests can run without waiting. */
export interface Runtime {
  /** Epoch milliseconds. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  /** Resolves after so many milliseconds; rejects with the signal's reason once that aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back after so many milliseconds, unless the function it returns is called before. */
  timer(ms: number, callback: () => void): () => void;
}

/** setTimeout takes 31 bits, and fires at once beyond. */
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
 * A signal that aborts with the caller's, for the same reason, or after `timeout` milliseconds, with the error that
 * `late` makes. Not AbortSignal.any: Node 20.0 lacks it, and the reason for a timeout is only known when it happens.
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
