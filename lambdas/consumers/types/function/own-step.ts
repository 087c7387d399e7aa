import { serveTarget } from "../../../core/catalog/serve-target.ts";
import { codeVersion, keptThrown, mayBeRetried } from "../../../core/job/code-messages.ts";
import { isCodeProgress } from "../../../core/job/code-progress.ts";
import type { StepMessage } from "../../../core/job/decide-messages.ts";
import type { Job } from "../../../core/job/job.ts";
import { JobError } from "../../../core/job/job-error.ts";
import { type KeptEntry, runLogOf } from "../../../core/job/run-log.ts";
import { TransientError } from "../../../core/kernel/errors.ts";
import { type AttemptServices, type Execution, PutOff } from "../../../core/operations/execution.ts";
import { load } from "../../../core/operations/payload.ts";
import type { ConsumerServices } from "../../../core/operations/services.ts";
import type { CodeInvoker } from "../../../core/ports/code-invoker.ts";
import { CodeAnswer, type Failed } from "../../clients/code/code-answer.ts";
import { isBusy } from "../../clients/code/is-busy.ts";
import { linkToCode, sentLog, sentValue } from "../../clients/code/sent-values.ts";
import { servedCode } from "../../clients/code/served-code.ts";
import { missingPauseMs } from "../../engine/missing-event.ts";
import { sentUnawaited } from "./unawaited.ts";

/** The code answers this much before the attempt is over. */
const answerMarginMs = 500;

/**
 * Runs a step of a feature in code that takes longer than a decision may: the handler is replayed to where it has called it. What a deployment
 * mends, or passes by itself, fails no step, as it fails no decision: a step has no other attempt, and its failure would stay in the log.
 */
export async function callOwnStep(
  deployed: CodeInvoker,
  execution: Calling,
  services: AttemptServices,
  served = servedCode,
): Promise<unknown> {
  try {
    return await called({ deployed, served }, execution, services);
  } catch (error) {
    const later = putOffBy(error, execution.job, execution.clock.now());
    if (!later || execution.signal.aborted) throw error;
    return later;
  }
}

/** How long it waits for what passes by itself: at first, and at most, as long as that has lasted. */
const passing = { leastMs: 5000, mostMs: 900_000 } as const;

/** Who is asked refuses it, or is not where the catalog says. */
const mendable: ReadonlySet<string> = new Set(["CONFIGURATION_ERROR", "UNAUTHORIZED", "FORBIDDEN", "NOT_FOUND"]);

/** What becomes of a step of which nothing has run. Undefined for any other failure of it. */
export function putOffBy(error: unknown, { snoozes }: Pick<Job, "snoozes">, now: number): PutOff | undefined {
  if (error instanceof JobError && mendable.has(error.code)) return untilMended(error.message);
  const passes = error instanceof TransientError || (error instanceof JobError && error.nothingDone && isBusy(error));
  if (!passes) return undefined;
  const asked = error instanceof JobError ? (error.retryAfterMs ?? 0) : 0;
  const lasted = snoozes ? now - snoozes.since : 0;
  const retryAfterMs = Math.max(asked, passing.leastMs, Math.min(passing.mostMs, lasted));
  return new PutOff(new JobError("SERVICE_UNAVAILABLE", error.message, { retryAfterMs, cause: error }), {
    wakesParent: false,
  });
}

/** The run asks the same code, so that it says what is to be mended. It is woken by another deployment, and looks as often. */
const untilMended = (message: string): PutOff =>
  new PutOff(new JobError("CONFIGURATION_ERROR", message, { retryAfterMs: missingPauseMs }), { wakesParent: true });

/** Who runs code: the deployment, or a server elsewhere. */
interface Askable {
  deployed: CodeInvoker;
  served: typeof servedCode;
}

async function called(askable: Askable, execution: Calling, services: AttemptServices): Promise<unknown> {
  const { job } = execution;
  const { message, invoker } = await stepMessageOf(askable, execution, services);
  const { definition } = message.run;
  const withCode = async () => ({ ...message, code: await linkToCode(services.blobs, definition) });
  // Who does not wait cannot be asked for the code afterwards.
  const unawaited = definition === "" || !invoker.send ? message : await withCode();
  const handed = await sentUnawaited(invoker, unawaited, execution, services);
  if (handed) return handed;
  const first = await invoker.call(job.product, message, execution);
  const isUnknown = Object((first as { refuse?: object } | undefined)?.refuse).code === "UNKNOWN_DEFINITION";
  const given = isUnknown && definition !== "" ? await invoker.call(job.product, await withCode(), execution) : first;
  return stepOutcomeIn(message, given);
}

/** What a step has come to: its result, a PutOff where the code or its handler is at fault, which has not run it, or a JobError that is thrown. */
export function stepOutcomeIn(message: Pick<StepMessage, "key">, given: unknown): unknown {
  const answer = CodeAnswer.safeParse(given);
  if (!answer.success) {
    const { fault } = Object(given) as { fault?: unknown };
    const { message: why } = Object(fault) as { message?: unknown };
    if (typeof why === "string") return untilMended(why);
    const text = `${message.key} could not be run. It answered with something that is no answer.`;
    throw new JobError("PROVIDER_ERROR", text, { retryable: false });
  }
  if ("refuse" in answer.data) return untilMended(answer.data.refuse.message);
  const { outcome } = answer.data;
  if (outcome.is === "failed") throw stepFailure(message.key, outcome);
  return outcome.value.v;
}

type Calling = Pick<
  Execution,
  "job" | "deadline" | "clock" | "signal" | "room" | "idempotencyKey" | "secrets" | "blobs"
>;
type Reading = Pick<ConsumerServices, "jobs" | "blobs" | "runLogs" | "catalog">;

/** The code of the feature: that of the deployment, or where it runs otherwise. */
function invokerOf({ deployed, served }: Askable, run: Job, execution: Calling, { catalog }: Reading): CodeInvoker {
  const { envs } = Object(catalog.lookup(run.product, run.event)?.target) as { envs?: Record<string, unknown> };
  if (!envs) return deployed;
  const callee = serveTarget().safeParse(envs[run.env]);
  if (callee.success) return served(callee.data, execution);
  throw new JobError("CONFIGURATION_ERROR", `The feature has no valid settings for env ${run.env}.`);
}

async function stepMessageOf(
  askable: Askable,
  execution: Calling,
  services: Reading,
): Promise<{ message: StepMessage; invoker: CodeInvoker }> {
  const { job, deadline, clock, idempotencyKey } = execution;
  const { jobs, blobs, runLogs } = services;
  const { parent, own_step } = job;
  if (!parent || !own_step) throw new Error("a step of code has a feature");
  const run = await jobs.get(parent.message.job_id);
  // A caller retries the step of a run that was deleted.
  if (!run)
    throw new JobError("VALIDATION_ERROR", "The run of the step was deleted: without it its code cannot be run.");
  const progress = run.progress && (await load(blobs, run.progress));
  // A decision of its run is about to record it.
  if (!isCodeProgress(progress)) throw new TransientError("NO_RUN", "The run of the step is not there.");
  const { seed, started_at, input } = progress.code;
  const { part } = own_step;
  const log = await runLogs.read(runLogOf({ ...run, attempt: parent.message.attempt }, part), 0);
  const message: StepMessage = {
    v: codeVersion,
    kind: "step",
    key: own_step.key,
    attempt: job.attempt,
    idempotency_key: idempotencyKey,
    run: {
      ...{ id: run.id, run: run.run, attempt: parent.message.attempt, product: run.product, env: run.env },
      ...{ feature: own_step.feature, definition: run.bundle ?? "", started_at },
      seed: part === 1 ? seed : `${seed} ${part}`,
    },
    input: await sentValue(blobs, input),
    deadline_ms: Math.max(1, Math.floor(deadline - clock.now() - answerMarginMs)),
    now: clock.now(),
    from: 0,
    log: await sentLog(blobs, untilEndOf(own_step.key, log)),
  };
  return { message, invoker: invokerOf(askable, run, execution, services) };
}

/** A step that is retried by hand has ended in the log of its run, and the replay of a log with its end would not begin it. */
function untilEndOf(key: string, log: readonly KeptEntry[]): readonly KeptEntry[] {
  const end = log.findIndex(({ k }) => k === key);
  return end < 0 ? log : log.slice(0, end);
}

/** Its job has no retries: the handler tries the step again, as often as that says. */
function stepFailure(key: string, { by, error, code, ...steering }: Failed): JobError {
  const name = /^[A-Za-z][\w.$]{0,99}$/.test(error.name) ? error.name : "something";
  const text = by === "timeout" ? `${key} had not ended in time.` : `${key} threw ${name}.`;
  return new JobError(by === "timeout" ? "TIMEOUT" : "PROVIDER_ERROR", text, {
    retryable: mayBeRetried({ by, ...steering }),
    providerCode: code ?? (error.name === "Error" ? undefined : error.name),
    thrown: keptThrown(error),
  });
}

/** Whether a job runs a step of a feature in code. */
export const isOwnStep = ({ own_step }: Pick<Job, "own_step">): boolean => own_step !== undefined;
