/*
 * The class of an error, whether a port throws it or returns it as the cause of a `Refused`, says what to do: after a
 * TransientError a repetition may succeed, after a PermanentError it never does. Any other error is a fault of ours or of the
 * deployment.
 */

/** One of several writes or sends that AWS refused. `index` is its position among those that were given. */
export interface Refused {
  index: number;
  cause: unknown;
}

/** What a batch call has refused. A call that throws has refused everything, and so does not break the other calls. */
export async function refusedBy(count: number, call: () => Promise<Refused[]>): Promise<Refused[]> {
  try {
    return await call();
  } catch (cause) {
    return Array.from({ length: count }, (_, index) => ({ index, cause }));
  }
}
