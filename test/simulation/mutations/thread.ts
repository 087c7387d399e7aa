import { parentPort, workerData } from "node:worker_threads";
import { mutations } from "./all.ts";
import { lookFor, type Search } from "./run.ts";

/** The thread that `catchMutations` starts. A file of its own, because whoever imports that function may be a thread too. */
const { names, ...search } = workerData as Search;
for (const mutation of mutations.filter(({ name }) => names.includes(name)))
  parentPort?.postMessage(await lookFor(mutation, search));
