import { resolve, type Scope } from "../../../core/expressions/evaluate.ts";
import {
  type Approval,
  approvalIdOf,
  type Decision,
  type DecisionMessage,
  decisionAddress,
  decisionIn,
  type ShownValue,
} from "../../../core/job/approval.ts";
import { approvalMark } from "../../../core/job/asked-approval.ts";
import { type Job, jobMessageOf } from "../../../core/job/job.ts";
import { stepJobId } from "../../../core/job/job-id.ts";
import { signalKeptMs } from "../../../core/job/signal.ts";
import { defined } from "../../../core/kernel/defined.ts";
import { traceOf } from "../../../core/kernel/errors.ts";
import { allOver } from "../../../core/kernel/in-parallel.ts";
import { RequestError } from "../../../core/kernel/request-error.ts";
import type { ConsumerServices, Services } from "../../../core/operations/services.ts";
import { noteMissing } from "../../engine/missing-event.ts";
import { type Approve, approvalLimits, approvalTimeout, asksOf, defaultChoices } from "./approve.ts";
import { isPassingFault } from "./retry-decision.ts";
import { startAs } from "./start-step.ts";
import { isMissing, missingEvent, refusedStep, stepRefusal } from "./step-faults.ts";
import type { Asking, BegunWait, StepState, StepStates } from "./step-state.ts";
import type { PlacedStep } from "./steps.ts";

/**
 * An approval with the values of its templates as of now. They are evaluated once: a decision that asks again after a crash asks the same.
 * Throws a JobError.
 */
export function beginApproval(placed: PlacedStep, approve: Approve, scope: Scope): BegunWait {
  const asks = asksOf(approve);
  const mark = approvalMark(crypto.randomUUID());
  const of = asks.map(({ event, app, input = {} }): Asking => {
    const given = resolve(input, { ...scope, approval: mark }) as Record<string, unknown>;
    return { event, ...defined({ app }), input: given };
  });
  const opened: StepState = {
    status: "waiting",
    started_at: scope.now,
    until: scope.now + approvalTimeout(approve),
    approval: {
      // Only the run knows it (`withApprovalIds`).
      id: "",
      title: shortText(resolve(approve.title, scope), approvalLimits.title),
      choices: [...(approve.choices ?? defaultChoices)],
      asked: asks.map((ask, i) => recipientOf(ask.to, scope) ?? `${ask.event}${asks.length > 1 ? ` ${i + 1}` : ""}`),
    },
    asking: {
      show: (approve.show ?? []).flatMap((shown) => shownOf(shown, scope)),
      asks: { mark, of },
    },
  };
  return { placed, opened };
}

const recipientOf = (to: string | undefined, scope: Scope): string | undefined =>
  to === undefined ? undefined : shortText(resolve(to, scope), approvalLimits.label) || undefined;

/** A value that leads nowhere is left out, as in an input. */
function shownOf(shown: NonNullable<Approve["show"]>[number], scope: Scope): ShownValue[] {
  const [label, template] = typeof shown === "string" ? [undefined, shown] : [shown.label, shown.value];
  const value = resolve(template, scope);
  if (value === undefined || value === null) return [];
  const named = label === undefined ? undefined : shortText(resolve(label, scope), approvalLimits.label);
  return [{ ...defined({ label: named }), value: shortText(value, approvalLimits.value) }];
}

/** A value as a text of one line, at most so many characters long. */
export function shortText(value: unknown, most: number): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  const characters = [
    ...text
      .toWellFormed()
      .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
      .trim(),
  ];
  return characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : characters.join("");
}

/** The approvals among the waits that begin, with their ids. */
export const withApprovalIds = (job: Job, waits: readonly BegunWait[]): StepStates =>
  Object.fromEntries(
    waits.flatMap(({ placed: { key }, opened }) =>
      opened.approval
        ? [[key, { ...opened, approval: { ...opened.approval, id: approvalIdOf(job, key, opened.started_at) } }]]
        : [],
    ),
  );

/** Whether an approval is of an earlier attempt of its run: a retry asks anew. */
export const isOfEarlierAttempt = (job: Job, key: string, { approval, started_at }: StepState): boolean =>
  approval !== undefined && approval.id !== approvalIdOf(job, key, started_at);

/** The steps that wait. */
export const waitingOf = (states: StepStates): StepStates =>
  Object.fromEntries(Object.entries(states).filter(([, { status }]) => status === "waiting"));

/** The approvals that are recorded, and of which nobody knows whether all were asked. */
export const unaskedApprovals = (states: StepStates): StepStates =>
  Object.fromEntries(Object.entries(waitingOf(states)).filter(([, { asking }]) => asking?.asks !== undefined));

interface Asked {
  states: StepStates;
  /** Whether at least one could not be asked for now: AWS refused it, or the catalog has lost its event. */
  refused: boolean | "missing";
}

/**
 * Lists approvals as open, and starts the jobs that ask. The id of such a job is derived from the run, the step and the recipient, so that
 * asking again asks nobody twice. They are listed first: a recipient may be faster than the decision. `jobKey` is what stands for the step in
 * that id.
 */
export async function askForApprovals(
  services: ConsumerServices,
  job: Job,
  open: StepStates,
  jobKey = (key: string) => key,
): Promise<Asked> {
  const asked: Asked = { states: {}, refused: false };
  await Promise.all(
    Object.entries(open).map(async ([key, state]) => {
      try {
        await services.approvals.open(openApprovalOf(job, key, state));
        const { asks } = state.asking ?? {};
        await allOver(
          (asks?.of ?? []).map((one, i) => ask(services, job, { key: jobKey(key), state, recipient: i, one })),
        );
        const { asking: { asks: _asked, ...kept } = { show: [] }, error: _error, ...shown } = state;
        asked.states[key] = { ...shown, asking: kept };
      } catch (error) {
        const [cause, event] = error instanceof NotAsked ? [error.cause, error.event] : [error, ""];
        if (isPassingFault(cause)) asked.refused = true;
        else if (!(cause instanceof RequestError) || cause.code === "UNAVAILABLE") throw cause;
        else if (isMissing(cause)) {
          asked.refused ||= "missing";
          asked.states[key] = { ...state, error: missingEvent(cause, job, event) };
          noteMissing(services.log, job, event);
        } else {
          asked.states[key] = { ...state, ...refusedStep(stepRefusal(cause), services.clock.now()) };
          await closeApprovals(services, job, { [key]: state });
        }
      }
    }),
  );
  return asked;
}

class NotAsked extends Error {
  readonly event: string;

  constructor(event: string, cause: unknown) {
    super("a recipient could not be asked", { cause });
    this.event = event;
  }
}

interface AskingOne {
  key: string;
  state: StepState;
  recipient: number;
  one: Asking;
}

async function ask(services: ConsumerServices, job: Job, { key, state, recipient, one }: AskingOne): Promise<void> {
  const { id = "" } = state.approval ?? {};
  const mark = state.asking?.asks?.mark ?? "";
  const now = services.clock.now();
  // No step has such a name, as names have no spaces. Another attempt, or another definition, asks for another approval.
  const step = `${key} ask ${recipient + 1} of ${id.slice(-16)}`;
  try {
    const parent = { message: jobMessageOf(job), step };
    const as = { job_id: stepJobId(job, step), parent, approval: { id, recipient, mark } };
    await startAs(services, job, { step: one, input: one.input, startAt: now, credentials: () => undefined }, as);
  } catch (cause) {
    throw new NotAsked(one.event, cause);
  }
}

function openApprovalOf(job: Job, step: string, state: StepState): Approval {
  const { id = "", title = "", choices = [], asked = [] } = state.approval ?? {};
  return {
    ...{ id, product: job.product, env: job.env, job_id: job.id, run: job.run, attempt: job.attempt, step },
    ...{ title, show: state.asking?.show ?? [], choices, asked },
    opened_at: state.started_at ?? 0,
    until: state.until ?? 0,
  };
}

type Deciding = Pick<Services, "signals">;

/**
 * How an approval ends, if it does now: by the decision that was put, or since its time is over. The run puts that down as a person puts a
 * decision, so that a person who decides at that very moment either comes first or is told that it is too late.
 */
export async function endApproval(
  { signals }: Deciding,
  job: Job,
  state: StepState,
  { otherwise = "fail", isOver, now }: { otherwise: string | undefined; isOver: boolean; now: number },
): Promise<StepState | undefined> {
  const { id = "", title = "" } = state.approval ?? {};
  const address = decisionAddress(job, id);
  const found = await signals.first(address, 0, () => true);
  if (!found && !isOver) return undefined;
  const { until = now } = state;
  const choice = otherwise === "fail" ? undefined : otherwise;
  const payload = { timed_out: true, title, ...defined({ choice }) } as const;
  const late: DecisionMessage = { id: `${id} timeout`, at: until, payload };
  const message = found ?? (await signals.decide(address, late, now + signalKeptMs));
  return decidedState(state, decisionIn(message), now);
}

function decidedState({ asking: _asking, ...state }: StepState, decision: Decision, now: number): StepState {
  const { choice, by, at, note, timed_out } = decision;
  const shown = { ...state, finished_at: now, ...defined({ timed_out }) };
  if (choice === undefined) {
    const error = { code: "TIMEOUT", message: "Nobody decided in time.", retryable: false } as const;
    return { ...shown, status: "failed", error };
  }
  const value = { choice, at, ...defined({ by, note, timed_out }) };
  const approval = state.approval && { ...state.approval, decision: { choice, at, ...defined({ by, note }) } };
  return { ...shown, ...defined({ approval }), status: "completed", result: { value } };
}

/** The approvals of steps that have ended are not listed any more. If AWS refuses that, they are left out of the list otherwise. */
export async function closeApprovals(
  { approvals, log }: Pick<Services, "approvals" | "log">,
  { product, env }: Job,
  states: StepStates,
): Promise<void> {
  const open = Object.values(states).flatMap(({ approval }) => (approval ? [approval.id] : []));
  await allOver(open.map((id) => approvals.close({ product, env, id }))).catch((error) =>
    log.warn("an approval that is over is still listed", traceOf(error)),
  );
}
