import { RequestError } from "../../lambdas/core/kernel/request-error.ts";
import type { JobStore } from "../../lambdas/core/ports/job-store.ts";

/** How a party of a race ended: with its answer, or with the code of the error that refused it. */
export type End<T> = { value: T } | { code: string; jobStatus: string | undefined };

async function endOf<T>(party: Promise<T>): Promise<End<T>> {
  try {
    return { value: await party };
  } catch (error) {
    if (error instanceof RequestError) return { code: error.code, jobStatus: error.jobStatus };
    throw error;
  }
}

/** A store whose first call of `method` waits before it takes effect, until the gate opens. */
function gated(store: JobStore, method: keyof JobStore) {
  let reach = () => {};
  let go = () => {};
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const gone = new Promise<void>((resolve) => {
    go = resolve;
  });
  const act = store[method] as (...args: unknown[]) => Promise<unknown>;
  const waits = async (...args: unknown[]) => {
    reach();
    await gone;
    return act(...args);
  };
  return { store: { ...store, [method]: waits } as JobStore, reached, go };
}

/**
 * Forces an interleaving: `first` runs up to its first `method`, with everything that it has read by then; `second` runs from
 * beginning to end; then `first` continues. Returns how each ended.
 */
export async function interleaved<A, B>(
  store: JobStore,
  first: { method: keyof JobStore; party: (store: JobStore) => Promise<A> },
  second: (store: JobStore) => Promise<B>,
): Promise<[End<A>, End<B>]> {
  const gate = gated(store, first.method);
  const ends = endOf(first.party(gate.store));
  const early = await Promise.race([gate.reached, ends.then(() => "early" as const)]);
  if (early) throw new Error(`the first party ended before it came to ${first.method}`);
  const other = await endOf(second(store));
  gate.go();
  return [await ends, other];
}
