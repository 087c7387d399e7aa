/** Runs `make` at the first call and answers the same thing ever after: start-up belongs to the first request. */
export function lazy<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
