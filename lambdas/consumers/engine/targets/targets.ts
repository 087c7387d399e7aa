import type { Member } from "../../../core/catalog/targets/group.ts";
import { movesOn, saysItIsDown } from "../../../core/catalog/targets/moves-on.ts";
import type { TargetUse } from "../../../core/job/attempt.ts";
import { JobError } from "../../../core/job/job-error.ts";
import { defined } from "../../../core/kernel/defined.ts";
import type { Execution } from "../../../core/operations/execution.ts";
import { sharedRoom } from "../../../core/operations/memory.ts";
import { within as untilLate } from "../../clients/until-aborted.ts";
import type { Around } from "../context.ts";
import { withTimeout } from "../within-time.ts";
import type { GroupCall, TargetHealth } from "./health.ts";

type Tried = { member: Member; error: JobError }[];

/**
 * Behind the cache, whose answers come from no target, and around what repeats a call: each target has its own. Runs one attempt at the
 * targets of a group, one after the other until one of them has done it, or has failed in a way after which no other may be tried. Each
 * gets what those before it have achieved as its progress.
 */
export const targets: Around = (execute, { engine: { health }, used }, { group, ...found }) => {
  if (!group) return execute;
  return async (execution, services) => {
    const call: GroupCall = { services, execute, execution, found: { ...found, group } };
    const { order, leftOut } = await health.ordered(call);
    const room = sharedRoom(execution.room);
    const tried: Tried = [];
    for (const [i, member] of order.entries()) {
      execution.signal.throwIfAborted();
      used.target = targetUse(member, tried, leftOut);
      const limit = i + 1 < order.length ? group.timeout_ms : undefined;
      const one = { ...execution, room, progress: used.progress ?? execution.progress };
      try {
        return await executeOn({ ...call, execution: one }, member, { health, limit });
      } catch (error) {
        if (!(error instanceof JobError) || execution.signal.aborted) throw error;
        tried.push({ member, error });
        used.progress = error.progress ?? used.progress;
        if (!mayMoveOn(call, member, error)) throw targetsError(tried, false);
      }
    }
    throw targetsError(tried, true);
  };
};

/** Whether the failure of a member lets another one try the same event. */
function mayMoveOn({ found: { group, definition, event } }: GroupCall, { name, target }: Member, error: JobError) {
  const isRepeatable = definition.isRepeatable?.({ ...event, [definition.targetField]: name }, target) ?? false;
  return movesOn(group, error, isRepeatable);
}

/** Runs the event at one member, measures it, and remembers whether it worked. An attempt that runs out of time there is its failure. */
async function executeOn(
  call: GroupCall,
  member: Member,
  { health, limit }: { health: TargetHealth; limit: number | undefined },
): Promise<unknown> {
  const { signal } = call.execution;
  const end = (error?: JobError) => {
    signal.removeEventListener("abort", ranOut);
    if (!error) health.worked(call, member);
    else if (saysItIsDown(call.found.group, error)) health.failed(call, member, error.retryAfterMs);
    measure(call, member, error);
  };
  const ranOut = () => end(new JobError("TIMEOUT", "out of time"));
  signal.addEventListener("abort", ranOut, { once: true });
  try {
    const result = await withinBudget(call.execution, limit, (limits) => executeAs(call, member, limits));
    if (!signal.aborted) end();
    return result;
  } catch (error) {
    if (!signal.aborted) end(error instanceof JobError ? error : new JobError("PROVIDER_ERROR", "unexpected"));
    throw error;
  }
}

/** The executor sees an event that names the member, as if there were no group. */
const executeAs = (
  { services, execute, execution, found }: GroupCall,
  { name, target }: Member,
  limits: TimeLimits,
) => {
  const event = { ...found.event, [found.definition.targetField]: name };
  return execute({ ...execution, ...limits, target, event }, services);
};

type TimeLimits = Pick<Execution, "signal" | "deadline">;

/**
 * Runs with a time limit besides that of the attempt, whose failure is a TIMEOUT of the target and not of the attempt. The
 * deadline tells an executor how long it has to say what it has achieved; one that says so only when it is stopped is still heard.
 */
async function withinBudget<T>(
  { clock, signal, deadline }: Execution,
  ms: number | undefined,
  run: (limits: TimeLimits) => Promise<T>,
): Promise<T> {
  if (ms === undefined) return run({ signal, deadline });
  const until = Math.min(deadline, clock.now() + ms);
  let running: { work: Promise<T>; inTime: AbortSignal } | undefined;
  try {
    return await withTimeout(clock, ms, (inTime) => {
      const work = run({ signal: AbortSignal.any([signal, inTime]), deadline: until });
      running = { work, inTime };
      return work;
    });
  } catch (error) {
    if (!running?.inTime.aborted || signal.aborted) throw error;
    const late = await lastWordOf(running.work, { clock, signal });
    throw new JobError("TIMEOUT", `The target took longer than its ${ms} ms.`, {
      progress: late?.progress,
      nothingDone: late?.nothingDone,
    });
  }
}

/** How long an executor that was stopped may take to say what it has achieved, in milliseconds. */
const lastWordMs = 500;

/** The failure of an executor that was stopped, if it comes soon. */
async function lastWordOf(
  work: Promise<unknown>,
  limits: Pick<Execution, "clock" | "signal">,
): Promise<JobError | undefined> {
  const said = work.then(
    () => undefined,
    (error: unknown) => error,
  );
  const error = await untilLate(limits, lastWordMs, said, () => undefined).catch(() => undefined);
  return error instanceof JobError ? error : undefined;
}

/** One line per call, which is its measurement: without groups there is none to pay for. */
function measure({ services, execution, found }: GroupCall, { name }: Member, error: JobError | undefined): void {
  services.log.measure(
    "target called",
    {
      values: { target_calls: 1, target_failures: error ? 1 : 0 },
      of: { target: `${found.group.section}.${name}`, product: execution.job.product },
    },
    defined({ code: error?.code }),
  );
}

const targetUse = ({ name }: Member, tried: Tried, leftOut: string[]): TargetUse => {
  const before = tried.map(({ member, error }) => ({ name: member.name, code: error.code }));
  const left_out = leftOut.filter((one) => one !== name && !before.some((other) => other.name === one));
  return { name, ...(before.length > 0 && { tried: before }), ...(left_out.length > 0 && { left_out }) };
};

/**
 * The failure of an attempt that has tried these targets: that of the last one. If no target is left, the failure may be retried as
 * soon as one of them may have become available: a Retry-After puts the job off only if all of them gave one.
 */
function targetsError(tried: Tried, isExhausted: boolean): JobError {
  const last = tried.at(-1) as Tried[number];
  if (tried.length === 1) return last.error;
  const { code, message, providerCode, nothingDone } = last.error;
  const waits = tried.map(({ error }) => (error.code === "RATE_LIMITED" ? error.retryAfterMs : undefined));
  const wait = waits.every((one) => one !== undefined) ? Math.min(...waits) : undefined;
  const said = tried.map(({ member, error }) => `${member.name}: ${error.code}`).join(", ");
  return new JobError(code, `${message} ${tried.length} targets were tried: ${said}.`, {
    retryable: isExhausted ? tried.some(({ error }) => error.retryable) : last.error.retryable,
    ...defined({ retryAfterMs: isExhausted ? wait : last.error.retryAfterMs, providerCode, nothingDone }),
    progress: tried.findLast(({ error }) => error.progress !== undefined)?.error.progress,
    cause: last.error,
  });
}
