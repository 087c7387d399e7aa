import { parentPort, workerData } from "node:worker_threads";
import { lookFor } from "./mutation-run.ts";
import { mutations } from "./mutations.ts";

/** The thread that `catchMutations` starts: a file of its own, because whoever imports that function may be a thread too. */
const { names, most } = workerData as { names: string[]; most: number };
for (const mutation of mutations.filter(({ name }) => names.includes(name)))
  parentPort?.postMessage(await lookFor(mutation, most));
