import type { Clock } from "../../core/ports/clock.ts";

/** Rejects with the signal's reason as soon as it aborts. `work` is not stopped. */
export async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  // The loser of the race may reject later, when nothing handles that.
  work.catch(() => {});
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** As `untilAborted`, and rejects with `late()` after `ms`. */
export async function within<T>(
  { clock, signal }: { clock: Clock; signal: AbortSignal },
  ms: number,
  work: Promise<T>,
  late: () => unknown,
): Promise<T> {
  const ended = new AbortController();
  const timeout = clock.sleep(ms, ended.signal).then((): Promise<T> => {
    if (ended.signal.aborted) return new Promise(() => {});
    throw late();
  });
  try {
    return await untilAborted(signal, Promise.race([work, timeout]));
  } finally {
    ended.abort();
  }
}
