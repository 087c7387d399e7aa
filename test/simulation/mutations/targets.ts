import type { Mutation } from "./mutation.ts";

const targets = "consumers/engine/targets/targets.ts";

/** The targets of a fallback. */
export const fallbacks: Mutation[] = [
  {
    name: "targets: the next one is tried although the job may have been done",
    seed: 18,
    at: "core/catalog/targets/moves-on.ts#movesOn",
    find: "error.nothingDone",
    replace: "true",
  },
  {
    name: "targets: the record of an attempt leaves out those that were tried first",
    seed: 50,
    at: `${targets}#targetUse`,
    find: "before.length > 0",
    replace: "before.length > 9",
  },
];
