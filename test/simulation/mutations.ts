import { readFileSync } from "node:fs";

/** A change of the real code that breaks a promise of docs/design.md: the simulation must see it. */
export interface Mutation {
  name: string;
  /** In `lambdas/`. */
  file: string;
  /** Occurs once in the file; a mutation whose text has gone from the code fails the list, so that it cannot rot. */
  find: string;
  replace: string;
  /** Further changes of the same file. */
  also?: [find: string, replace: string][];
  /** From which seed on it is looked for; what the workload seldom does is found sooner from a seed that does it. Default 1. */
  seed?: number;
  /** The bug that the simulation once found and that this brings back. */
  bug?: string;
}

const named =
  "const named = job.run === message.run && job.attempt === message.attempt && job.due_at === message.due_at;";
const claims = "core/job/transitions.ts";
const shell = "consumers/engine/run-job.ts";
const reach = "consumers/engine/claim-job.ts";
const again = "consumers/types/feature/decisions.ts";
const decider = "consumers/types/feature/execute.ts";

export const mutations: Mutation[] = [
  // The claim, clause by clause.
  {
    name: "claim: any run",
    seed: 406,
    file: claims,
    find: named,
    replace: "const named = job.attempt === message.attempt && job.due_at === message.due_at;",
  },
  // Not by any attempt: an attempt is never due when the one before it was, so that due_at says the same.
  {
    name: "claim: any due_at",
    file: claims,
    find: named,
    replace: "const named = job.run === message.run && job.attempt === message.attempt;",
  },
  {
    name: "claim: a live lease",
    file: claims,
    find: `return (job.lease_until ?? 0) < now ? "yes" : "taken";`,
    replace: `return "yes";`,
  },
  {
    name: "claim: a paused job",
    seed: 51,
    file: claims,
    find: `if (!isWaiting(job) && job.status !== "running") return "gone";`,
    replace: `if (!isWaiting(job) && job.status !== "running") return job.status === "paused" ? "yes" : "gone";`,
  },
  {
    name: "claim: a cancelled job",
    file: claims,
    find: `if (!isWaiting(job) && job.status !== "running") return "gone";`,
    replace: `if (!isWaiting(job) && job.status !== "running") return job.status === "cancelled" ? "yes" : "gone";`,
  },
  {
    name: "claim: a completed job",
    file: claims,
    find: `if (!isWaiting(job) && job.status !== "running") return "gone";`,
    replace: `if (!isWaiting(job) && job.status !== "running") return job.status === "completed" ? "yes" : "gone";`,
  },
  // Leases, fencing, crashes.
  {
    name: "lease: shorter than the timeout",
    file: reach,
    find: "export const leaseMarginMs = 20_000;",
    replace: "export const leaseMarginMs = -2_000;",
    also: [["const leastMarginMs = 10_000;", "const leastMarginMs = -1e9;"]],
  },
  {
    name: "lease: used although its answer came late",
    file: reach,
    find: "job.timeout_ms - now < leastMarginMs",
    replace: "job.timeout_ms - now < -1e9",
    bug: "a claim whose answer took long left too little of its lease",
  },
  {
    name: "fence: the outcome is written without the claim",
    file: shell,
    find: "job?.claim_id === claimed.claim_id && job;",
    replace: "job;",
  },
  {
    name: "fence: a cancelled attempt keeps its claim",
    seed: 112,
    file: claims,
    find: `job.status === "running" ? endAttempt(job, now, { outcome: "cancelled" }) : { ...job, version: job.version + 1 };`,
    replace: "{ ...job, version: job.version + 1 };",
  },
  {
    name: "fence: results are kept under the attempt's name",
    seed: 280,
    file: shell,
    find: "}/$" + "{job.claim_id}`",
    replace: "}`",
    bug: "a consumer that had lost its claim replaced the large result of its successor",
  },
  {
    name: "timeout: what is over begins all the same",
    seed: 101,
    file: shell,
    find: "signal.throwIfAborted();",
    replace: "",
    bug: "an input that came from S3 after the timeout started the executor",
  },
  {
    name: "timeout: of a step is taken for the decision's own",
    seed: 82,
    file: shell,
    find: "const isOutOfTime = cause instanceof OutOfTime;",
    replace: `const isOutOfTime = cause instanceof JobError && cause.code === "TIMEOUT";`,
    bug: "a feature whose step had timed out ended minutes late, as CRASHED",
  },
  {
    name: "timeout: of a decision counts as a failed attempt",
    file: shell,
    find: "if (deciding && isOutOfTime && hasBegun) throw cause;",
    replace: "",
    also: [["if (deciding && (isOutOfTime || ", "if (deciding && ("]],
    bug: "a decision out of time failed its feature, and its steps woke an attempt that was over",
  },
  {
    name: "feature: every message that AWS refuses asks again",
    seed: 285,
    file: again,
    find: "again_at > now + clocksApartMs ? again_at :",
    replace: "",
    bug: "what SQS doubled in an outage became ever more, minute by minute",
  },
  {
    name: "crashes: no limit",
    file: claims,
    find: "export const maxCrashes = 3;",
    replace: "export const maxCrashes = 300;",
  },
  {
    name: "crashes: one too few",
    file: shell,
    find: "if (job.claims > maxCrashes)",
    replace: "if (job.claims >= maxCrashes)",
  },
  {
    name: "crashes: of the attempt before count too",
    file: claims,
    find: "attempt: job.attempt + 1, due_at: due, claims: 0 };",
    replace: "attempt: job.attempt + 1, due_at: due };",
  },
  // Time.
  {
    name: "time: starts within the last second",
    file: "core/job/route.ts",
    find: `if (remaining <= 0) return { do: "start" };`,
    replace: `if (remaining < 1000) return { do: "start" };`,
  },
  {
    name: "time: the delay is rounded up",
    file: "core/job/route.ts",
    find: "Math.max(0, Math.floor(remaining / 1000))",
    replace: "Math.max(0, Math.ceil(remaining / 1000))",
  },
  {
    name: "time: the delay of an early message is rounded up",
    file: "core/job/route.ts",
    find: "Math.min(maxQueueDelaySeconds, Math.floor(remaining / 1000))",
    replace: "Math.min(maxQueueDelaySeconds, Math.ceil(remaining / 1000))",
  },
  {
    name: "time: a schedule in the past",
    file: "core/job/route.ts",
    find: "if (remaining <= maxQueueDelaySeconds * 1000) {",
    replace: "if (remaining <= 0) {",
  },
  {
    name: "time: the schedule fires at the time itself",
    file: "core/job/route.ts",
    find: "export const schedulerLeadMs = 75_000;",
    replace: "export const schedulerLeadMs = 0;",
  },
  {
    name: "time: expired jobs run",
    file: shell,
    find: "if (expires !== undefined && expires <= clock.now()) return",
    replace: "if (expires === -1) return",
  },
  {
    name: "time: Retry-After is ignored",
    file: "core/job/retry.ts",
    find: "Math.max(backoff, retryAfterMs)",
    replace: "backoff",
  },
  // Retries.
  {
    name: "retries: one too many",
    file: claims,
    find: "if (!retryable || tries > job.retries)",
    replace: "if (!retryable || tries > job.retries + 1)",
  },
  {
    name: "retries: one too few",
    file: claims,
    find: "if (!retryable || tries > job.retries)",
    replace: "if (!retryable || tries >= job.retries)",
  },
  {
    name: "retries: of what is permanent",
    file: "core/job/retry.ts",
    find: "return error.retryable || policy",
    replace: "return true || policy",
  },
  {
    name: "retries: what an attempt has left is forgotten",
    file: shell,
    find: "progress: job.progress && (await kept(job.progress)),",
    replace: "progress: undefined,",
  },
  // Record first, then dispatch.
  {
    name: "dispatch: the next attempt before it is recorded",
    file: shell,
    find: "const settled = await settle(services, job, outcome);",
    replace: `const early = outcome(job); if (early.status === "scheduled") await dispatchFollowUps(services, early); const settled = await settle(services, job, outcome);`,
  },
  {
    name: "dispatch: its failure is swallowed",
    seed: 29,
    file: "core/operations/schedule-job.ts",
    find: "await undispatched(services, job, cause);",
    replace: "void cause;",
  },
  {
    name: "dispatch: of a batch, its failures are swallowed",
    seed: 24,
    file: "core/operations/schedule-jobs.ts",
    find: "if (lost.has(item)) await undispatched",
    replace: "if (lost.size < 0) await undispatched",
  },
  {
    name: "dispatch: a repeated request's word is taken for it",
    seed: 131,
    file: "core/operations/schedule-job.ts",
    find: "if (!hasStarted(held)) await dispatch(services, held);",
    replace: "",
    bug: "a request and its repetition were both refused by SQS, and one gave the receipt",
  },
  {
    name: "take-back: whatever write is there",
    file: "core/operations/schedule-job.ts",
    find: "return await services.jobs.remove(job);",
    replace: "return await services.jobs.remove((await services.jobs.get(job.id)) ?? job);",
  },
  {
    name: "take-back: none",
    file: "core/operations/schedule-job.ts",
    find: "return await services.jobs.remove(job);",
    replace: `return "removed";`,
  },
  {
    name: "batch: jobs that were not stored are accepted",
    file: "core/operations/schedule-jobs.ts",
    find: "refused.has(item) ? await unrecorded",
    replace: "refused.size < 0 ? await unrecorded",
  },
  {
    name: "idempotency: the second job replaces the first",
    file: "core/operations/schedule-job.ts",
    find: "return { job: await repeated(services, created.job, request), isNew: false };",
    replace: "await services.jobs.replace({ ...job, version: created.job.version + 1 }); return { job, isNew: true };",
  },
  {
    name: "idempotency: another request with the same key is accepted",
    file: "core/operations/schedule-job.ts",
    find: "request.step === undefined && existing.fingerprint !== request.fingerprint",
    replace: "existing.fingerprint === undefined",
  },
  {
    name: "idempotency: a task that asks again is not told",
    file: "core/operations/schedule-job.ts",
    find: "const job = await answering(services, existing, request.task_token);",
    replace: "const job = existing;",
  },
  {
    name: "idempotency: a job that was taken back answers for its successor",
    seed: 295,
    file: "core/operations/schedule-job.ts",
    find: "if (current.created_at !== job.created_at) return repeated(services, current, request);",
    replace: "",
    bug: "a task that asked for a job which was taken back meanwhile was not known to the one that came after it",
  },
  {
    name: "idempotency: another request changes the input",
    file: "core/operations/schedule-job.ts",
    find: "/$" + "{request.fingerprint}/$" + "{writeId}`",
    replace: "`",
  },
  {
    name: "dispatch: schedules are named by their attempt alone",
    seed: 73,
    file: "core/operations/dispatch.ts",
    find: "-$" + "{due_at.toString(36)}`;",
    replace: "`;",
  },
  // Changes.
  {
    name: "change: is not handed over",
    file: "core/operations/change-job.ts",
    find: "    await dispatchFollowUps(services, next);\n",
    replace: "",
  },
  {
    name: "change: asked for again it is not handed over",
    seed: 300,
    file: "core/operations/change-job.ts",
    find: `job.status === "cancelled" || isWaiting(job)`,
    replace: `job.status === "cancelled"`,
    bug: "a job was run now, SQS refused it, and who asked again was told that it runs",
  },
  {
    name: "change: a write that was lost is taken for done",
    seed: 298,
    file: "core/operations/change-job.ts",
    find: `if ((await services.jobs.replace(next)) === "lost") continue;`,
    replace: "await services.jobs.replace(next);",
  },
  {
    name: "reschedule: only what is due moves",
    file: "core/operations/change-job.ts",
    find: "due_at: at, scheduled_at: at, status });",
    replace: "due_at: at, status });",
  },
  {
    name: "reschedule: what is paused goes on",
    seed: 123,
    file: "core/operations/change-job.ts",
    find: `job.status === "paused" ? "paused" : waiting(at, now);`,
    replace: "waiting(at, now);",
  },
  {
    name: "reschedule: past the end of the series",
    seed: 428,
    file: "core/operations/change-job.ts",
    find: "if (due_at !== undefined && due_at > (series?.end_date ?? Number.POSITIVE_INFINITY)) {",
    replace: "if (due_at === -1) {",
    bug: "a run was moved past its series' end date",
  },
  {
    name: "run now: in place of the run that is planned",
    file: "core/operations/change-job.ts",
    find: "...(job.attempt === 1 && { scheduled_at: now }) });",
    replace: "});",
  },
  // The reconciler.
  {
    name: "reconciler: never looks",
    file: "reconciler/reconcile.ts",
    find: "while (open.length > 0 &&",
    replace: "while (open.length < 0 &&",
  },
  {
    name: "reconciler: ignores leases that have ended",
    file: claims,
    find: "return (isParked(job) ? (job.wake_at ?? 0) : (job.lease_until ?? 0)) < now;",
    replace: "return isParked(job) && (job.wake_at ?? 0) < now;",
  },
  {
    name: "reconciler: ignores parked features",
    file: claims,
    find: "return (isParked(job) ? (job.wake_at ?? 0) : (job.lease_until ?? 0)) < now;",
    replace: "return !isParked(job) && (job.lease_until ?? 0) < now;",
  },
  {
    name: "reconciler: hands over with another due_at",
    file: "reconciler/reconcile.ts",
    find: "const refused = await dispatchMany(services, jobs);",
    replace: "const refused = await dispatchMany(services, jobs.map((job) => ({ ...job, due_at: job.due_at + 1 })));",
  },
  {
    name: "reconciler: looks at one shard",
    file: "core/job/job-id.ts",
    find: "export const shards = 8;",
    replace: "export const shards = 1;",
    also: [["% shards;", "% 8;"]],
  },
  // Recurring jobs.
  {
    name: "series: a run is not archived",
    file: shell,
    find: "if (series) await services.jobs.archive(series.run);",
    replace: "",
  },
  {
    name: "series: a gap in the numbers",
    file: "core/job/series.ts",
    find: "withRun(ended, ended.run + 1,",
    replace: "withRun(ended, ended.run + 2,",
  },
  {
    name: "series: a run past the limit",
    file: "core/job/series.ts",
    find: "job.run >= repeat.limit",
    replace: "job.run > repeat.limit",
  },
  {
    name: "series: a run past the end date",
    file: "core/job/recurrence.ts",
    find: "return next !== undefined && next <= (repeat.end_date ?? Number.POSITIVE_INFINITY) ? next : undefined;",
    replace: "return next;",
  },
  {
    name: "series: drifts",
    file: "core/job/recurrence.ts",
    find: "after < anchor ? anchor : anchor + (Math.floor((after - anchor) / every) + 1) * every;",
    replace: "after < anchor ? anchor : after + every;",
  },
  {
    name: "series: goes on from when a run ended",
    file: "core/job/series.ts",
    find: "nextOccurrence(repeat, job.coalesced_until ?? job.scheduled_at)",
    replace: "now + (repeat.every ?? 60_000)",
  },
  {
    name: "series: the same occurrence again",
    file: "core/job/series.ts",
    find: "nextOccurrence(repeat, job.coalesced_until ?? job.scheduled_at)",
    replace: "nextOccurrence(repeat, (job.coalesced_until ?? job.scheduled_at) - 1)",
  },
  {
    name: "series: ends with a run that failed",
    file: shell,
    find: `isFinished(ended) && ended.status !== "cancelled" ?`,
    replace: `ended.status === "completed" ?`,
  },
  {
    name: "series: each missed occurrence runs",
    file: "core/job/series.ts",
    find: "return { at, coalesced_until: now };",
    replace: "return { at };",
  },
  {
    name: "series: missed occurrences are left out",
    file: "core/job/series.ts",
    find: `if (repeat.overlap === "queue") return { at, coalesced_until: now };`,
    replace: "",
  },
  // Pausing, resuming, deleting.
  {
    name: "pause: the next run comes all the same",
    file: "core/job/series.ts",
    find: `status: pause_requested ? "paused" : waiting(at, now),`,
    replace: "status: waiting(at, now),",
  },
  {
    name: "pause: of a run that is under way",
    file: "core/operations/change-job.ts",
    find: `return job.status === "running" || job.attempt > 1`,
    replace: "return job.attempt > 1",
  },
  {
    name: "pause: of a run between two attempts",
    seed: 279,
    file: "core/operations/change-job.ts",
    find: `return job.status === "running" || job.attempt > 1`,
    replace: `return job.status === "running"`,
  },
  {
    name: "resume: makes up for what was missed",
    file: "core/operations/change-job.ts",
    find: "const at = job.scheduled_at > now ? job.scheduled_at : nextOccurrence(job.repeat, now);",
    replace: "const at = job.scheduled_at;",
  },
  {
    name: "resume: of a job that has finished",
    seed: 540,
    file: "core/operations/change-job.ts",
    find: "if (isFinished(job) || !job.repeat) throw conflict",
    replace: "if (!job.repeat) throw conflict",
    bug: "resume changed a job that had finished while its pause was pending",
  },
  {
    name: "delete: of a job that has not finished",
    file: "core/operations/change-job.ts",
    find: "    if (!isFinished(job))\n",
    replace: '    if (job.id === "")\n',
  },
  {
    name: "cancel: a feature's steps go on",
    seed: 51,
    file: "core/operations/change-job.ts",
    find: `if (job.status === "cancelled") await cancelSteps(`,
    replace: `if (job.id === "") await cancelSteps(`,
  },
  {
    name: "cancel: a step does not ask for its feature",
    file: "consumers/engine/run-job.ts",
    find: "const orphanedOf = await endedParentOf(services, job)",
    replace: "const orphanedOf = await Promise.resolve(undefined)",
    bug: "a step that a decider had created before it died ran although its feature was cancelled",
  },
  {
    name: "cancel: a step does not tell its feature",
    seed: 286,
    file: "core/operations/change-job.ts",
    find: "await dispatchFollowUps(services, next);",
    replace: "await dispatchFollowUps(services, { ...next, parent: undefined });",
  },
  {
    name: "cancel: asked for again, it does not tell the feature",
    seed: 170,
    file: "core/operations/change-job.ts",
    find: "await dispatchFollowUps(services, job);",
    replace: "await dispatchFollowUps(services, { ...job, parent: undefined });",
    bug: "a step's cancellation that died before it told its feature was not told by the next one either",
  },
  {
    name: "cancel: a step is one of any feature that has the id of its own",
    seed: 331,
    file: "core/operations/parent-guard.ts",
    find: "found && isStepOf(step, found) ? found : undefined",
    replace: "found",
    bug: "a step of a deleted feature ran for the next one that had its idempotency key",
  },
  // What was asked for, and what is said of it.
  {
    name: "request: a series is a job of one run",
    file: "core/requests/new-job.ts",
    find: "    ...(request.repeat !== undefined && { repeat: request.repeat }),\n",
    replace: "",
  },
  {
    name: "request: forgets when the job expires",
    file: "core/requests/new-job.ts",
    find: "    ...(request.expires_at !== undefined && { expires_at: request.expires_at }),\n",
    replace: "",
  },
  {
    name: "expires_at: it has come as soon as there is one",
    file: shell,
    find: "if (expires !== undefined && expires <= clock.now())",
    replace: "if (expires !== undefined)",
  },
  {
    name: "request: keeps another input",
    file: "core/operations/schedule-job.ts",
    find: "key, request.input, largestInput);",
    replace: "key, { ...request.input, body: 0 }, largestInput);",
  },
  {
    name: "request: its idempotency key is forgotten",
    file: "core/operations/schedule-job.ts",
    find: "return key === undefined ? newJobId() : derivedJobId(product.tag, env, key);",
    replace: "return key === undefined ? newJobId() : newJobId();",
  },
  {
    name: "run: the archive has another end",
    file: "core/job/series.ts",
    find: "  finished_at: job.finished_at ?? job.due_at,\n",
    replace: "  finished_at: job.due_at,\n",
  },
  {
    name: "attempt: its crashes are not kept",
    file: claims,
    find: "    ...(crashes > 0 && { crashes }),\n",
    replace: "",
  },
  {
    name: "attempt: is due when it started",
    file: claims,
    find: "    due_at: job.due_at,\n    started_at: job.parked_since",
    replace: "    due_at: job.started_at ?? now,\n    started_at: job.parked_since",
  },
  {
    name: "change: its schedule stays",
    file: "core/operations/change-job.ts",
    find: `  if (before.status === "scheduled" && moved) await scheduler.unschedule(scheduleName(before));\n`,
    replace: "",
  },
  {
    name: "change: cancelling never takes effect",
    file: claims,
    find: ": { ...job, version: job.version + 1 };",
    replace: ": job;",
  },
  {
    name: "change: run now leaves the time",
    file: "core/operations/change-job.ts",
    find: `{ status: "queued", due_at: now, ...`,
    replace: "{ ...",
  },
  {
    name: "change: a failed job cannot be retried",
    file: "core/operations/change-job.ts",
    find: `if (job.status !== "failed") throw`,
    replace: "if (isFinished(job)) throw",
  },
  // Features.
  {
    name: "feature: a wake-up is dropped while a decision is made",
    seed: 102,
    file: reach,
    find: `if (outcome.outcome !== "taken" || !options.wakeUps) {`,
    replace: `if (outcome.outcome !== "nothing") {`,
  },
  {
    name: "feature: nobody asks for the decision that a wake-up told of",
    seed: 34,
    file: shell,
    find: "else if (wasWoken && isParked(next)",
    replace: "else if (!isParked(next)",
  },
  {
    name: "feature: each wake-up that meets a decision comes again by itself",
    file: reach,
    find: "if (outcome.job.woken ||",
    replace:
      "await services.queue.send(outcome.job.type, message, { delaySeconds: 1, group: tenantOf(outcome.job) }); if (outcome.job ||",
    bug: "the wake-ups that met a decision under way, and what SQS doubled of them, became ever more",
  },
  {
    name: "feature: steps do not wake it",
    file: shell,
    find: "dispatchFollowUps(services, next), over",
    replace: "dispatchFollowUps(services, { ...next, parent: undefined }), over",
  },
  {
    name: "feature: the steps' ids are not derived",
    file: decider,
    find: "const step = { job_id: stepJobId(job, placed.key), parent };",
    replace: "const step = { job_id: stepJobId({ ...job, id: job.id + job.claim_id }, placed.key), parent };",
  },
  { name: "feature: keeps its lease while parked", file: claims, find: "    lease_until: 0,\n", replace: "" },
  {
    name: "feature: completes without its last steps",
    file: "consumers/types/feature/plan.ts",
    find: "const done = steps.every(({ key }) => hasEnded(stateOf(key)));",
    replace: "const done = steps.slice(0, 2).every(({ key }) => hasEnded(stateOf(key)));",
  },
  {
    name: "feature: steps take those of one that was deleted for theirs",
    seed: 134,
    file: "core/job/job-id.ts",
    find: `derived([id, String(created_at), String(run), step, "step"])`,
    replace: `derived([id, String(run), step, "step"])`,
    bug: "a feature of the same key as a deleted one ended at once with its results",
  },
  {
    name: "feature: what S3 refuses fails it",
    file: shell,
    find: "if (deciding && (isOutOfTime || !(cause instanceof JobError))) {",
    replace: "if (deciding && isOutOfTime) {",
    bug: "a feature failed of which no step had: S3 had refused it its input",
  },
  {
    name: "feature: a step that was done and deleted is done again",
    seed: 563,
    file: decider,
    find: "let states: StepStates = { ...jobless, ...statesOf(children, now) };",
    replace: "let states: StepStates = { ...statesOf(children, now) };",
  },
  {
    name: "feature: a step waits for one of those that it depends on",
    file: "consumers/types/feature/plan.ts",
    find: "dependsOn.every((key) => hasEnded",
    replace: "dependsOn.length === 0 || dependsOn.some((key) => hasEnded",
  },
  {
    name: "feature: a step does not wait for its delay",
    file: decider,
    find: "start_at: now + delay,",
    replace: "start_at: 0,",
  },
  {
    name: "feature: fails for a step that may fail",
    file: "consumers/types/feature/plan.ts",
    find: `?? "") && !step.allow_fail);`,
    replace: `?? ""));`,
  },
  {
    name: "feature: expires between two decisions",
    file: shell,
    find: "const expires = job.parked_since === undefined ? job.expires_at : undefined;",
    replace: "const expires = job.expires_at;",
  },
  {
    name: "feature: asks itself for another decision for ever",
    seed: 121,
    file: claims,
    find: "failing_since: _failing, woken: _woken, ...rest } = job;\n  const parked_since",
    replace: "failing_since: _failing, ...rest } = job;\n  const parked_since",
  },
  {
    name: "feature: an outcome that is discarded cancels its steps",
    file: shell,
    find: `if (job?.status === "cancelled") await cancelSteps`,
    replace: "await cancelSteps",
    bug: "a feature that was taken over, or whose answer of a write was lost, cancelled its live steps and failed",
  },
  {
    name: "feature: a decision that is out of time goes on",
    file: "consumers/engine/within-time.ts",
    find: "signal.throwIfAborted();",
    replace: "",
    bug: "a decision that went on after its timeout cancelled the steps that its successor had started",
  },
  {
    name: "feature: a step that exists is another one by another time",
    seed: 1700,
    file: "core/operations/schedule-job.ts",
    find: "request.step === undefined && existing",
    replace: "existing",
    bug: "a decision took the step that an earlier one had started for a mismatch, and failed the feature",
  },
  {
    name: "feature: its failure cancels the steps that a retry has revived",
    seed: 1871,
    file: "core/operations/change-job.ts",
    find: "isFinished(step) || isRevived(step, job)",
    replace: "isFinished(step)",
  },
  {
    name: "feature: a revived step does not wait for its delay",
    file: "core/operations/change-job.ts",
    find: "const due = job.started_at === undefined ? Math.max(now, job.due_at) : now;",
    replace: "const due = now;",
    bug: "a feature that was retried dropped the delay of a step that waited",
  },
  {
    name: "feature: what fails by our own fault is tried for ever",
    file: again,
    find: "if (now - failing_since >= giveUpAfterMs)",
    replace: "if (failing_since < 0)",
    bug: "a decision that failed by a fault of ours was made again every five seconds without end",
  },
  {
    name: "feature: is given up at its first fault",
    file: again,
    find: "const giveUpAfterMs = 3_600_000;",
    replace: "const giveUpAfterMs = 0;",
  },
  {
    name: "claim: under which nothing has started is kept",
    file: shell,
    find: "await settle(services, job, (of) => unclaimed(of, services.clock.now()));",
    replace: "",
    bug: "slow claims and failed reads of the parent ended as crashes",
  },
  {
    name: "claim: that is given back counts as a crash",
    file: claims,
    find: "const claims = Math.max(0, job.claims - 1);",
    replace: "const claims = job.claims;",
  },
  {
    name: "claim: of a job of another type",
    file: reach,
    find: "leaseMarginMs, type: options.type }",
    replace: "leaseMarginMs }",
    bug: "a message in another type's queue was claimed and failed its job",
  },
  // The lifecycle.
  {
    name: "lifecycle: loses retries",
    file: "lifecycle/events.ts",
    find: `if (ended?.outcome === "failed") {`,
    replace: `if (ended?.outcome === "completed") {`,
  },
  {
    name: "lifecycle: loses the runs of series",
    file: "lifecycle/events.ts",
    find: "if (ended && after.run > before.run) {",
    replace: "if (ended && after.run < before.run) {",
  },
  {
    name: "lifecycle: tells each claim as a start",
    file: "lifecycle/events.ts",
    find: `if (after.status === "running" && before.status !== "running") {`,
    replace: `if (after.status === "running") {`,
  },
  {
    name: "lifecycle: what the bus refused is dropped",
    file: "lifecycle/handle.ts",
    find: "return done === nowhere ? undefined : done;",
    replace: "return undefined;",
  },
  {
    name: "lifecycle: goes on after the record that failed",
    file: "lifecycle/handle.ts",
    find: "return done === nowhere ? undefined : done;",
    replace: "return done === nowhere || done + 1 >= changes.length ? undefined : done + 1;",
  },
  {
    name: "lifecycle: counts a run twice",
    file: "lifecycle/counts.ts",
    find: "counts[name] = 1;",
    replace: "counts[name] = 2;",
  },
  {
    name: "lifecycle: tasks are not answered",
    file: "lifecycle/handle.ts",
    find: "    enqueueTaskOutcomes(services, happened),\n",
    replace: "",
  },
  // What is refused for good.
  {
    name: "refused for good: the bus is told for ever",
    file: "lifecycle/happened.ts",
    find: "untaken.filter((one) => !one.permanent || unkept.has(refused.indexOf(one)));",
    replace: "untaken;",
    bug: "an event that EventBridge refused for good stopped the statistics, webhooks and task answers of all products",
  },
  {
    name: "refused for good: a message to a queue is sent for ever",
    file: "lifecycle/happened.ts",
    find: "    permanent: cause instanceof PermanentError,\n",
    replace: "    permanent: false,\n",
    bug: "a message with U+FFFF, which SQS refuses for good, stopped the table's stream for twelve hours",
  },
  {
    name: "refused for good: is kept nowhere",
    file: "core/outbound/set-aside.ts",
    find: "  if (letters.length === 0) return new Set();",
    replace: "  return new Set();",
  },
  {
    name: "refused for good: is lost where the dead letters do not take it for now",
    file: "core/outbound/set-aside.ts",
    find: "  return again;",
    replace: "  return new Set();",
  },
  {
    name: "refused for now: is set aside",
    file: "lifecycle/happened.ts",
    find: "const refused = untaken.filter(({ permanent }) => permanent);",
    replace: "const refused = [...untaken];",
  },
  {
    name: "refused for good: a write that nobody understands holds up those behind it",
    file: "lifecycle/handle.ts",
    find: "return await handleEach(services, changes);",
    replace: "throw error;",
    bug: "a write at which the code that tells of it threw came again until the stream had forgotten it",
  },
  {
    name: "refused for good: a write that nobody understands takes its batch with it",
    file: "lifecycle/handle.ts",
    find: "return await handleEach(services, changes);",
    replace: "return undefined;",
  },
  {
    name: "refused for good: one job of a batch takes the others with it",
    file: "core/operations/schedule-jobs.ts",
    find: "refused.has(item) ?",
    replace: "refused.size > 0 ?",
  },
  {
    name: "lifecycle: tells again what it has told, while something before it fails",
    file: "lifecycle/publish.ts",
    find: "    .filter(({ name }) => !told.has(name));",
    replace: ";",
    bug: "while the bus refused an event, what came after it in the stream was published again each time",
  },
  {
    name: "lifecycle: webhooks are told nothing",
    file: "lifecycle/handle.ts",
    find: "    enqueueDeliveries(services, happened),\n",
    replace: "",
  },
  // What nobody may read.
  {
    name: "secrets: a log line says what an error says",
    file: "core/errors.ts",
    find: "error_name: error.name,",
    replace: "error_name: error.message,",
  },
  {
    name: "secrets: a job says what an executor threw",
    file: shell,
    find: `"The job failed unexpectedly; the consumer's log has the trace."`,
    replace: "String(cause)",
  },
];

/** The text with the mutation's changes. Throws where one of the places that it changes is not there, or not once. */
export function mutated(text: string, { name, file, find, replace, also = [] }: Mutation): string {
  let result = text;
  for (const [place, other] of [[find, replace] as const, ...also]) {
    const found = result.split(place).length - 1;
    if (found !== 1) throw new Error(`mutation "${name}": ${found} places in ${file} read ${JSON.stringify(place)}`);
    result = result.replace(place, () => other);
  }
  return result;
}

export const sourceOf = ({ file }: Mutation): string =>
  readFileSync(new URL(`../../lambdas/${file}`, import.meta.url), "utf8");
