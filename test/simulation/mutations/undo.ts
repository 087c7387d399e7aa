import type { Mutation } from "./mutation.ts";

const undo = "consumers/types/feature/undo.ts";
const rollBack = "core/job/roll-back.ts";

export const ofUndo: Mutation[] = [
  {
    name: "undo: in the order of the steps",
    seed: 6,
    at: `${undo}#undoOrder`,
    find: "return ordered;",
    replace: "return ordered.reverse();",
  },
  {
    name: "undo: steps that have failed are undone",
    seed: 48,
    at: `${undo}#hasToBeUndone`,
    find: `state?.status === "completed"`,
    replace: `["completed", "failed"].includes(state?.status ?? "")`,
  },
  {
    name: "undo: begins while steps are open",
    seed: 80,
    at: `${undo}#endRun`,
    find: "!isFinished(child) && !isAbandoned(child)",
    replace: "false",
  },
  {
    name: "undo: all at once",
    seed: 70,
    at: `${undo}#endRun`,
    find: "return run.park(states, { undos: declaredUndoCounts(feature, states), due: [found.due_at] });",
    replace: "continue;",
  },
  {
    name: "undo: a cancelled run ends at once",
    seed: 6,
    at: `${rollBack}#mayUndo`,
    find: "job.undoes === true && ",
    replace: "false && ",
  },
  {
    name: "undo: is made without a record of the end",
    seed: 112,
    at: "consumers/types/feature/execute.ts#decideDeclared",
    find: "if (job.ending) {",
    replace: 'if (job.undoes && Object.values(recorded).some(({ status }) => status === "failed")) {',
  },
  {
    name: "undo: each decision makes another job for it",
    seed: 6,
    at: "core/job/job-id.ts#undoJobId",
    find: "String(attempt)]",
    replace: "String(attempt), crypto.randomUUID()]",
  },
  {
    name: "undo: steps of a run that ends go on",
    seed: 102,
    at: "core/operations/parent-guard.ts#isOrphan",
    find: "if (feature?.ending) return true;",
    replace: "",
  },
  {
    name: "undo: a retried run keeps what was undone",
    seed: 102,
    at: "core/operations/change-job.ts#begunAnew",
    find: "if (!rolled_back) return job;",
    replace: 'if (!rolled_back || job.id !== "") return job;',
  },
];
