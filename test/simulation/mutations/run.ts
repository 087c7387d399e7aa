import { Worker } from "node:worker_threads";
import type { history as simulate } from "../history.ts";
import type { Kind } from "../kinds.ts";
import type { Mutation } from "./mutation.ts";

/** The result of the search for a mutation. */
export interface Caught {
  name: string;
  /** The number of histories that it took; absent if all of them passed. */
  histories?: number;
  seed?: number;
  /** The first invariant that broke. */
  violation?: string;
  ms: number;
}

export interface Search {
  names: string[];
  /** The most histories per mutation. */
  most: number;
  /** The first seed. Default: each mutation's own. */
  from?: number | undefined;
  /** In which histories. Default: those of the whole system. */
  of?: Kind | undefined;
}

/** Searches for a mutation in at most this many histories. */
export async function lookFor(mutation: Mutation, { most, from, of }: Omit<Search, "names">): Promise<Caught> {
  const began = performance.now();
  // Imported here because it hooks into module loading, which must not happen in a thread that only starts another one.
  const { simulationOf } = await import("./mutant.ts");
  const history = await simulationOf(mutation, of);
  const { name } = mutation;
  const first = from ?? mutation.seed ?? 1;
  for (let histories = 1; histories <= most; histories++) {
    const seed = first + histories - 1;
    const violation = await violationOf(history, seed);
    if (violation) return { name, histories, seed, violation, ms: performance.now() - began };
  }
  return { name, ms: performance.now() - began };
}

async function violationOf(history: typeof simulate, seed: number) {
  try {
    return (await history(seed)).violations[0];
  } catch (error) {
    return `the history broke: ${error}`;
  }
}

/** Searches for these mutations, one after the other, in a separate thread. Calls `onCaught` for each one. */
export function catchMutations(search: Search, onCaught: (caught: Caught) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./thread.ts", import.meta.url), { workerData: search });
    worker
      .on("message", onCaught)
      .once("error", reject)
      .once("exit", () => resolve());
  });
}
