import { limitMutations } from "./limits.ts";
import type { Mutation } from "./mutation.ts";

export const mutations: Mutation[] = [
  ...limitMutations,
  {
    file: "lambdas/core/access/scopes.ts",
    find: `names.includes("*") ||`,
    replace: `names.includes("*") || names.length === 0 ||`,
    test: "unit/core/access/scopes.test.ts",
  },
  {
    // What a deployment takes away for an hour ends no run that has waited for months.
    file: "lambdas/consumers/types/feature/decisions.ts",
    find: "if (!hasBegun) return waitForEvent(log, job, error, now);",
    replace: "if (job.id) return waitForEvent(log, job, error, now);",
    test: "unit/consumers/types/feature/deployments.test.ts",
  },
  {
    file: "lambdas/consumers/types/feature/plan.ts",
    find: "if (error instanceof MissingInCatalog)",
    replace: "if (error === undefined)",
    test: "unit/consumers/types/feature/deployments.test.ts",
  },
  {
    file: "lambdas/core/operations/kept-event.ts",
    find: `(type === "feature" || found.product.envs.includes(env))`,
    replace: "true",
    test: "unit/consumers/types/feature/deployments.test.ts",
  },
  {
    // What is open is watched before it is open: without that, an opening is lost where a process dies.
    file: "lambdas/core/operations/alerting.ts",
    find: "await incidents.watch({ product, env, id, opening: changes.opening ?? 1, at: clock.now() });",
    replace: "",
    test: "unit/lifecycle/alert-crashes.test.ts",
  },
  {
    // A message on an edge, and not from the state.
    file: "lambdas/core/job/incident.ts",
    find: "(incident.sent ?? 0) >= level",
    replace: "(incident.sent ?? 0) !== level - 1",
    test: "unit/core/incident.test.ts",
  },
  {
    // A part of the month is told as if it were all of it.
    file: "lambdas/reconciler/budgets.ts",
    find: `if (!spending || hourToCount(spending, now) !== undefined) return "held";`,
    replace: `if (!spending) return "held";`,
    test: "unit/reconciler/budgets.test.ts",
  },
  {
    // What a process has counted that died before it told of it is not told.
    file: "lambdas/reconciler/budgets.ts",
    find: "if (known.budget?.until === use.until) return known;",
    replace: "if (known.budget?.until === use.until) return undefined;",
    test: "unit/reconciler/budgets.test.ts",
  },
  {
    // One mark, which the next operation on the same job takes away.
    file: "lambdas/core/job/operation.ts",
    find: "ops: [...(job.ops ?? []), id].slice(-operationLimits.marks)",
    replace: "ops: [id]",
    test: "unit/core/operations/operation-crashes.test.ts",
  },
  {
    // The jobs that match now in place of those of the list: each that is changed moves the ones behind it.
    file: "lambdas/core/operations/change-slice.ts",
    find: "const ids = await idsOf(services, operation, slice);",
    replace:
      "const ids = (await services.jobs.all()).filter(selectedBy(services, operation, began)).map(({ id }) => id).slice(slice.from, slice.to);",
    test: "unit/core/operations/operation-crashes.test.ts",
  },
  {
    // A process goes on by what it knows, although another one has begun something since. Histories show it in one of very many.
    file: "lambdas/code/feature/answer-decide.ts",
    find: " && (from > 0 || seen >= shown)",
    replace: "",
    test: "unit/code/feature/decisions.test.ts",
  },
  {
    // A nested step starts before its run has recorded it: what it does is not undone where a lost decision had begun it.
    file: "lambdas/consumers/engine/guards/recorded.ts",
    find: "!(await isRecorded(services, job))",
    replace: "false",
    test: "unit/consumers/engine/recorded.test.ts",
  },
  {
    // A catch holds up a rollback, and what was done stands.
    file: "lambdas/code/feature/session.ts",
    find: "if (this.#rollback) this.#fail(this.#rollback);\n    else if",
    replace: "if",
    test: "unit/code/feature/calls.test.ts",
  },
  {
    // What ended after the handler had returned is told once more where the run is cancelled then.
    file: "lambdas/code/feature/session.ts",
    find: "for (const calls of [this.#open, this.#closing, this.#ran, this.begunOwn])",
    replace: "for (const calls of [this.#open, this.#closing])",
    test: "unit/code/feature/decisions.test.ts",
  },
  {
    // A long step within another one, of which nothing is recorded yet, is never run.
    file: "lambdas/code/feature/answer-decide.ts",
    find: "scopes: outerScopes(message.key)",
    replace: "scopes: []",
    test: "unit/code/answer.test.ts",
  },
  {
    // What is cancelled just after its handler has returned stands, though it is said to be cancelled.
    file: "lambdas/code/feature/session.ts",
    find: `this.#outcome?.is === "completed"`,
    replace: "false",
    test: "unit/code/feature/decisions.test.ts",
  },
  {
    // What failed otherwise at the same time is left alone.
    file: "lambdas/core/operations/collect-jobs.ts",
    find: "causeOf(catalog, job) === filter.cause",
    replace: "job.error !== undefined",
    test: "unit/api/operations-by-value.test.ts",
  },
  {
    // What has ended behind that return is not run again.
    file: "lambdas/code/feature/session.ts",
    find: "this.#waiting.delete(call);\n    for (const calls",
    replace: "for (const calls",
    test: "unit/code/feature/decisions.test.ts",
  },
  {
    // A process that dies between the count of a missed time and its opening leaves it to nobody.
    file: "lambdas/reconciler/sweep-incidents.ts",
    find: "if (!known || isSettled(known)) await incidents.watch",
    replace: "if (known && !isSettled(known)) await incidents.watch",
    test: "unit/reconciler/alert-histories.test.ts",
  },
  {
    // What was counted before its process died, and is over by then, is not told.
    file: "lambdas/core/job/incident.ts",
    find: `const untold = state === "open" && rule && !incident.said`,
    replace: `const untold = state === "ignored" && rule && !incident.said`,
    test: "unit/reconciler/alert-histories.test.ts",
  },
  {
    // A few runs are enough for a rate.
    file: "lambdas/core/job/incident.ts",
    find: "ended >= least && failed / ended > over",
    replace: "ended > 0 && failed / ended > over",
    test: "unit/reconciler/alert-histories.test.ts",
  },
  {
    // A retry makes the last call again that has failed, and not the one by which the run has.
    file: "lambdas/consumers/types/feature/code/open-run.ts",
    find: "let at = endOf(failedBy);",
    replace: "let at = -1;",
    test: "unit/consumers/types/feature/code/retried.test.ts",
  },
  {
    // Own code that has returned after the call by which its run fails is run again by a retry.
    file: "lambdas/consumers/types/feature/code/open-run.ts",
    find: "...ownDoneIn(written.slice(stays.length))",
    replace: "",
    test: "unit/consumers/types/feature/code/done-before.test.ts",
  },
  {
    // A message grows with all that attempts before have done, beyond what Lambda takes.
    file: "lambdas/consumers/types/feature/code/ask-code.ts",
    find: "{ entries: mostFeatureSteps, bytes: 1_000_000 }",
    replace: "{ entries: mostFeatureSteps, bytes: 100_000_000 }",
    test: "unit/consumers/types/feature/code/done-before.test.ts",
  },
  {
    // A run that has begun anew takes for done what the part before has done by the same key.
    file: "lambdas/consumers/types/feature/code/decide.ts",
    find: "const { cancelled: _cancelled, done_before: _done, taken, ...rest } = kept;",
    replace: "const { cancelled: _cancelled, taken, ...rest } = kept;",
    test: "unit/consumers/types/feature/code/done-before.test.ts",
  },
  {
    // A second retry forgets what the first one has not called again.
    file: "lambdas/consumers/types/feature/code/open-run.ts",
    find: "{ ...before.done_before, ...ownDoneIn",
    replace: "{ ...ownDoneIn",
    test: "unit/consumers/types/feature/code/done-before.test.ts",
  },
  {
    // What has failed within a step is not run again.
    file: "lambdas/consumers/types/feature/code/open-run.ts",
    find: "if (within < 0 || within >= at) return at;",
    replace: "return at;",
    test: "unit/consumers/types/feature/code/retried.test.ts",
  },
  {
    // Who is asked by a retry has the time of the first attempt.
    file: "lambdas/consumers/types/feature/code/begin.ts",
    find: "return Math.max(until, kept.retried_at + timeout_ms);",
    replace: "return until;",
    test: "unit/consumers/types/feature/code/retried.test.ts",
  },
  {
    // A run that begins anew keeps the time of its retry, however long it is held.
    file: "lambdas/consumers/engine/guards/pinned.ts",
    find: "return beginsAnew(job) ? (of) => sinceNow(of, now) : undefined;",
    replace: "return undefined;",
    test: "unit/consumers/types/feature/code/retried.test.ts",
  },
  {
    // A run of code is moved in the middle of its undo, and can go on by neither.
    file: "lambdas/core/operations/migrate-job.ts",
    find: "progress.code.in_vain && job.status",
    replace: "progress.code.cancelled && job.status",
    test: "unit/consumers/types/feature/code/decide.test.ts",
  },
  {
    // What a step has done by ctx is not undone where the decision died that began it.
    file: "lambdas/consumers/types/feature/code/begin.ts",
    find: "if (first.length === 0) return;",
    replace: "return;",
    test: "unit/consumers/types/feature/code/decide.test.ts",
  },
  {
    // A run of code is moved as it ends, before its log says so.
    file: "lambdas/consumers/types/feature/code/decide.ts",
    find: `if (in_vain && !kept.in_vain && answer.outcome.is === "waiting")`,
    replace: "if (false)",
    test: "unit/consumers/types/feature/code/decide.test.ts",
  },
  {
    // A run that has crashed as it failed is retried, and fails again without trying what had failed.
    file: "lambdas/consumers/types/feature/code/open-run.ts",
    find: "failureIn(run, before.in_vain?.step)",
    replace: "run.length",
    test: "unit/consumers/types/feature/code/decide.test.ts",
  },
  {
    // A run that is retried by mended code waits for a job with the input that has failed.
    file: "lambdas/consumers/types/feature/code/begin.ts",
    find: "if (isOfBefore && hasFailed && !isUndo) {",
    replace: "if (false) {",
    test: "unit/consumers/types/feature/code/retried-otherwise.test.ts",
  },
  {
    // Own code that is a job takes the result of the job that its key had before.
    file: "lambdas/consumers/types/feature/code/begin.ts",
    find: "if (child.parent?.asked !== undefined && child.parent.asked !== f) {",
    replace: `if (command.c !== "step" && child.parent?.asked !== undefined && child.parent.asked !== f) {`,
    test: "unit/consumers/types/feature/code/retried-otherwise.test.ts",
  },
  {
    // A feature within a run that is retried by the present code fails by its former code again.
    file: "lambdas/core/operations/change-job.ts",
    find: `parent.is_present && job.type === "feature"`,
    replace: "false",
    test: "unit/consumers/types/feature/code/retried-otherwise.test.ts",
  },
  {
    // The pages of a list do not say so to their items.
    file: "lambdas/consumers/types/feature/for-each.ts",
    find: "share, ...presentOf(job) }",
    replace: "share }",
    test: "unit/consumers/types/feature/deployments.test.ts",
  },
  {
    // A run that no other code can go on with is said to be mended by moving it.
    file: "lambdas/core/queries/code-steps.ts",
    find: "(code.in_vain ?? ending) !== undefined",
    replace: "ending !== undefined",
    test: "unit/consumers/types/feature/code/parked-advice.test.ts",
  },
  {
    // A run that fails in the decision that has begun calls within a step is undone without them, and another process parks it.
    file: "lambdas/consumers/types/feature/code/ask-code.ts",
    find: "...new Set([...scopes, ...Object.keys(kept.open).flatMap(outerScopes)]),",
    replace: "...scopes,",
    test: "unit/consumers/types/feature/code/begun-scopes.test.ts",
  },
  {
    // What is known of a step whose calls were cancelled changes, and a run that is being undone is parked.
    file: "lambdas/consumers/types/feature/code/ask-code.ts",
    find: "scopes: knownScopes(run)",
    replace: "scopes: knownScopes(run).filter((one) => Object.keys(run.kept.open).some((key) => key.startsWith(one)))",
    test: "unit/consumers/types/feature/code/decide.test.ts",
  },
  {
    // A sleep of a retry is over at once, and wins what is raced against it.
    file: "lambdas/code/feature/handler-context.ts",
    find: `({ c: "sleep", k, f, ...limit })`,
    replace: `({ c: "sleep", k, f, until })`,
    test: "unit/consumers/types/feature/code/retried.test.ts",
  },
  {
    // Every error with the name of ours is taken for one of a call.
    file: "lambdas/code/feature/step-errors.ts",
    find: `return isErrorNamed(value, "StepError", isOfStep);`,
    replace: `return isErrorNamed(value, "StepError");`,
    test: "unit/consumers/types/feature/code/own-step-errors.test.ts",
  },
  {
    // A change without its entry leaves no gap.
    file: "lambdas/core/operations/change-job.ts",
    find: "changes: (job.changes ?? 0) + 1",
    replace: "changes: 1",
    test: "unit/api/audit.test.ts",
  },
  {
    // What a process has begun that died is forgotten where the operation is stopped.
    file: "lambdas/core/operations/go-on.ts",
    find: "const changed = await countChanged(services, taken);",
    replace: "const changed = 0;",
    test: "unit/core/operations/operation-crashes.test.ts",
  },
  {
    file: "lambdas/core/job/pause.ts",
    find: "!isAlertJob(job) &&",
    replace: "",
    test: "unit/lifecycle/causes.test.ts",
  },
  {
    file: "lambdas/consumers/types/feature/execute.ts",
    find: "child.version === 1",
    replace: "child.version >= 1",
    test: "unit/consumers/types/feature/late-decisions.test.ts",
  },
  {
    file: "lambdas/consumers/types/feature/decisions.ts",
    find: "await wakeRun(services, job, (job.lease_until ?? services.clock.now()) + afterLeaseMs);",
    replace: "",
    test: "unit/consumers/types/feature/late-decisions.test.ts",
  },
  {
    // A job with three retries that was retried is at attempt 5 of 4.
    file: "lambdas/core/job/retrying.ts",
    find: "Math.max(attempt, retried_after + retries + 1)",
    replace: "retries + 1",
    test: "unit/api/change-job.test.ts",
  },
  {
    // A forecast of a week knows of the hot minutes of its first day and of its last one.
    file: "lambdas/aws/dynamodb/due-counts.ts",
    find: "{ length: dayNumber(to - 1) - dayNumber(from) + 1 }",
    replace: "{ length: 2 }",
    test: "integration/ports/due-counts.test.ts",
  },
  {
    file: "lambdas/aws/dynamodb/claim-update.ts",
    find: "#lease_until < :now",
    replace: "#lease_until <= :now",
    test: "integration/ports/job-store.test.ts",
  },
  // Changes that the simulation has noticed too, in one of very many histories.
  {
    // While AWS refuses to look at a line, each attempt of who stands in it leaves one message more.
    file: "lambdas/consumers/engine/gates/pass.ts",
    find: "await handOverSlots(services, gate, rule).catch(notHandedOver(services));",
    replace: "await handOverSlots(services, gate, rule);",
    test: "unit/consumers/engine/limits.test.ts",
  },
  {
    file: "lambdas/consumers/engine/pauses/paused.ts",
    find: "if (engine.type !== undefined && job.type !== engine.type) return undefined;",
    replace: "",
    test: "unit/consumers/engine/pause-check.test.ts",
  },
  {
    file: "lambdas/consumers/engine/gates/fresh-slots.ts",
    find: "clock.now() - pass.askedAt > 2 * slowMs",
    replace: "false",
    test: "unit/consumers/engine/slots-of-taken-over-claims.test.ts",
  },
  {
    file: "lambdas/consumers/types/feature/execute.ts",
    find: "await services.claim.record(states);",
    replace: "",
    test: "unit/consumers/types/feature/waits.test.ts",
  },
  {
    file: "lambdas/consumers/types/feature/waits.ts",
    find: "const message = await firstMessage",
    replace: "const message = waitTimer(state) <= now ? undefined : await firstMessage",
    test: "unit/consumers/types/feature/waits.test.ts",
  },
  {
    file: "lambdas/core/operations/tick.ts",
    find: "round < rounds",
    replace: "round < 1",
    test: "unit/core/operations/lines.test.ts",
  },
  {
    file: "lambdas/core/operations/lines.ts",
    find: "&& before.nextCall <= soon && !isOverdue(before, now)",
    replace: "&& before.nextCall < 0",
    test: "unit/core/operations/lines.test.ts",
  },
  {
    file: "lambdas/consumers/engine/attempt.ts",
    find: "noting(running, (of) => progressed(of, stored, code))",
    replace: "(of) => progressed(of, stored, code)",
    test: "unit/consumers/types/feature/shown-waits.test.ts",
  },
  {
    file: "lambdas/consumers/types/feature/next-look.ts",
    find: "Math.min(step.wake_at ?? step.due_at, now + longestRestMs)",
    replace: "(step.wake_at ?? step.due_at)",
    test: "unit/consumers/types/feature/nested-waits.test.ts",
  },
  {
    file: "lambdas/consumers/types/feature/approvals.ts",
    find: "const message = found ?? (await signals.decide(address, late, now + signalKeptMs));",
    replace: "const message = found ?? late;",
    test: "unit/consumers/types/feature/approvals.test.ts",
  },
  {
    file: "lambdas/core/job/approval-token.ts",
    find: "if (!isSigned(purpose, { subject, mac }, keys)) return undefined;",
    replace: "",
    test: "unit/core/job/approval-token.test.ts",
  },
  {
    file: "lambdas/consumers/engine/guards/pinned.ts",
    find: "job.definition !== undefined && !beginsRun(job)",
    replace: "job.definition === undefined",
    test: "unit/consumers/types/feature/deployments.test.ts",
  },
  {
    file: "lambdas/core/job/transitions.ts",
    find: "    definition: _definition,\n",
    replace: "",
    test: "unit/consumers/types/feature/deployments.test.ts",
  },
  {
    // A run that version 0.3.0 has planned begins by what the run before had.
    file: "lambdas/consumers/engine/guards/pinned.ts",
    find: " && !beginsRun(job)",
    replace: "",
    test: "unit/consumers/types/feature/deployments.test.ts",
  },
  {
    file: "lambdas/consumers/types/feature/execute.ts",
    find: "for (const key of early) children.delete(key);",
    replace: "",
    test: "unit/consumers/types/feature/deployments.test.ts",
  },
  {
    file: "lambdas/consumers/types/feature/execute.ts",
    find: "early.has(key) ? [] : ",
    replace: "",
    test: "unit/consumers/types/feature/deployments.test.ts",
  },
  {
    // A step whose job was deleted before its end was recorded.
    file: "lambdas/consumers/types/feature/execute.ts",
    find: " || states[key]?.job_id !== undefined",
    replace: "",
    test: "unit/consumers/types/feature/deleted-jobs.test.ts",
  },
  {
    file: "lambdas/consumers/types/feature/execute.ts",
    find: "if (found && hasCodeFeatures(found)) return code;",
    replace: "return code;",
    test: "unit/consumers/types/feature/code/gone-code.test.ts",
  },
  {
    file: "lambdas/core/operations/schedule-job.ts",
    find: "if (current.created_at !== job.created_at) {",
    replace: "if (current.created_at < 0) {",
    test: "unit/core/operations/schedule-job.test.ts",
  },
  {
    file: "lambdas/aws/client/aws-errors.ts",
    find: "?? 0) >= 500)",
    replace: "?? 0) > 500)",
    test: "unit/aws/client/aws-errors.test.ts",
  },
  {
    file: "lambdas/aws/sqs/redelivery.ts",
    find: "Math.min(900,",
    replace: "Math.min(43_200,",
    test: "unit/aws/sqs/redelivery.test.ts",
  },
  {
    file: "lambdas/aws/scheduler/scheduler.ts",
    find: `ActionAfterCompletion: "DELETE"`,
    replace: `ActionAfterCompletion: "NONE"`,
    test: "unit/aws/scheduler/scheduler.test.ts",
  },
  {
    file: "lambdas/aws/http/entity-tag.ts",
    find: `ifNoneMatch.trim() === "*"`,
    replace: `ifNoneMatch.trim() === "**"`,
    test: "unit/aws/http/entity-tag.test.ts",
  },
  {
    file: "sdk/src/retry.ts",
    find: "asked > longestRetryAfterMs",
    replace: "asked >= longestRetryAfterMs",
    test: "unit/sdk/retry.test.ts",
  },
  {
    file: "sdk/src/retry.ts",
    find: "longestRetryAfterMs = 60_000",
    replace: "longestRetryAfterMs = 120_000",
    test: "unit/sdk/retry.test.ts",
  },
  {
    file: "sdk/src/retry.ts",
    find: "failures <= maxRetries && (repeatable || error instanceof RateLimitError)",
    replace: "failures <= maxRetries",
    test: "unit/sdk/request.test.ts",
  },
  {
    file: "sdk/src/transport.ts",
    find: `redirect: "manual"`,
    replace: `redirect: "follow"`,
    test: "unit/sdk/errors.test.ts",
  },
  {
    file: "sdk/src/wait.ts",
    find: "shortestPauseMs * 2 ** (queued - 1)",
    replace: "shortestPauseMs",
    test: "unit/sdk/schedule.test.ts",
  },
  {
    file: "sdk/src/request.ts",
    find: `!path.startsWith("/")`,
    replace: `path === ""`,
    test: "unit/sdk/request.test.ts",
  },
  {
    file: "packages/ductape-jobs/src/cli/fault-text.ts",
    find: "status === undefined && !isOfApi(error)",
    replace: "status === undefined",
    test: "unit/cli/fault-text.test.ts",
  },
  {
    file: "packages/ductape-jobs/src/cli/find-api.ts",
    find: `from: "the local runtime", isLocal: true`,
    replace: `from: "the local runtime", isLocal: false`,
    test: "unit/cli/find-api.test.ts",
  },
  {
    file: "packages/ductape-jobs/src/cli/api.ts",
    find: String.raw`/^\.{0,2}$/`,
    replace: String.raw`/^\.?$/`,
    test: "unit/cli/jobs.test.ts",
  },
  {
    file: "packages/ductape-jobs/src/cli/schedule/schedule.ts",
    find: `return succeeded(job.status === "completed")`,
    replace: "return succeeded(true)",
    test: "unit/cli/following.test.ts",
  },
  {
    file: "dashboard/src/job/states.ts",
    find: "Math.max(0, first - job.scheduled_at)",
    replace: "first - job.scheduled_at",
    test: "unit/dashboard/job.test.ts",
  },
  {
    file: "dashboard/src/job/actions.ts",
    find: `({ status, rolled_back }) => status === "failed"`,
    replace: `({ status, rolled_back }) => status !== "failed"`,
    test: "unit/dashboard/job.test.ts",
  },
  {
    file: "dashboard/src/ui/zoned-time.ts",
    find: "Math.min(...exact)",
    replace: "Math.max(...exact)",
    test: "unit/dashboard/schema.test.ts",
  },
  // The replay of features as code.
  {
    file: "lambdas/code/feature/session.ts",
    find: "await (hasReturned ? this.#deliverAfterReturn(entry, value) : this.#deliverOne(entry, value));",
    replace: "const given = this.#deliverOne(entry, value); if (entry.n % 2 === 0) await given;",
    test: "unit/code/feature/random-handlers.test.ts",
  },
  {
    file: "lambdas/code/feature/answer-decide.ts",
    find: `const goesOn = outcome.is === "waiting" && !more;`,
    replace: "const goesOn = !more;",
    test: "unit/code/feature/random-handlers.test.ts",
  },
  {
    file: "lambdas/code/feature/session.ts",
    find: "(frame.hasSeenWorld || own.calledAt !== this.#at)",
    replace: "frame.hasSeenWorld",
    test: "unit/code/feature/decisions.test.ts",
  },
  {
    file: "lambdas/code/feature/session.ts",
    find: "const known = [...this.#waiting].filter(({ key }) => this.scopes.has(key));",
    replace: "const known: Call[] = [];",
    test: "unit/code/feature/random-handlers.test.ts",
  },
  {
    file: "lambdas/code/feature/answer-decide.ts",
    find: "if (message.from > (known?.seen ?? 0)) return",
    replace: "if (message.from > 100_000) return",
    test: "unit/code/feature/decisions.test.ts",
  },
  {
    file: "lambdas/code/feature/answer-decide.ts",
    find: '"NON_DETERMINISTIC" && (kept || restart)',
    replace: '"NON_DETERMINISTIC" && kept && message.from > 0',
    test: "unit/code/feature/decisions.test.ts",
  },
  {
    file: "lambdas/code/feature/undo.ts",
    find: "await Promise.all(closing.map(callEnded));",
    replace: "void closing.map(callEnded);",
    test: "unit/code/feature/calls.test.ts",
  },
  {
    file: "lambdas/code/feature/session.ts",
    find: "this.#now = Math.max(this.#now, entry.at);",
    replace: "this.#now = Date.now();",
    test: "unit/code/feature/random-handlers.test.ts",
  },
  {
    // What stands in the result in place of one that has failed is told from a result.
    file: "lambdas/consumers/types/feature/undo-list.ts",
    find: "(failed > 0 && isFailure(entries[index]))",
    replace: "false",
    test: "unit/consumers/types/feature/undo-each.test.ts",
  },
  {
    // Items that have completed are undone also if another one has failed their step.
    file: "lambdas/consumers/types/feature/undo.ts",
    find: "return isUndoneForEach(placed) && state?.job_id",
    replace: "return state === undefined && isUndoneForEach(placed) && state?.job_id",
    test: "unit/consumers/types/feature/undo-each.test.ts",
  },
  {
    // An undo that has failed does not stop those of the other items.
    file: "lambdas/consumers/types/feature/list.ts",
    find: "} else if (asked.undo) {",
    replace: "} else if (asked.undo && !paged) {",
    test: "unit/consumers/types/feature/undo-each.test.ts",
  },
  {
    file: "lambdas/consumers/engine/attempt.ts",
    find: "(of) => handedOver(of, services.clock.now())",
    replace: "(of) => ({ ...of, version: of.version + 1 })",
    test: "unit/consumers/types/function/answered.test.ts",
  },
  {
    file: "lambdas/consumers/engine/lists.ts",
    find: "  unanswered,\n",
    replace: "",
    test: "unit/consumers/types/function/answered.test.ts",
  },
  {
    file: "lambdas/consumers/engine/gates/leave.ts",
    find: "claims: job.claims - 1",
    replace: "claims: job.claims",
    test: "unit/consumers/types/function/answered.test.ts",
  },
  {
    file: "lambdas/code/answer-unawaited.ts",
    find: "if (deadline_ms === 0)",
    replace: "if (deadline_ms < 0)",
    test: "unit/consumers/types/function/answered.test.ts",
  },
  {
    file: "lambdas/code/report-live.ts",
    find: "if (isBusy || isOver || !next) return;",
    replace: "if (isOver || !next) return;",
    test: "unit/code/report-live.test.ts",
  },
  {
    file: "lambdas/reconciler/wake-parked.ts",
    find: "isParked(job) && job.retry_decision_at !== undefined",
    replace: "isParked(job)",
    test: "unit/reconciler/wake-parked.test.ts",
  },
  {
    file: "lambdas/reconciler/forget-code.ts",
    find: "if (isNeeded && code)",
    replace: "if (!isNeeded && code)",
    test: "unit/reconciler/forget-code.test.ts",
  },
  {
    file: "lambdas/reconciler/forget-code.ts",
    find: "memory.quietSince = (await pauses.recent()).length > 0 ? now : quietSince;",
    replace: "memory.quietSince = quietSince;",
    test: "unit/reconciler/forget-code.test.ts",
  },
  {
    file: "lambdas/consumers/types/feature/code/decide.ts",
    find: "end instanceof Parked ? end.wakeAt : services.clock.now()",
    replace: "services.clock.now()",
    test: "unit/reconciler/forget-code.test.ts",
  },
  // Who gets in.
  {
    file: "lambdas/core/access/sign-in.ts",
    find: `if (name === "email" && !isEmailVerified(claims)) return "no";`,
    replace: "",
    test: "unit/sign-in/access.test.ts",
  },
  {
    file: "lambdas/core/access/sign-in.ts",
    find: `if (isCutOff(claims, name)) return "cut off";`,
    replace: "",
    test: "unit/sign-in/access.test.ts",
  },
  {
    file: "lambdas/core/access/redirects.ts",
    find: "\\/callback$/",
    replace: "\\/callback/",
    test: "unit/sign-in/access.test.ts",
  },
  {
    file: "lambdas/api/while-valid.ts",
    find: "expires_at <= services.clock.now()",
    replace: "expires_at < services.clock.now()",
    test: "unit/api/while-valid.test.ts",
  },
  {
    file: "lambdas/authorizer/authorize.ts",
    find: "scopes: noScopes }",
    replace: "scopes: key.scopes }",
    test: "unit/authorizer/authorize.test.ts",
  },
  {
    file: "packages/ductape-jobs/src/cli/sign-in/loopback.ts",
    find: `back.get("state") !== state`,
    replace: `back.get("state") === null`,
    test: "unit/cli/login.test.ts",
  },
  {
    // An entry proves nothing.
    file: "lambdas/core/queries/find-jobs.ts",
    find: "isFoundBy(job.search, place) &&",
    replace: "",
    test: "unit/api/find.test.ts",
  },
  {
    file: "lambdas/core/operations/list-jobs.ts",
    find: "const more = i + 1 < batch.length || (await takePositions(positions, 1)).length > 0;",
    replace: "const more = (await takePositions(positions, 1)).length > 0;",
    test: "unit/api/find.test.ts",
  },
  {
    // What has changed its value since its entry is of no operation by the old one.
    file: "lambdas/core/operations/collect-jobs.ts",
    find: "hasValue(operation, job) && isSearchedBy",
    replace: "isSearchedBy",
    test: "unit/api/operations-by-value.test.ts",
  },
  {
    // A version that knows no values and causes would change every job of the filter.
    file: "lambdas/core/operations/begin-operation.ts",
    find: `where || filter.cause ? "looking_up" : "collecting"`,
    replace: `"collecting"`,
    test: "unit/api/operations-by-value.test.ts",
  },
  {
    // The plain hash of a sealed value is as good as the value to who guesses it.
    file: "lambdas/core/operations/begin-operation.ts",
    find: "fingerprint(where?.sealed ? ",
    replace: "fingerprint(false ? ",
    test: "unit/api/operations-by-value.test.ts",
  },
  {
    file: "lambdas/core/job/search-entries.ts",
    find: `...(status === "failed" && finished_at !== undefined ?`,
    replace: "...(finished_at !== undefined ?",
    test: "unit/indexer/index-changes.test.ts",
  },
  {
    // Entries are written when a job is created only: those of a result, and of a failure, never come.
    file: "lambdas/indexer/index-changes.ts",
    find: "if (!NewImage?.search) return [];",
    replace: "if (!NewImage?.search || OldImage) return [];",
    test: "unit/indexer/index-changes.test.ts",
  },
  {
    // What AWS refuses for now comes again.
    file: "lambdas/indexer/index-changes.ts",
    find: "if (again) throw again.cause;",
    replace: "if (again) return;",
    test: "unit/indexer/index-changes.test.ts",
  },
  {
    // A field that was added later is taken at a later change.
    file: "lambdas/core/operations/take-search.ts",
    find: "const isWhole = known.input !== undefined || before?.rev === rev;",
    replace: "const isWhole = true;",
    test: "unit/core/operations/take-search.test.ts",
  },
  {
    // What is left of the log of a deleted run shows nothing anew.
    file: "lambdas/consumers/types/feature/code/ask-code.ts",
    find: "if ((entries.at(-1)?.n ?? 0) >= run.last) return entries;",
    replace: "return entries;",
    test: "unit/consumers/types/feature/code/decide.test.ts",
  },
  {
    // What is not known of one item leaves the others to be undone.
    file: "lambdas/consumers/types/feature/undo-list.ts",
    find: "unknown: () => (entries ? Math.max(0, skipped - failed) : 0)",
    replace: "unknown: () => 0",
    test: "unit/consumers/types/feature/undo-each.test.ts",
  },
  {
    // A repeated request for a replay makes one job.
    file: "lambdas/core/operations/replay-delivery.ts",
    find: "replayKey(id, name)",
    replace: "replayKey(crypto.randomUUID(), name)",
    test: "unit/hooks/deliveries.test.ts",
  },
  {
    file: "lambdas/hooks/keep.ts",
    find: "const isKept = keep_body && bytes.length <= keptBodyBytes;",
    replace: "const isKept = bytes.length <= keptBodyBytes;",
    test: "unit/hooks/deliveries.test.ts",
  },
  {
    // The provider is answered the same where a delivery cannot be kept.
    file: "lambdas/hooks/keep.ts",
    find: `services.log.warn("a delivery could not be kept", { job_id: came.job_id, ...traceOf(error) });`,
    replace: "throw error;",
    test: "unit/hooks/deliveries.test.ts",
  },
];

/** The source with the change. Throws unless the text occurs exactly once. */
export function broken(source: string, { file, find, replace }: Mutation): string {
  const found = source.split(find).length - 1;
  if (found !== 1) throw new Error(`${found} places of ${file} read ${JSON.stringify(find)}`);
  return source.replace(find, () => replace);
}
