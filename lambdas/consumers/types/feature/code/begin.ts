import type { ProductEvent } from "../../../../core/catalog/job-type.ts";
import { approvalIdOf } from "../../../../core/job/approval.ts";
import { approvalMark } from "../../../../core/job/asked-approval.ts";
import type { AttemptError } from "../../../../core/job/attempt.ts";
import type { CodeProgress } from "../../../../core/job/code-progress.ts";
import { isFinished, type Job } from "../../../../core/job/job.ts";
import { stepJobId, undoJobId } from "../../../../core/job/job-id.ts";
import { isLeft } from "../../../../core/job/roll-back.ts";
import { isUndoKey } from "../../../../core/job/run-log.ts";
import type { AwaitedSignal } from "../../../../core/job/run-wait.ts";
import { signalKeyFault, signalNameFault } from "../../../../core/job/signal.ts";
import { defined } from "../../../../core/kernel/defined.ts";
import { inParallelUntil } from "../../../../core/kernel/in-parallel.ts";
import { isRecord } from "../../../../core/kernel/json-values.ts";
import { RequestError } from "../../../../core/kernel/request-error.ts";
import { changeJob, revive } from "../../../../core/operations/change-job.ts";
import { stepViewOf } from "../../../../core/queries/step-view.ts";
import { noteMissing } from "../../../engine/missing-event.ts";
import { askForApprovals, shortText } from "../approvals.ts";
import { approvalLimits } from "../approve.ts";
import { isPassingFault } from "../retry-decision.ts";
import { messageAttemptOf, parentOfStep, startAs } from "../start-step.ts";
import { isMissing, missingEvent, stepRefusal } from "../step-faults.ts";
import type { StepState } from "../step-state.ts";
import { waitLimits } from "../target.ts";
import { listen } from "../waits.ts";
import { isBegun, Unanswered } from "./ask-code.ts";
import type { ParsedCommand } from "./decide-answer.ts";
import { endOfJob, refusedEnd } from "./ends.ts";
import { codeProgress, type NewEntry, type Open, type OpenRun } from "./open-run.ts";
import { startOwnStep } from "./start-own-step.ts";

export type Begins = Exclude<ParsedCommand, { c: "close" }>;

export interface Begun {
  /** What has ended at once: a job that an earlier decision had started, or an input that its event refuses. */
  ended: NewEntry[];
  due: number[];
  /** Whether something could not be begun for now: AWS refused it, or the catalog has lost its event. */
  refused: boolean | "missing";
  waits: number;
  /** What is begun once it is recorded that their keys have other jobs. */
  again: Begins[];
  /** Whether some are left, for which there was no time. */
  isPart: boolean;
}

/** How many keys are begun, or closed, at a time. */
const keysAtOnce = 20;

/** Works on keys until it is late, and on the first of them in any case. Returns how many it has worked on. */
export function untilLate<Key>(
  keys: readonly Key[],
  isLate: () => boolean,
  work: (key: Key) => Promise<void>,
): Promise<number> {
  let begun = 0;
  return inParallelUntil(
    keysAtOnce,
    keys,
    () => begun >= keysAtOnce && isLate(),
    (key) => {
      begun += 1;
      return work(key);
    },
  );
}

/**
 * Begins what the handler has called and what is not open yet, until it is late: what was begun by then is kept. A key is begun once, with what it said the
 * first time.
 */
export async function beginAll(run: OpenRun, commands: readonly Begins[], isLate: () => boolean): Promise<Begun> {
  const begun: Begun = { ended: [], due: [], refused: false, waits: 0, again: [], isPart: false };
  const fresh = commands.filter((command) => isFresh(run, command));
  await noteScopes(run, fresh);
  const failed: unknown[] = [];
  const beginThese = async (these: readonly Begins[]): Promise<boolean> => {
    const count = await untilLate(these, isLate, (command) =>
      beginCommand(run, command, begun).catch((error: unknown) => void failed.push(error)),
    );
    const again = begun.again.splice(0);
    if (again.length === 0) return count === these.length;
    await run.services.claim.record(codeProgress(run));
    return (await beginThese(again)) && count === these.length;
  };
  const isWhole = await beginThese(fresh);
  // Thrown only now, so that one that cannot be begun does not hold up the others.
  if (failed.length > 0) throw failed[0];
  return { ...begun, isPart: !isWhole };
}

/**
 * That a step calls ctx is recorded before the first of its calls does its work. If this decision dies behind that and the run is cancelled, the next
 * one knows it, where the step has not ended: its handler makes the calls, and undoes what they have done.
 */
async function noteScopes(run: OpenRun, commands: readonly Begins[]): Promise<void> {
  const { kept, scopes, services, job } = run;
  const isFirst = ({ k, c }: Begins) => {
    const within = k.lastIndexOf("/");
    const isJob = c === "run" || c === "feature" || c === "step";
    return isJob && within > 0 && !kept.open[k] && !isUndoKey(k) && !scopes.has(k.slice(0, within));
  };
  const first = job.ending ? [] : commands.filter(isFirst);
  if (first.length === 0) return;
  for (const command of first) kept.open[command.k] = openOf(run, command, { status: "not_started" });
  await services.claim.record(codeProgress(run));
}

function isFresh({ kept }: OpenRun, { k, f, c }: Begins): boolean {
  const open = kept.open[k];
  if (!open) return true;
  if (open.f !== f || open.c !== c)
    throw new Unanswered({
      code: "NON_DETERMINISTIC",
      step: k,
      message: `${k} is under way, and the handler now asks for something else by this key.`,
    });
  return !isBegun(open);
}

async function beginCommand(run: OpenRun, command: Begins, begun: Begun): Promise<void> {
  switch (command.c) {
    case "sleep":
    case "wait":
      return beginCodeWait(run, command, begun);
    case "approve":
      return beginCodeApproval(run, command, begun);
    default:
      return beginJob(run, command, begun);
  }
}

const openOf = (_run: OpenRun, { c, f }: Pick<Begins, "c" | "f">, state: StepState): Open => ({ ...state, c, f });

async function beginCodeWait(
  run: OpenRun,
  command: Extract<Begins, { c: "sleep" | "wait" }>,
  begun: Begun,
): Promise<void> {
  const { services, job, kept } = run;
  const now = services.clock.now();
  const latest = now + waitLimits.most;
  const waits_for =
    command.c === "wait" ? command.signals.map(({ signal, key }) => ({ signal, ...defined({ key }) })) : undefined;
  const fault = waits_for && unreachable(command.k, waits_for);
  if (fault) {
    begun.ended.push(refusedEnd(command.k, openOf(run, command, { status: "not_started" }), fault, now));
    return;
  }
  const until = Math.min(codeWaitEnd(run, command) ?? latest, latest);
  const opened: StepState = { status: "waiting", started_at: now, until, ...defined({ waits_for }) };
  if (waits_for) await listen(services, job, { placed: { key: command.k }, opened });
  kept.open[command.k] = openOf(run, command, opened);
  begun.waits += 1;
}

/**
 * When a call ends by itself. The handler has counted from the time of its log: in a run that is retried, a wait that is made again lasts as
 * long as was said from then on. What is raced against it, such as the job that has failed, has a chance so.
 */
function codeWaitEnd(
  { kept }: OpenRun,
  { until, timeout_ms }: { until?: number | undefined; timeout_ms?: number | undefined },
): number | undefined {
  if (until === undefined || timeout_ms === undefined || kept.retried_at === undefined) return until;
  return Math.max(until, kept.retried_at + timeout_ms);
}

/** Why no message could end a wait. Code that runs elsewhere says whatever it likes. */
function unreachable(step: string, awaited: readonly AwaitedSignal[]): AttemptError | undefined {
  const faults = awaited.flatMap(({ signal, key }) => [
    signalNameFault(signal)?.replace(/^/, "the name of a signal "),
    key === undefined ? undefined : signalKeyFault(key)?.replace(/^/, "the key of a signal "),
  ]);
  const first = faults.find((fault) => fault !== undefined);
  if (first === undefined) return undefined;
  return { code: "VALIDATION_ERROR", message: `No message could end ${step}: ${first}.`, retryable: false };
}

async function beginCodeApproval(
  run: OpenRun,
  command: Extract<Begins, { c: "approve" }>,
  begun: Begun,
): Promise<void> {
  const { services, job, kept } = run;
  const now = services.clock.now();
  const { k: key, title, show, choices, ask } = command;
  const known = kept.open[key];
  // The decision is put by this id, once: a run that has begun anew asks anew.
  const jobKey = jobKeyOf(kept, key);
  const id = approvalIdOf(job, jobKey);
  const mark = known?.asking?.asks?.mark ?? approvalMark(id);
  const latest = now + approvalLimits.most;
  const until = Math.min(codeWaitEnd(run, command) ?? latest, latest);
  const opened: StepState = known ?? {
    ...{ status: "waiting", started_at: now, until },
    approval: {
      id,
      title: shortText(title, approvalLimits.title),
      choices,
      asked: ask.map(({ event }, i) => `${event}${ask.length > 1 ? ` ${i + 1}` : ""}`),
    },
    asking: {
      show: show.map(({ label, value }) => ({
        ...defined({ label: label === undefined ? undefined : shortText(label, approvalLimits.label) }),
        value: shortText(value, approvalLimits.value),
      })),
      asks: {
        mark,
        of: ask.map(({ event, input }) => ({ event, input: withMark(input, mark) as Record<string, unknown> })),
      },
    },
  };
  const asked = await askForApprovals(services, job, { [key]: opened }, () => jobKey);
  const state = asked.states[key] ?? opened;
  if (asked.refused) begun.refused = begun.refused || asked.refused;
  if (state.status === "failed" && state.error)
    begun.ended.push(refusedEnd(key, openOf(run, command, opened), state.error, now));
  else {
    kept.open[key] = openOf(run, command, state);
    begun.waits += known ? 0 : 1;
  }
}

/** An input in which the address of the approval stands as its mark. */
function withMark(value: unknown, mark: string): unknown {
  if (typeof value === "string") return value.replaceAll("$Approval{url}", mark);
  if (Array.isArray(value)) return value.map((one) => withMark(one, mark));
  return isRecord(value)
    ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withMark(one, mark)]))
    : value;
}

type OfJob = Extract<Begins, { c: "run" | "feature" | "step" }>;

async function beginJob(run: OpenRun, command: OfJob, begun: Begun): Promise<void> {
  const { services, kept } = run;
  const { k: key } = command;
  const now = services.clock.now();
  try {
    const child = await startJob(run, command);
    if (!child) return void begun.again.push(command);
    const open = openOf(run, command, stepViewOf(child, now));
    if (isFinished(child)) begun.ended.push(await endOfJob(run, key, open, child));
    else {
      kept.open[key] = open;
      begun.due.push(child.due_at);
    }
  } catch (error) {
    if (isPassingFault(error)) begun.refused ||= true;
    else if (!(error instanceof RequestError) || error.code === "UNAVAILABLE") throw error;
    else if (isMissing(error)) {
      const event = command.c === "run" ? command.event : command.c === "feature" ? command.feature : key;
      begun.refused ||= "missing";
      kept.open[key] = openOf(run, command, { status: "not_started", error: missingEvent(error, run.job, event) });
      noteMissing(services.log, run.job, event);
    } else {
      const open = openOf(run, command, { status: "not_started" });
      begun.ended.push(refusedEnd(key, open, stepRefusal(error), now));
    }
  }
}

/** The job of a call. Undefined where the one that it had is left behind, and it has another one from now on. */
async function startJob(run: OpenRun, command: OfJob): Promise<Job | undefined> {
  const { services, job, kept, feature } = run;
  const { k, f } = command;
  const key = jobKeyOf(kept, k);
  const of = command.c === "step" ? {} : defined({ on_parent_end: command.on_parent_end });
  const parent = { ...parentOfStep(job, { key, step: of }), asked: f };
  const isUndo = isUndoKey(k) || job.ending !== undefined;
  const as = isUndo
    ? { job_id: undoJobId(job, key), parent: { ...parent, undo: true as const } }
    : { job_id: stepJobId(job, key), parent };
  const child =
    command.c === "step"
      ? await startOwnStep(services, job, {
          ...{ id: as.job_id, parent: as.parent, timeout_ms: command.timeout_ms },
          own_step: { feature, key: k, part: kept.part },
        })
      : await startEvent(run, command, as);
  const isOfBefore = messageAttemptOf(child, job) < job.attempt;
  if (child.parent?.asked !== undefined && child.parent.asked !== f) {
    const hasFailed = isFinished(child) && child.status !== "completed" && !isLeft(child);
    if (isOfBefore && hasFailed && !isUndo) {
      kept.asked_anew = { ...kept.asked_anew, [jobKeyOf({ part: kept.part }, k)]: job.attempt };
      return undefined;
    }
    const message = isOfBefore
      ? `${k} asked for another event or input in an earlier attempt, and its job of then is not one that has failed: let the handler ask for the same, or for this by another key.`
      : `${k} has a job that an earlier decision started with another event or input: the handler does not do the same when it is replayed.`;
    throw new Unanswered({ code: "NON_DETERMINISTIC", step: k, message });
  }
  // A late decision of an earlier attempt may have started it. Its end must wake this attempt instead.
  return isOfBefore ? changeJob(services, child.id, revive(as.parent)) : child;
}

async function startEvent(run: OpenRun, command: Exclude<OfJob, { c: "step" }>, as: Parameters<typeof startAs>[3]) {
  const { services, job } = run;
  const { k, input = {} } = command;
  if (!isRecord(input)) throw notAnObject(k);
  const event = command.c === "run" ? command.event : eventOfFeature(run, command.feature);
  const startAt = services.clock.now();
  return startAs(services, job, { step: { event }, input, startAt, credentials: () => undefined }, as);
}

/**
 * What names the job of a key. A run that begins anew (`continue`) has other jobs for its keys, and so has an attempt that asks for something else
 * than the one before, in vain. A key of the first part that ends so itself is told from these.
 */
export function jobKeyOf(
  { part, asked_anew = {} }: Pick<CodeProgress["code"], "part" | "asked_anew">,
  key: string,
): string {
  const ofPart = part === 1 && !/ of (part|attempt) \d+$/.test(key) ? key : `${key} of part ${part}`;
  return Object.hasOwn(asked_anew, ofPart) ? `${ofPart} of attempt ${asked_anew[ofPart]}` : ofPart;
}

/** The event that runs a feature of the product, of whose name a call of it is. */
function eventOfFeature({ services, job }: OpenRun, name: string): string {
  const product = services.catalog.product(job.product);
  const runs = (event: ProductEvent | undefined) =>
    event?.type === "feature" && (event as { feature?: unknown }).feature === name;
  if (runs(product.jobs[name])) return name;
  // Unknown ones are refused as any unknown event.
  return Object.entries(product.jobs).find(([, event]) => runs(event))?.[0] ?? name;
}

const notAnObject = (key: string) =>
  new RequestError("INVALID_REQUEST", `The input of ${key} is no object.`, {
    faults: [{ pointer: "/input", detail: "must be an object" }],
  });
