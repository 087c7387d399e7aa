import { parentPort, workerData } from "node:worker_threads";
import { lookFor, type Search } from "./mutation-run.ts";
import { mutations } from "./mutations.ts";

/** The thread that `catchMutations` starts: a file of its own, because whoever imports that function may be a thread too. */
const { names, ...search } = workerData as Search;
for (const mutation of mutations.filter(({ name }) => names.includes(name)))
  parentPort?.postMessage(await lookFor(mutation, search));
