import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { simulationOf } from "./mutant.ts";
import { type Mutation, mutations } from "./mutations.ts";

export interface Caught {
  name: string;
  /** How many histories it took; absent where all of them were green. */
  histories?: number;
  seed?: number;
  /** What the simulation says. */
  violation?: string;
  ms: number;
}

/** Looks for a mutation in at most so many histories. */
async function lookFor(mutation: Mutation, most: number): Promise<Caught> {
  const began = performance.now();
  const history = await simulationOf(mutation);
  const { name, seed: first = 1 } = mutation;
  for (let histories = 1; histories <= most; histories++) {
    const seed = first + histories - 1;
    const violation = await violationOf(history, seed);
    if (violation) return { name, histories, seed, violation, ms: performance.now() - began };
  }
  return { name, ms: performance.now() - began };
}

async function violationOf(history: Awaited<ReturnType<typeof simulationOf>>, seed: number) {
  try {
    return (await history(seed)).violations[0];
  } catch (error) {
    return `the history broke: ${error}`;
  }
}

/** Looks for these mutations one after the other in a thread of its own; `onCaught` hears of each. */
export function catchMutations(names: string[], most: number, onCaught: (caught: Caught) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { names, most } });
    worker
      .on("message", onCaught)
      .once("error", reject)
      .once("exit", () => resolve());
  });
}

if (!isMainThread) {
  const { names, most } = workerData as { names: string[]; most: number };
  for (const mutation of mutations.filter(({ name }) => names.includes(name)))
    parentPort?.postMessage(await lookFor(mutation, most));
}
