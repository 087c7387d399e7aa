/** Runs work on a key after earlier work on the same key has ended. Work on several keys holds all of them. */
export function makeLocks() {
  const last = new Map<string, Promise<unknown>>();
  return async <T>(keys: readonly string[], work: () => Promise<T>): Promise<T> => {
    const before = keys.flatMap((key) => last.get(key) ?? []);
    // All keys are taken at once, so two that need the same keys cannot wait for each other.
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
