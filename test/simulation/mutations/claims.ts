import type { Mutation } from "./mutation.ts";

const transitions = "core/job/transitions.ts";
const engine = "consumers/engine";

/** Claims, leases, fences, crashes and snoozes. */
export const claims: Mutation[] = [
  {
    name: "claim: due_at is not compared",
    seed: 28,
    at: `${transitions}#claimable`,
    find: " && job.due_at === message.due_at",
    replace: "",
  },
  {
    name: "claim: a job with a live lease is claimed",
    at: `${transitions}#claimable`,
    find: `? "yes" : "taken"`,
    replace: `? "yes" : "yes"`,
  },
  {
    name: "claim: a cancelled job is claimed",
    at: `${transitions}#claimable`,
    find: `job.status !== "running") return "gone"`,
    replace: `job.status !== "running") return job.status === "cancelled" ? "yes" : "gone"`,
  },
  {
    name: "claim: a completed job is claimed",
    at: `${transitions}#claimable`,
    find: `job.status !== "running") return "gone"`,
    replace: `job.status !== "running") return job.status === "completed" ? "yes" : "gone"`,
  },
  {
    name: "claim: a job of another type is claimed",
    seed: 20,
    at: `${engine}/admission/claim.ts#claim`,
    find: "leaseMarginMs, type }",
    replace: "leaseMarginMs }",
    bug: "a message in another type's queue was claimed and failed its job",
  },
  {
    name: "lease: is used although its answer came late",
    seed: 20,
    at: `${engine}/guards/late.ts#late`,
    find: "< leastMarginMs",
    replace: "< -1e9",
    bug: "a claim whose answer took long left too little of its lease",
  },
  {
    name: "fence: the outcome is written without the claim",
    at: `${engine}/record.ts#recordOutcome`,
    find: "before?.claim_id === claimed.claim_id && before;",
    replace: "before;",
  },
  {
    name: "fence: results are stored under the attempt's name",
    seed: 280,
    at: `${engine}/attempt.ts#storeValue`,
    find: "/$" + "{job.claim_id}",
    replace: "",
    bug: "a consumer that had lost its claim replaced the large result of its successor",
  },
  {
    name: "timeout: an attempt starts after its timeout",
    seed: 101,
    at: `${engine}/around/begin.ts#begin`,
    find: "execution.signal.throwIfAborted();",
    replace: "",
    bug: "an input that came from S3 after the timeout started the executor",
  },
  {
    name: "crashes: no limit",
    seed: 641,
    at: `${transitions}#maxCrashes`,
    find: "3",
    replace: "300",
  },
  {
    name: "crashes: one too few",
    at: `${transitions}#hasCrashedTooOften`,
    find: ">= maxCrashes",
    replace: ">= maxCrashes - 1",
  },
  {
    name: "crashes: a claim counts under which nothing has begun",
    at: `${transitions}#crashesOf`,
    find: "1 + begunBefore(job).length",
    replace: "job.claims - 1",
    bug: "three claims whose answers were lost failed a job that had never been started",
  },
  {
    name: "crashes: the start of an attempt that may have crashed is not noted",
    at: `${engine}/guards/noted.ts#noted`,
    find: "!mayHaveCrashed(job) ||",
    replace: "true ||",
  },
  {
    name: "snooze: the note of a start that did not come stays",
    at: `${transitions}#claimReturned`,
    find: "withBegun(closed, begunBefore(job))",
    replace: "closed",
  },
  {
    name: "crashes: are not recorded with the attempt",
    at: `${transitions}#endAttempt`,
    find: "crashes > 0 &&",
    replace: "crashes < 0 &&",
  },
  {
    name: "snooze: a claim under which nothing has started is not given back",
    at: `${engine}/run-job.ts#putBack`,
    find: "const recorded = await",
    replace: "if (why.delaySeconds === undefined) throw why.cause ?? why;\n  const recorded = await",
    bug: "slow claims and failed reads of the parent ended as crashes",
  },
  {
    name: "snooze: counts as a crash",
    at: `${transitions}#claimReturned`,
    find: "Math.max(0, job.claims - 1)",
    replace: "job.claims",
  },
  {
    name: "snooze: spends the attempt",
    at: `${transitions}#claimReturned`,
    find: "claims, version, status:",
    replace: "claims, version, attempt: job.attempt + 1, status:",
  },
];
