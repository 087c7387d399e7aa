import { resolve, type Scope } from "../../../core/expressions/evaluate.ts";
import { type Job, jobMessageOf } from "../../../core/job/job.ts";
import { runSince } from "../../../core/job/run-wait.ts";
import { type Signal, type SignalAddress, signalKeyFault } from "../../../core/job/signal.ts";
import { defined } from "../../../core/kernel/defined.ts";
import { durationMs } from "../../../core/kernel/duration-ms.ts";
import { traceOf } from "../../../core/kernel/errors.ts";
import { allOver } from "../../../core/kernel/in-parallel.ts";
import { requestLimits } from "../../../core/kernel/request-limits.ts";
import { epochMs, Time } from "../../../core/kernel/start-time.ts";
import type { Services } from "../../../core/operations/services.ts";
import { fitsSignal } from "../../../core/requests/signal-request.ts";
import { closeApprovals, endApproval } from "./approvals.ts";
import { unusable } from "./step-faults.ts";
import type { BegunWait, StepState, StepStates } from "./step-state.ts";
import { awaitedBy, type PlacedStep, stepsOf } from "./steps.ts";
import { type FeatureTarget, type Wait, waitLimits } from "./target.ts";

/**
 * How long after its time a wait for signals is over, in milliseconds: a message that was accepted in time, by the clock of another
 * Lambda, is there by then.
 */
const graceMs = 2000;

/** What a wait is for, with the values of its templates as of now. Throws a JobError. */
export function beginWait(placed: PlacedStep, scope: Scope): BegunWait {
  const wait = placed.step.wait ?? {};
  const awaited = awaitedBy(wait).map(({ signal, key }) => ({ signal, ...defined({ key: signalKeyOf(key, scope) }) }));
  const opened: StepState = {
    status: "waiting",
    started_at: scope.now,
    until: waitEndOf(wait, scope),
    ...(awaited.length > 0 && { waits_for: awaited }),
  };
  return { placed, opened };
}

function signalKeyOf(template: string | undefined, scope: Scope): string | undefined {
  if (template === undefined) return undefined;
  const key = resolve(template, scope);
  const text = typeof key === "number" ? String(key) : key;
  if (typeof text !== "string" || text === "") throw unusable("The key of the signal is no text");
  if (signalKeyFault(text) !== undefined)
    throw unusable(`The key of the signal is no text of at most ${requestLimits.signalKey} characters`);
  return text;
}

function waitEndOf({ for: duration, until, timeout = waitLimits.most }: Wait, scope: Scope): number {
  const { now } = scope;
  if (until === undefined) return now + durationMs(duration ?? timeout);
  const time = Time.safeParse(typeof until === "string" ? resolve(until, scope) : until).data;
  const at = time === undefined ? Number.NaN : epochMs(time);
  if (!(at <= now + waitLimits.most)) throw unusable("The time to wait until is no time, or more than 400 days ahead");
  return at;
}

/** When a wait ends by itself. */
export const waitTimer = ({ until = 0, waits_for, approval }: StepState): number =>
  waits_for || approval ? until + graceMs : until;

const isStepWaiting = ({ status }: StepState): boolean => status === "waiting";

/** When the first of the waits that are open ends by itself. Undefined if none is open. */
export function nextTimer(states: StepStates): number | undefined {
  const timers = Object.values(states).filter(isStepWaiting).map(waitTimer);
  return timers.length > 0 ? Math.min(...timers) : undefined;
}

/**
 * How long after another message one may be there that was accepted before it, in milliseconds: clocks differ, and a request may take half a
 * minute.
 */
const lateMs = 5 * 60_000;

/** The messages that a run has taken: their ids, and when the last one of each address was accepted. */
export interface Taken {
  ids: ReadonlySet<string>;
  until: Readonly<Record<string, number>>;
}

/** A wait that a message has ended. */
type EndedWait = Pick<StepState, "waits_for" | "received">;

/**
 * The names of the addresses at which a wait has taken the first message. At none of them is an earlier one left that the run would take, so that it
 * looks on from there, and a run that takes many messages does not read all of them each time.
 */
export const passedBy = ({ waits_for = [], received }: EndedWait): [string, number][] =>
  received
    ? waits_for.flatMap(({ signal, key }): [string, number][] => [
        [addressName(signal), received.at],
        ...(key === undefined ? [] : [[addressName(signal, key), received.at] as [string, number]]),
      ])
    : [];

const addressName = (signal: string, key?: string): string =>
  JSON.stringify(key === undefined ? [signal] : [signal, key]);

/** What the steps of a run have taken. */
function takenBy(states: StepStates): Taken {
  const until: Record<string, number> = {};
  for (const state of Object.values(states))
    for (const [name, at] of passedBy(state)) until[name] = Math.max(at, until[name] ?? 0);
  return { ids: new Set(Object.values(states).flatMap(({ received }) => (received ? [received.id] : []))), until };
}

type Messages = Pick<Services, "signals" | "log">;
type Closing = Messages & Pick<Services, "approvals">;

/** Notes that the run waits, so that senders wake it. Messages to the run itself need no note: they name it. */
export const listen = async (
  { signals }: Messages,
  job: Job,
  { placed, opened }: { placed: Pick<PlacedStep, "key">; opened: StepState },
): Promise<void> => {
  await Promise.all(
    signalAddresses(job, opened).keyed.map((address) =>
      signals.listen(address, { message: jobMessageOf(job), step: placed.key, until: waitTimer(opened) }),
    ),
  );
};

/** Steps of the run wait no more. If AWS refuses that, senders wake the run for nothing until their time is over. */
export const stopListening = async (services: Closing, job: Job, ended: StepStates): Promise<void> => {
  const { signals, log } = services;
  const leaving = Object.entries(ended).flatMap(([step, state]) =>
    signalAddresses(job, state).keyed.map((address) =>
      signals.leave(address, { message: jobMessageOf(job), step, until: waitTimer(state) }),
    ),
  );
  await allOver(leaving).catch((error) => log.warn("a wait that is over is still noted", traceOf(error)));
  await closeApprovals(services, job, ended);
};

/** Where the messages for a step come: those with its keys, and those to the run. */
function signalAddresses({ id, product, env }: Job, { waits_for = [] }: StepState) {
  const at = (signal: string, to: SignalAddress["to"]): SignalAddress => ({ product, env, signal, to });
  return {
    keyed: waits_for.flatMap(({ signal, key }) => (key === undefined ? [] : [at(signal, { key })])),
    own: waits_for.map(({ signal }) => at(signal, { job_id: id })),
  };
}

/**
 * Ends the waits for which a message has come, or whose time is over. A message is taken by the wait that began last, and by a run only once:
 * its id stays with the step that has taken it. Returns the steps that have ended.
 */
export async function endWaits(
  services: Messages,
  job: Job,
  feature: FeatureTarget,
  states: StepStates,
  now: number,
): Promise<StepStates> {
  const ended: StepStates = {};
  const before = takenBy(states);
  const ids = new Set(before.ids);
  const taken: Taken = { ...before, ids };
  const open = stepsOf(feature).flatMap(({ key, step }) => {
    const state = states[key];
    return state && isStepWaiting(state) ? [{ key, state, step }] : [];
  });
  const newestFirst = open.reverse().sort((a, b) => (b.state.started_at ?? 0) - (a.state.started_at ?? 0));
  for (const { key, state, step } of newestFirst) {
    const isOver = waitTimer(state) <= now;
    if (state.approval) {
      const { otherwise } = step.approve ?? {};
      const decided = await endApproval(services, job, state, { otherwise, isOver, now });
      if (decided) ended[key] = decided;
      continue;
    }
    const message = await firstMessage(services, job, feature, state, taken);
    if (message) {
      ids.add(message.id);
      ended[key] = received(state, message, now);
    } else if (isOver) ended[key] = over(state, step.wait?.otherwise ?? "fail", now);
  }
  return ended;
}

interface Received extends Signal {
  signal: string;
}

/** The first message for a wait, of those that came since its run was made: one that was sent while it slept is not lost. */
export async function firstMessage(
  { signals, log }: Messages,
  job: Job,
  { signals: declared = {} }: Pick<FeatureTarget, "signals">,
  state: StepState,
  taken: Taken,
) {
  const { keyed, own } = signalAddresses(job, state);
  const found = await Promise.all(
    [...keyed, ...own].map(async (address): Promise<Received | undefined> => {
      const { signal, to } = address;
      const passed = taken.until["key" in to ? addressName(signal, to.key) : addressName(signal)] ?? 0;
      const message = await signals.first(address, Math.max(runSince(job), passed - lateMs), (one) => {
        if (taken.ids.has(one.id)) return false;
        const fits = fitsSignal(declared[signal]?.schema, one.payload);
        // The sender was told that it fits what the catalog says, and this run has begun with another definition.
        if (!fits)
          log.warn("a run leaves a message whose payload its definition does not take", { signal, id: one.id });
        return fits;
      });
      return message && { ...message, signal };
    }),
  );
  return found.filter((one) => one !== undefined).sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))[0];
}

const received = (state: StepState, { signal, id, at, payload }: Received, now: number): StepState => ({
  ...state,
  status: "completed",
  finished_at: now,
  received: { signal, id, at },
  result: { value: { signal, id, at, ...defined({ payload }) } },
});

function over(state: StepState, otherwise: NonNullable<Wait["otherwise"]>, now: number): StepState {
  const { waits_for, until = now } = state;
  const ended = { ...state, finished_at: now };
  if (!waits_for) return { ...ended, status: "completed", result: { value: { at: until } } };
  if (otherwise === "continue")
    return { ...ended, status: "completed", timed_out: true, result: { value: { timed_out: true, at: until } } };
  const names = waits_for.map(({ signal }) => signal).join(" or ");
  const message = `No signal ${names} came in time.`;
  return { ...ended, status: "failed", timed_out: true, error: { code: "TIMEOUT", message, retryable: false } };
}
