/** Runs `make` on the first call and returns the same value from then on, so that a cold start does not pay for it. */
export function lazy<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
