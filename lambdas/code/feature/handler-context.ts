import { largestCodeProgress } from "../../core/job/code-messages.ts";
import {
  type Command,
  longestWaitMs,
  type SentDecision,
  type SleepCommand,
  type WaitCommand,
} from "../../core/job/decide-messages.ts";
import { signalKeyFault } from "../../core/job/signal.ts";
import { requestLimits } from "../../core/kernel/request-limits.ts";
import { issuesOf } from "../issues.ts";
import { refuseOthers } from "../refuse-others.ts";
import { Branch } from "./branch.ts";
import { callFingerprint, checkJson, jsonCopy, type UndoOf } from "./call.ts";
import type {
  Approved,
  ApproveOptions,
  Duration,
  FeatureContext,
  RunOptions,
  Signals,
  StepContext,
  StepOptions,
  Undo,
  WaitOptions,
} from "./context.ts";
import { type Frame, frames } from "./frame.ts";
import { msOf } from "./ms-of.ts";
import { type Asked, never, type Session } from "./session.ts";
import { isRetryableStep, StepError } from "./step-errors.ts";

const optionsOf = {
  run: ["step", "undo", "allowFail", "critical", "onParentEnd"] satisfies (keyof RunOptions<unknown>)[],
  step: ["undo", "allowFail", "critical", "retries", "retryDelay", "timeout"] satisfies (keyof StepOptions<unknown>)[],
  sleep: ["step"],
  waitForSignal: ["step", "key", "timeout", "otherwise"] satisfies (keyof WaitOptions)[],
  approve: ["step", "title", "show", "choices", "ask", "timeout", "otherwise"] satisfies (keyof ApproveOptions)[],
};

/** What the handler of a session calls. */
export function contextOf(session: Session): FeatureContext<Signals> {
  const { run, feature } = session;
  return {
    jobId: run.id,
    runNumber: run.run,
    attempt: run.attempt,
    product: run.product,
    env: run.env,
    featureTag: run.feature,
    run: (event, input = {}, options = {}) =>
      job(session, "run", event, input, options, (k, f, more) => ({ c: "run", k, f, event, input, ...more })),
    feature: (tag, input = {}, options = {}) =>
      job(session, "feature", tag, input, options, (k, f, more) => ({
        c: "feature",
        k,
        f,
        feature: tag,
        input,
        ...more,
      })),
    step: ((key: string, fn: (step: StepContext) => unknown, options?: Undo<unknown> | StepOptions<unknown> | null) =>
      step(session, key, fn, typeof options === "function" ? { undo: options } : (options ?? {}))) as never,
    sleep(duration, options = {}) {
      refuseOthers("ctx.sleep", options, optionsOf.sleep);
      const timeout_ms = msOf("ctx.sleep", duration);
      return sleep(session, "sleep", { until: session.now() + timeout_ms, timeout_ms }, options.step);
    },
    sleepUntil(time, options = {}) {
      refuseOthers("ctx.sleepUntil", options, optionsOf.sleep);
      return sleep(session, "sleepUntil", { until: sleepUntilMs(time) }, options.step);
    },
    waitForSignal: ((signals: string | string[], options: WaitOptions = {}) =>
      waitForSignal(session, feature.signals, [signals].flat(), options)) as never,
    approve: (options) => approve(session, options),
    race: (branches) => race(session, branches) as never,
    setState: (key, value) => {
      if (enterNow(session, "setState")) session.setState(key, value);
    },
    getState: (key) => structuredClone(session.state.get(key)) as never,
    checkpoint: (name, data = null) => {
      if (!enterNow(session, "checkpoint")) return;
      checkJson("ctx.checkpoint", data, largestCodeProgress);
      session.checkpoint = { name, data: jsonCopy(data) };
      session.undo.checkpoint();
    },
    rollback: (reason) => session.rollback(reason),
    continueAs: (input) => {
      checkJson("ctx.continueAs", input);
      session.continueAs(input);
      return never();
    },
    // Those of a handler are replaced by what the log says.
    now: () => Date.now(),
    random: () => Math.random(),
    uuid: () => crypto.randomUUID(),
    log: session.log,
  };
}

/** What own code changes of the run would be lost: it is not run again. */
function enterNow(session: Session, what: string): boolean {
  if (frames.getStore()?.mode === "own")
    throw new TypeError(
      `ctx.${what} in a step is lost, as the step is not run again: return the value, and set it after the step.`,
    );
  const frame = session.enter(what);
  return frame !== undefined && !frame.branch?.isClosed;
}

const given = (step: string | undefined, otherwise: string): Pick<Asked, "name" | "isGiven"> =>
  step === undefined ? { name: otherwise, isGiven: false } : { name: checkedKey(step), isGiven: true };

function checkedKey(key: unknown): string {
  if (typeof key === "string" && key.length > 0 && key.length <= 128 && !/[/#]|^\$/.test(key)) return key;
  throw new TypeError(
    `${JSON.stringify(key)} is no key of a step: 1 to 128 characters without "/" and "#", which does not begin with "$".`,
  );
}

/** The failure of a call that may fail is null. The key of the call is also that of what is returned, so that a race can close it. */
function allowing(session: Session, promise: Promise<unknown>, allowFail: boolean | undefined): Promise<never> {
  if (!allowFail) return promise as Promise<never>;
  const allowed = promise.catch((error) => {
    if (error instanceof StepError) return null;
    throw error;
  });
  allowed.catch(() => {});
  const key = session.keyOfCall.get(promise);
  if (key !== undefined) session.keyOfCall.set(allowed, key);
  return allowed as Promise<never>;
}

const undoSettings = (undo: Undo<never> | null | undefined, critical: boolean | undefined): UndoOf | undefined => {
  if (undo === undefined || undo === null) return undefined;
  if (typeof undo !== "function") throw new TypeError("`undo` is a function: (result) => ctx.run(...)");
  return { fn: undo, isCritical: critical ?? false };
};

function job<Result>(
  session: Session,
  kind: "run" | "feature",
  of: string,
  input: unknown,
  options: RunOptions<Result>,
  command: (k: string, f: string, more: { on_parent_end?: "cancel" | "abandon" }) => Exclude<Command, { c: "close" }>,
): Promise<never> {
  if (typeof of !== "string" || of === "")
    throw new TypeError(`ctx.${kind} needs the tag of ${kind === "run" ? "an event" : "a feature"}.`);
  refuseOthers(`ctx.${kind}`, options, optionsOf.run);
  const { step, undo, allowFail, critical, onParentEnd } = options;
  checkJson(`ctx.${kind}`, input);
  if (![undefined, "cancel", "abandon"].includes(onParentEnd))
    throw new TypeError(`ctx.${kind}: \`onParentEnd\` is cancel or abandon.`);
  const f = callFingerprint(kind, of, input);
  const more = onParentEnd === undefined ? {} : { on_parent_end: onParentEnd };
  const kept = (k: string) => ({ ...command(k, f, more), input: jsonCopy(input) }) as Exclude<Command, { c: "close" }>;
  const asked = session.ask(kind, {
    ...given(step, of),
    ...{ kind, f, command: kept, undo: undoSettings(undo as Undo<never>, critical), read: (_entry, value) => value },
  });
  return allowing(session, asked, allowFail);
}

function step(
  session: Session,
  key: string,
  fn: (step: StepContext) => unknown,
  options: StepOptions<unknown>,
): Promise<never> {
  if (typeof fn !== "function") throw new TypeError(`ctx.step(${JSON.stringify(key)}, fn) needs a function.`);
  refuseOthers("ctx.step", options, optionsOf.step);
  const { undo, retries = 0, retryDelay, timeout, allowFail, critical } = options;
  const name = checkedKey(key);
  const once = {
    ...{ fn, undo: undoSettings(undo as Undo<never>, critical), isRepeatable: retries > 0, firstName: name },
    ...(timeout !== undefined && { timeoutMs: msOf("ctx.step", timeout) }),
  };
  const first = session.step("step", { name, isGiven: true }, once);
  if (retries === 0) return allowing(session, first, allowFail);
  const delay = retryDelay === undefined ? 0 : msOf("ctx.step", retryDelay);
  const all = (async () => {
    for (
      let attempt = 1, tried = first;
      ;
      tried = session.step("step", { name: `${name}:${attempt}`, isGiven: false }, once)
    ) {
      try {
        return await tried;
      } catch (error) {
        if (attempt > retries || !isRetryableStep(error)) throw error;
      }
      if (delay > 0) await sleep(session, "step", { until: session.now() + delay }, undefined, `${name}:delay`);
      attempt += 1;
    }
  })();
  all.catch(() => {});
  return allowing(session, all, allowFail);
}

function sleep(
  session: Session,
  what: string,
  limit: Pick<SleepCommand, "until" | "timeout_ms">,
  step?: string,
  name = "sleep",
): Promise<void> {
  const { until } = limit;
  if (until - session.now() > longestWaitMs)
    throw new RangeError(`ctx.${what}: a run sleeps for at most 400 days at a time. Sleep several times.`);
  const f = callFingerprint("sleep", until);
  return session.ask(what, {
    ...given(step, name),
    ...{ kind: "sleep", f, command: (k: string) => ({ c: "sleep", k, f, ...limit }) as const },
    ...{ undo: undefined, read: () => undefined },
  }) as Promise<void>;
}

function waitForSignal(session: Session, signals: Signals, names: string[], options: WaitOptions): Promise<unknown> {
  refuseOthers("ctx.waitForSignal", options, optionsOf.waitForSignal);
  const { key, timeout, otherwise = "fail" } = options;
  if (names.length === 0) throw new TypeError("ctx.waitForSignal needs the name of a signal, or several.");
  for (const name of names)
    if (!Object.hasOwn(signals, name))
      throw new TypeError(`The feature declares no signal ${name}: add it to \`signals\` of defineFeature.`);
  const awaited = names.map((signal) => ({ signal, ...(key !== undefined && { key: signalKeyOf(key) }) }));
  const limit = waitLimit(session, "ctx.waitForSignal", timeout);
  const f = callFingerprint("wait", awaited, limit);
  return session.ask("waitForSignal", {
    ...given(options.step, `wait:${names.join("|")}`),
    ...{ kind: "wait", f, undo: undefined },
    command: (k) => ({ c: "wait", k, f, signals: awaited, ...limit }),
    read: async ({ k, e, at, signal = "", id }, payload) => {
      if (e === "timeout" && otherwise === "continue") return { timed_out: true, at };
      if (e === "timeout") throw timedOut(k, at);
      const checked = await signals[signal]?.["~standard"].validate(payload);
      if (checked?.issues)
        throw new StepError(k, {
          code: "VALIDATION_ERROR",
          message: `${signal} has brought what its schema refuses: ${issuesOf(checked.issues)}`,
        });
      return { signal, id, at, payload: checked ? checked.value : payload };
    },
  });
}

/** A number is a key as its digits: what is not typed has numbers of orders. */
function signalKeyOf(key: unknown): string {
  const text = Number.isFinite(key) ? String(key) : key;
  if (typeof text === "string" && signalKeyFault(text) === undefined) return text;
  const most = requestLimits.signalKey;
  throw new TypeError(`ctx.waitForSignal: \`key\` is a text of 1 to ${most} characters, or a number.`);
}

/** A wait without a time-out lasts as long as a wait may, and so does one with a longer one. */
function waitLimit(
  session: Session,
  what: string,
  timeout: Duration | undefined,
): Pick<WaitCommand, "until" | "timeout_ms"> {
  if (timeout === undefined) return {};
  const timeout_ms = Math.min(msOf(what, timeout), longestWaitMs);
  return { until: session.now() + timeout_ms, timeout_ms };
}

const timedOut = (key: string, at: number): StepError =>
  new StepError(key, { code: "TIMEOUT", message: `${key} has waited until ${new Date(at).toISOString()}.` });

function approve(session: Session, options: ApproveOptions): Promise<Approved> {
  refuseOthers("ctx.approve", options, optionsOf.approve);
  const { title, show = [], choices = ["approve", "reject"], ask = [], timeout, otherwise = "fail" } = options;
  if (typeof title !== "string" || title === "")
    throw new TypeError("ctx.approve needs a title, which is the question.");
  if (!Array.isArray(choices) || choices.length === 0 || !choices.every(isNonEmpty))
    throw new TypeError("ctx.approve: `choices` is a list of texts.");
  if (otherwise !== "fail" && !choices.includes(otherwise))
    throw new TypeError(`ctx.approve: \`otherwise\` is fail, or one of ${choices.join(", ")}.`);
  const asked = { title, show: show.map(shownRow), choices: [...choices], ask: [ask].flat().map(askOf) };
  checkJson("ctx.approve", asked);
  const limit = waitLimit(session, "ctx.approve", timeout);
  const f = callFingerprint("approve", asked, limit);
  return session.ask("approve", {
    ...given(options.step, "approve"),
    ...{ kind: "approve", f, undo: undefined },
    command: (k) => ({ c: "approve", k, f, ...asked, ...limit }),
    read: ({ k, e, at }, value): Approved => {
      if (e !== "timeout") return { ...(value as SentDecision), at };
      if (otherwise === "fail") throw timedOut(k, at);
      return { choice: otherwise, timed_out: true, at };
    },
  }) as Promise<Approved>;
}

const isNonEmpty = (value: unknown): value is string => typeof value === "string" && value !== "";

function shownRow(shown: NonNullable<ApproveOptions["show"]>[number]): { label?: string; value: string } {
  const { label, value } = typeof shown === "object" && shown !== null ? shown : { value: shown };
  if (!["string", "number", "boolean"].includes(typeof value) || !(label === undefined || typeof label === "string"))
    throw new TypeError(
      "ctx.approve: `show` is a list of texts, or of { label, value } with a text, a number or a boolean.",
    );
  return { ...(label !== undefined && { label }), value: String(value) };
}

function askOf({ event, input = {} }: { event: string; input?: unknown }): { event: string; input: unknown } {
  if (isNonEmpty(event)) return { event, input };
  throw new TypeError("ctx.approve: `ask` needs the `event` whose job asks.");
}

/** The first branch to end, in the order of the log. What the others have open is closed. */
async function race(
  session: Session,
  branches: Readonly<Record<string, Promise<unknown> | (() => unknown)>>,
): Promise<object> {
  const frame = session.enter("race");
  if (!frame || !session.takes(frame)) return never();
  const running = Object.entries(branches).map(([name, branch]) => ({
    name,
    ...beginBranch(session, frame, name, branch),
  }));
  if (running.length === 0) throw new TypeError("ctx.race needs branches: ctx.race({ paid: ..., late: ... }).");
  return new Promise<object>((resolve, reject) => {
    let isWon = false;
    const win = (winner: string, settle: () => void) => {
      if (isWon) return;
      isWon = true;
      for (const { name, branch } of running) if (name !== winner) session.close(branch.close());
      settle();
    };
    for (const { name, promise } of running)
      promise.then(
        (value) => win(name, () => resolve({ winner: name, value })),
        (error) => win(name, () => reject(error)),
      );
  });
}

function beginBranch(session: Session, frame: Frame, name: string, begun: Promise<unknown> | (() => unknown)) {
  if (typeof begun === "function") {
    const branch = new Branch(frame.branch);
    return { branch, promise: frames.run({ ...frame, branch }, async () => begun()) };
  }
  const key = session.keyOfCall.get(begun);
  if (key === undefined)
    throw new TypeError(
      `ctx.race: \`${name}\` is neither a call of ctx nor a function, so what it has open cannot be closed. Make it a function: ${name}: () => ...`,
    );
  return { branch: new Branch(undefined, [key]), promise: begun };
}

/** A text without an offset would be another time on another machine. */
const withOffset = /T.*(?:Z|[+-]\d\d:?\d\d)$/i;

function sleepUntilMs(time: Date | number | string): number {
  const isTime = typeof time === "string" ? withOffset.test(time) : typeof time === "number" || time instanceof Date;
  const ms = isTime ? new Date(time).getTime() : Number.NaN;
  // A time in the past is over at once, also one before 1970.
  if (Number.isFinite(ms)) return Math.max(0, Math.ceil(ms));
  throw new TypeError(
    "ctx.sleepUntil needs a Date, epoch milliseconds, or a text with an offset such as 2030-01-31T09:00:00Z.",
  );
}
