/**
 * How many partitions of the index a request reads at a time. In a new process each of them opens a connection, and dozens of TLS
 * handshakes at once take a part of a processor longer than the reads after each other.
 */
export const readsAtOnce = 8;

/** The items in parts of a size, of which the last one may be smaller. */
export const inParts = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));

/** Works on all items, on at most `atOnce` of them at a time. The results are in the order of the items. */
export async function inParallel<T, R>(
  atOnce: number,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  // All workers share one iterator, so that each takes the next item that no other has.
  const left = items.entries();
  const worker = async () => {
    for (const [index, item] of left) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
}

/**
 * The same until `isOver`, which is asked before each item: returns how many items were begun, the first ones, all of which are
 * done by then.
 */
export async function inParallelUntil<T>(
  atOnce: number,
  items: readonly T[],
  isOver: () => boolean,
  work: (item: T) => Promise<void>,
): Promise<number> {
  let begun = 0;
  const worker = async () => {
    while (begun < items.length && !isOver()) await work(items[begun++] as T);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return begun;
}

/** Resolves once all are over, and throws then if one has failed: what is still under way when an invocation ends is suspended with it. */
export async function allOver(underWay: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(underWay)).find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
}
