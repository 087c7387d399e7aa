import type { Mutation } from "./mutation.ts";

const policy = "consumers/types/feature/decisions.ts";
const decider = "consumers/types/feature/execute.ts";
const plan = "consumers/types/feature/plan.ts";

/** Decisions of features, and the steps that they start. */
export const features: Mutation[] = [
  {
    name: "feature: a wake-up during a decision is dropped",
    seed: 280,
    at: `${policy}#decisionPolicy`,
    find: `if (job.wake_requested) return "noted";`,
    replace: `return "noted";`,
  },
  {
    name: "feature: each wake-up during a decision is repeated individually",
    at: `${policy}#decisionPolicy`,
    find: "async onTaken({ jobs }, job) {",
    replace:
      'async onTaken({ jobs, queue }, job) { await queue.send(job.type, messageOf(job), { delaySeconds: 1, group: tenantOf(job) }); if (job.id) return "noted";',
    bug: "wake-ups during a decision, and the duplicates of SQS, kept multiplying",
  },
  {
    name: "feature: a step's timeout is mistaken for the decision's own",
    seed: 82,
    at: `${policy}#decisionPolicy`,
    find: "onThrown(services, job, { error, isOutOfTime, hasBegun }) {",
    replace: `onThrown(services, job, { error, hasBegun }) { const isOutOfTime = error instanceof JobError && error.code === "TIMEOUT";`,
    bug: "a feature whose step had timed out ended minutes late, as CRASHED",
  },
  {
    name: "feature: the timeout of a decision counts as a failed attempt",
    at: `${policy}#decisionPolicy`,
    find: "onThrown(services, job, { error, isOutOfTime, hasBegun }) {",
    replace: "onThrown(services, job, { error, isOutOfTime, hasBegun }) { if (isOutOfTime) return undefined;",
    bug: "a decision that timed out failed its feature, whose steps then woke an ended attempt",
  },
  {
    name: "feature: a refusal of S3 fails it",
    at: `${policy}#decisionPolicy`,
    find: "error instanceof JobError ? undefined : retryDecision(services, job, error, isPassing(error))",
    replace: "undefined",
    bug: "a feature without a failed step failed, because S3 had refused to return its input",
  },
  {
    name: "feature: every refused message requests another decision",
    seed: 25,
    at: "consumers/types/feature/retry-decision.ts#retryAt",
    find: "retry_decision_at > now + clocksApartMs ? retry_decision_at :",
    replace: "",
    bug: "the duplicates of SQS in an outage multiplied minute by minute",
  },
  {
    name: "feature: a decision that fails by our own fault is retried endlessly",
    seed: 24,
    at: `${policy}#retryDecision`,
    find: "now - failing_since >= giveUpAfterMs",
    replace: "failing_since < 0",
    bug: "a decision that failed by a fault of ours was made again every five seconds without end",
  },
  {
    name: "feature: is given up at its first fault",
    at: "consumers/types/feature/retry-decision.ts#giveUpAfterMs",
    find: "3_600_000",
    replace: "0",
  },
  {
    name: "feature: requests its own decisions endlessly",
    seed: 380,
    at: "core/job/transitions.ts#parked",
    find: "wake_requested: _wake,",
    replace: "",
  },
  {
    name: "feature: a discarded outcome cancels its steps",
    at: "consumers/engine/record.ts#record",
    find: `if (before?.status === "cancelled" || isSuperseded(claimed, before))`,
    replace: "",
    bug: "a feature whose claim was taken over, or whose write lost its answer, cancelled its live steps and failed",
  },
  {
    name: "feature: a decision continues after its timeout",
    at: "consumers/engine/within-time.ts#guarded",
    find: "signal.throwIfAborted();",
    replace: "",
    bug: "a decision that continued after its timeout cancelled the steps that its successor had started",
  },
  {
    name: "feature: the steps' ids are not derived",
    at: `${decider}#start`,
    find: "stepJobId(job, placed.key)",
    replace: "stepJobId({ ...job, id: job.id + job.claim_id }, placed.key)",
  },
  {
    name: "feature: steps of a deleted feature are taken for its own",
    seed: 174,
    at: "core/job/job-id.ts#stepJobId",
    find: "String(created_at), ",
    replace: "",
    bug: "a feature of the same key as a deleted one ended at once with its results",
  },
  {
    name: "feature: an existing step with another time is a mismatch",
    seed: 1700,
    at: "core/operations/schedule-job.ts#repeated",
    find: "request.step ? undefined : existing.fingerprint",
    replace: "existing.fingerprint",
    bug: "a decision took the step that an earlier one had started for a mismatch, and failed the feature",
  },
  {
    name: "feature: a completed and deleted step is run again",
    seed: 3177,
    at: `${decider}#execute`,
    find: "{ ...jobless, ...statesOf(children, now) }",
    replace: "{ ...statesOf(children, now) }",
  },
  {
    name: "feature: a step waits for only one of its dependencies",
    at: `${plan}#plan`,
    find: "dependsOn.every((key) => hasEnded",
    replace: "dependsOn.length === 0 || dependsOn.some((key) => hasEnded",
  },
  {
    name: "feature: a step does not wait for its delay",
    at: `${decider}#start`,
    find: "start_at: now + delay",
    replace: "start_at: 0",
  },
  {
    name: "feature: completes without its last steps",
    at: `${plan}#plan`,
    find: "steps.every(({ key }) => hasEnded(stateOf(key)))",
    replace: "steps.slice(0, 2).every(({ key }) => hasEnded(stateOf(key)))",
  },
  {
    name: "feature: fails for a step that may fail",
    at: `${plan}#failedStep`,
    find: " && !step.allow_fail",
    replace: "",
  },
  {
    name: "feature: expires between two decisions",
    at: "consumers/engine/attempt.ts#endWithoutStart",
    find: "job.parked_since === undefined ? job.expires_at : undefined",
    replace: "job.expires_at",
  },
  {
    name: "feature: a revived step does not wait for its delay",
    seed: 38,
    at: "core/operations/change-job.ts#revive",
    find: "job.started_at === undefined ? Math.max(now, job.due_at) : now",
    replace: "now",
    bug: "a retried feature dropped the delay of a waiting step",
  },
];
