/** Runs work on a key after the work before it on the same key has ended; work on several keys has all of them. */
export function makeLocks() {
  const last = new Map<string, Promise<unknown>>();
  return async <T>(keys: readonly string[], work: () => Promise<T>): Promise<T> => {
    const before = keys.flatMap((key) => last.get(key) ?? []);
    // All keys are taken in one go, so two that want the same ones cannot wait for each other.
    const mine = Promise.allSettled(before).then(work);
    const ended = mine.catch(() => {});
    for (const key of keys) last.set(key, ended);
    try {
      return await mine;
    } finally {
      for (const key of keys) if (last.get(key) === ended) last.delete(key);
    }
  };
}
