import type { Mutation } from "./mutation.ts";

const decide = "consumers/types/feature/code/decide.ts";
const open = "consumers/types/feature/code/open-run.ts";
const ask = "consumers/types/feature/code/ask-code.ts";
const begin = "consumers/types/feature/code/begin.ts";

/** Runs of features in code. Their histories are those of every 32nd seed. */
export const ofCode: Mutation[] = [
  {
    name: "code: short decisions never ask it",
    seed: 192,
    at: `${decide}#decisions`,
    find: "Math.min(leastMs, timeout_ms / 3)",
    replace: "leastMs",
    bug: "a run whose decisions had less than ten seconds woke itself without end, and never asked its code",
  },
  {
    name: "code: what another decision has appended is not read",
    seed: 33,
    at: `${open}#openRun`,
    find: "  await readOn(run);",
    replace: "",
  },
  {
    name: "code: what is seen is recorded after what follows from it was begun",
    seed: 97,
    at: `${open}#append`,
    find: 'if ((await run.services.runLogs.append(runLogNameOf(run), numbered)) === "taken") {',
    replace:
      "const log = runLogNameOf(run); run.services.claim.whenRecorded(async () => { await run.services.runLogs.append(log, numbered); }); if (numbered.length < 0) {",
  },
  {
    name: "code: what has ended is replayed in the order of the times at which it ended",
    seed: 97,
    at: `${ask}#wholeLog`,
    find: "const entries = await run.services.runLogs.read(runLogNameOf(run), 0);",
    replace: `const times = ({ at, as }: KeptEntry) => as?.finished_at ?? at;
  const read = await run.services.runLogs.read(runLogNameOf(run), 0);
  const entries = read.toSorted((a, b) => times(a) - times(b)).map((entry, i) => ({ ...entry, n: i + 1 }));`,
  },
  {
    name: "code: the result of own code is lost",
    seed: 97,
    at: `${decide}#tookBack`,
    find: "value?.v ?? null",
    replace: "null",
  },
  {
    name: "code: a key gets another job in each decision",
    seed: 32,
    at: `${begin}#startJob`,
    find: "job_id: stepJobId(job, key), parent }",
    replace: "job_id: stepJobId(job, key + crypto.randomUUID()), parent }",
  },
  {
    name: "code: a run goes on by what is deployed",
    seed: 97,
    at: `${ask}#decideMessageOf`,
    find: "definition: bundle,",
    replace: 'definition: "",',
  },
  {
    name: "code: is not kept",
    seed: 97,
    at: `${ask}#keepCode`,
    find: `await run.services.blobs.put(bundleKey(sha256), gzip, "application/gzip");`,
    replace: "",
  },
  {
    name: "code: a message is taken again by a later decision",
    seed: 449,
    at: `${open}#takeEntry`,
    find: "if (entry.id !== undefined && !kept.taken?.includes(entry.id))",
    replace: 'if (entry.id === "")',
  },
  {
    name: "code: what a dead decision has begun is closed unseen",
    seed: 769,
    at: `${decide}#asBegun`,
    find: "((await unrecorded(run, key)) ?? open)",
    replace: "open",
    bug: "what a job had done that a dead decision had begun was not undone, where the run was cancelled then",
  },
  {
    name: "code: a retried run is cancelled by its former log",
    seed: 9537,
    at: `${open}#failureIn`,
    find: 'if (at < 0) at = log.findIndex(({ e }) => e === "cancel");',
    replace: 'if (at < 0) at = log.findLastIndex(({ e }) => e === "cancel" || e === "failed");',
    bug: "a run whose own code had failed behind its end ended at once when it was retried",
  },
  {
    name: "code: a loser of a race goes on",
    seed: 673,
    at: "code/feature/handler-context.ts#race",
    find: "if (name !== winner) session.close(branch.close());",
    replace: "",
  },
  {
    name: "code: a run that continues takes the jobs of its part before",
    seed: 224,
    at: "consumers/types/feature/code/begin.ts#jobKeyOf",
    find: "part === 1 && !/ of (part|attempt) \\d+$/.test(key) ? key :",
    replace: "true ? key :",
  },
  {
    name: "code: own code that is a job is asked for by the log of the first part",
    seed: 14496,
    at: "consumers/types/function/own-step.ts#stepMessageOf",
    find: "attempt: parent.message.attempt }, part)",
    replace: "attempt: parent.message.attempt }, 1)",
  },
];
