import type { Mutation } from "./mutation.ts";

/** What goes wrong where a feature is changed while runs of it are under way. */
export const definitions: Mutation[] = [
  {
    name: "definition: runs follow what is deployed",
    seed: 8,
    at: "core/operations/kept-event.ts#eventOfJob",
    find: "kept ? keptEvent(catalog, product, event, kept) : catalog.lookup(product, event)",
    replace: "catalog.lookup(product, event)",
  },
  {
    name: "definition: its constants are those of the present catalog",
    seed: 8,
    at: "core/operations/kept-event.ts#keptEvent",
    find: "{ ...product, constants }",
    replace: "product",
  },
  {
    name: "definition: each decision keeps that of its deployment",
    seed: 8,
    at: "consumers/engine/guards/pinned.ts#definitionChange",
    find: "if (job.definition !== undefined && !beginsRun(job)) return",
    replace: 'if (job.definition === "" && !beginsRun(job)) return',
  },
  {
    name: "definition: a run is moved to one that has other steps first",
    seed: 729,
    at: "core/operations/migrate-job.ts#tooEarly",
    find: "missing.length === 0",
    replace: "true",
  },
  {
    name: "definition: a step fails whose event has gone",
    seed: 232,
    at: "consumers/types/feature/execute.ts#notBegun",
    find: "isMissing(error)",
    replace: "false",
  },
  {
    name: "definition: the job of a step fails whose event has gone",
    seed: 8,
    at: "consumers/engine/missing-event.ts#waitForEvent",
    find: "if (!job.parent) return undefined;",
    replace: "if (job.id) return undefined;",
    bug: "a step that was made before a deployment took its event away failed at its time, and its run with it",
  },
];
