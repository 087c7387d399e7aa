import { ownFunctionOf } from "../../core/catalog/code-target.ts";
import type { HandedTo } from "../../core/job/answer-token.ts";
import type { HeldTime } from "../../core/job/attempt.ts";
import { heldTimeOf } from "../../core/job/held-time.ts";
import { fairGroupOf, isWaiting, type Job, type JobMessage, jobMessageOf } from "../../core/job/job.ts";
import { askedSnoozes } from "../../core/job/job-wait.ts";
import { attemptMeasured } from "../../core/job/measures.ts";
import { traceIdOf } from "../../core/job/spans.ts";
import { claimReturned, isAnswerable } from "../../core/job/transitions.ts";
import { defined } from "../../core/kernel/defined.ts";
import { traceOf } from "../../core/kernel/errors.ts";
import { allOver } from "../../core/kernel/in-parallel.ts";
import type { Calls } from "../../core/limits/pump.ts";
import { type ExecuteWithServices, HandedOver } from "../../core/operations/execution.ts";
import { jobFields, loggingOf, messageFields } from "../../core/operations/log-fields.ts";
import { endlessRoom, memoryOf } from "../../core/operations/memory.ts";
import type { ConsumerServices } from "../../core/operations/services.ts";
import type { Chained } from "../../core/operations/slots.ts";
import { noteSaidLater } from "./answers/answers.ts";
import { endOfHanded, runAttempt } from "./attempt.ts";
import { defaultPolicy, type Transition } from "./attempt-policy.ts";
import { anyBatchmates } from "./batchmates.ts";
import { type Engine, type Entering, type Guard, NotStarted, type Running } from "./context.ts";
import { endPass, giveBackSlots, passOf } from "./gates/leave.ts";
import { admission, followUps, guards } from "./lists.ts";
import { recordOutcome } from "./record.ts";
import { makeTargetHealth } from "./targets/health.ts";
import { forSeconds, whileClaimed } from "./while-claimed.ts";

/** What is given of an engine. Default: an engine for jobs of all types that run beside each other, in memory without end. */
export type RunJobOptions = Partial<Omit<Engine, "services" | "execute" | "mayRun">> & Pick<Entering, "calls">;

const endless = memoryOf(Number.POSITIVE_INFINITY);

/** How long after its message came a consumer takes on another job, in milliseconds: its function has that much more time than attempts. */
const chainMs = 20_000;

/**
 * Takes one message to its end, and then the jobs that get the slots which are freed thereby: they start at once, and not when a
 * message would come. Resolves when the message may be deleted; throws when it has to be delivered again.
 */
export async function runJob(
  services: ConsumerServices,
  execute: ExecuteWithServices,
  message: JobMessage,
  { calls, ...options }: RunJobOptions = {},
): Promise<void> {
  const engine = engineOf(services, execute, options);
  await runChained(engine, await runOne(engine, message, calls));
}

function engineOf(
  services: ConsumerServices,
  execute: ExecuteWithServices,
  options: Omit<RunJobOptions, "calls">,
): Engine {
  const { policy = defaultPolicy, random = Math.random, memory = endless, batchmates = anyBatchmates } = options;
  const { health = makeTargetHealth() } = options;
  const { now } = services.clock;
  const until = now() + chainMs;
  const mayRun = (job: Job) => job.type === options.type && now() < until;
  return { ...options, services, execute, policy, random, memory, batchmates, health, mayRun };
}

/** What has become of an attempt that was handed over, once its job is known to wait for that. */
export type ReadEnd = (job: Job, running: Pick<Running, "services" | "room">) => Promise<unknown>;

/**
 * Ends an attempt that was handed over, as `read` says. Nothing is done for an answer that comes twice, after its time or for an attempt
 * that is over: the claim is the fence. Throws where the message has to come again.
 */
export async function endCalled(
  services: ConsumerServices,
  execute: ExecuteWithServices,
  handed: HandedTo,
  read: ReadEnd,
  { calls: _calls, ...options }: RunJobOptions = {},
): Promise<void> {
  const engine = engineOf(services, execute, options);
  const job = await services.jobs.get(handed.job_id);
  if (!job || !isAnswerable(job, handed)) {
    const { run, attempt } = handed;
    services.log.info("an answer was ignored: its attempt is over", { job_id: handed.job_id, run, attempt });
    return;
  }
  await runChained(engine, await endOne(engine, job, read));
}

async function endOne(engine: Engine, job: Job, read: ReadEnd): Promise<Chained[]> {
  const services = loggingOf(engine.services, jobFields(job));
  using held = new DisposableStack();
  // It holds no input, so that there is always room for it.
  const admitted = engine.memory.admit({ input: { inline: null } });
  if (admitted) held.defer(admitted.leave);
  const running: Running = {
    ...{ engine, services, message: jobMessageOf(job), job, held, pass: await passOf(services, job) },
    random: engine.random(),
    repeating: whileClaimed(services, job),
    room: admitted ?? endlessRoom,
    hasBegun: true,
    used: {},
    afterwards: [],
  };
  const told = async () => {
    try {
      return await read(job, running);
    } catch (error) {
      noteSaidLater(running, error);
      throw error;
    }
  };
  return record(running, await endOfHanded(running, told));
}

/** Runs jobs that have no message, one for each slot that was freed, and then those that get their slots. */
async function runChained(engine: Engine, chained: readonly Chained[]): Promise<void> {
  await allOver(chained.map(async (one) => runChained(engine, await runNext(engine, one))));
}

/** Runs a job that has no message. What fails here sends it one. */
async function runNext(engine: Engine, { job, limits }: Chained): Promise<Chained[]> {
  try {
    return await runOne(engine, jobMessageOf(job), { limits, visible: 0 });
  } catch (error) {
    const { log, queue, clock } = loggingOf(engine.services, jobFields(job));
    log.error("a job that got the slot of another one has failed to run; it gets a message", traceOf(error));
    const calls = { limits, visible: clock.now() };
    await queue.send(job.type, jobMessageOf(job), { delaySeconds: 0, group: fairGroupOf(job), calls });
    return [];
  }
}

/** Admits a message, and runs the job that it has claimed. Returns the jobs that got its slots and that this consumer runs. */
async function runOne(engine: Engine, message: JobMessage, calls: Calls | undefined): Promise<Chained[]> {
  const entering: Entering = { engine, services: loggingOf(engine.services, messageFields(message)), message, calls };
  const job = await admit(entering);
  if (!job) return [];
  const services = loggingOf(engine.services, jobFields(job));
  using held = new DisposableStack();
  return await runClaimed({
    ...{ engine, services, message, job, held, pass: entering.pass },
    random: engine.random(),
    repeating: whileClaimed(services, job),
    room: endlessRoom,
    hasBegun: false,
    used: { ...defined({ held: heldOf(entering, job) }) },
    afterwards: [],
  });
}

/** What held a claimed job back before this attempt of it, as far as its message and the process know. */
function heldOf({ engine, pauses = [], calls, pass }: Entering, job: Job): HeldTime | undefined {
  const now = job.started_at ?? engine.services.clock.now();
  const [last] = Object.entries(calls?.limits ?? {}).sort(([, a], [, b]) => b.at - a.at);
  const limit = last?.[0] ?? pass?.lines[0]?.limit;
  // A job that another one has given its slot to has no message: it was called at once.
  const at = calls?.visible || now;
  return heldTimeOf(job, { now, pauses, called: limit === undefined ? undefined : { limit, at } });
}

/** Returns the job once it is claimed. Undefined if there is nothing to run: the message may be deleted. */
async function admit(entering: Entering): Promise<Job | undefined> {
  for (const enter of admission) {
    const next = await enter(entering);
    if (next === "again") return admit(entering);
    if (next === "left") return undefined;
  }
  return entering.job;
}

async function runClaimed(running: Running): Promise<Chained[]> {
  const end = (await guard(running)) ?? (await runAttempt(running));
  if (end === "lost") {
    await giveBackSlots(running);
    return [];
  }
  if (end instanceof NotStarted) return putBack(running, end);
  // It keeps its claim and its slots until its answer comes.
  if (end instanceof HandedOver) return [];
  return record(running, end);
}

/** Writes what became of an attempt, and does what follows. Returns the jobs that got its slots. */
async function record(running: Running, end: Transition): Promise<Chained[]> {
  const { services, engine, pass } = running;
  const recorded = await recordOutcome(services, running.job, end, engine.policy, running.repeating);
  // Before the follow-ups: the next attempt may need the slot.
  const chained = await endPass(services, pass, recorded, engine.mayRun);
  if (!recorded) return chained;
  logOutcome(services, recorded.ended);
  await allOver(followUps.map((follow) => follow(running, recorded)));
  return chained;
}

async function guard(running: Running): Promise<Awaited<ReturnType<Guard>>> {
  for (const stop of guards) {
    const end = await stop(running);
    if (end) return end;
  }
  return undefined;
}

/** How long to try each write: where it fails, the job only waits until its lease ends. */
const snoozeSeconds = 3;

/**
 * Snoozes a job under whose claim nothing has started, and sends it back to its queue, where another process or a later batch takes it:
 * the first job of a batch always has room, so every batch ends at least one. Where its own message comes again, throws why.
 */
async function putBack(running: Running, why: NotStarted): Promise<Chained[]> {
  const { services, engine, job } = running;
  const repeating = forSeconds(services.clock, snoozeSeconds);
  const recorded = await recordOutcome(
    services,
    job,
    (of) => claimReturned(of, services.clock.now()),
    engine.policy,
    repeating,
  );
  // Meanwhile another consumer may have claimed the same attempt.
  await giveBackSlots(running);
  const { delaySeconds } = why;
  if (delaySeconds === undefined) throw why.cause ?? why;
  if (!recorded) return [];
  services.log.info(`job sent back: ${why.message}`);
  await services.queue.send(job.type, jobMessageOf(job), { delaySeconds, group: fairGroupOf(job) });
  return [];
}

/**
 * Writes one log line per attempt, which is its measurement as well: logs are billed by the byte. The line names the
 * request too, because nothing else says which job a request made.
 */
function logOutcome({ log, catalog, traces }: Pick<ConsumerServices, "log" | "catalog" | "traces">, ended: Job): void {
  if (ended.snoozes && isWaiting(ended)) {
    const { type, product, due_at, snoozes } = ended;
    // Where no provider has asked for it, its own line has been written already.
    if (snoozes.unasked?.until === due_at) return;
    log.measure(
      "attempt put off by its provider",
      { values: { snoozed: 1 }, of: { type, product } },
      { due_at, ...askedSnoozes(ended) },
    );
    return;
  }
  const attempt = ended.attempts.at(-1);
  if (ended.status === "running" || !attempt) {
    log.debug("parked");
    return;
  }
  const code = attempt.error && { code: attempt.error.code };
  const { status, request_id } = ended;
  const trace_id = traceIdOf(ended, traces);
  const measured = attemptMeasured(ended, attempt, ownFunctionOf(catalog, ended));
  log.measure("attempt ended", measured, { status, ...code, ...defined({ request_id, trace_id }) });
}
