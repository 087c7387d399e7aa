import { parentPort, workerData } from "node:worker_threads";
import { mutations } from "./all.ts";
import { lookFor, type Search } from "./run.ts";

/** The thread that `catchMutations` starts. It has its own file, because that function's importer may be a thread too. */
const { names, ...search } = workerData as Search;
for (const mutation of mutations.filter(({ name }) => names.includes(name)))
  parentPort?.postMessage(await lookFor(mutation, search));
