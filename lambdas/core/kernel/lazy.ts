/** Runs `make` on the first call and returns the same value from then on: for clients, for what the environment says, and for large documents. */
export function lazy<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
