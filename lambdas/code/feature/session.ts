import type { Reference } from "../../core/catalog/references.ts";
import {
  type Command,
  cancelKey,
  type DecidedRun,
  type DecideFault,
  type DecideOutcome,
  type DecideWarning,
  type InVain,
  type LogEntry,
  longestKey,
  mostFeatureSteps,
  outerScopes,
  type RanStep,
  type SentValue,
} from "../../core/job/decide-messages.ts";
import type { FunctionLog } from "../define-function.ts";
import { hiddenValues } from "../hidden-values.ts";
import { issuesOf } from "../issues.ts";
import { logOf } from "../log-of.ts";
import { type Call, checkJson, jsonCopy, keptValue, logErrorOf, type OwnStep, ranDone, ranFailed } from "./call.ts";
import type { FeatureContext, StepContext } from "./context.ts";
import type { CodeFeature } from "./define-feature.ts";
import { type Frame, frames, type HandlerRun } from "./frame.ts";
import { type Place, placeHere, placeLine, stackOf } from "./places.ts";
import { seeded } from "./random.ts";
import { readAhead } from "./read-ahead.ts";
import { CancelledError, isRollback, RollbackError, StepError } from "./step-errors.ts";
import { Undo } from "./undo.ts";
import { turn } from "./world.ts";

/** What a session has around it. */
export interface SessionHost {
  /** The value behind a link. */
  load(value: SentValue): Promise<unknown>;
  resolve(reference: Reference): Promise<string>;
  write(line: string): void;
}

export type Asked = Pick<Call, "kind" | "f" | "read" | "undo"> & {
  /** The key, as far as the handler says it. */
  name: string;
  /** Whether the handler has chosen the key, so that it must be unlike any other. */
  isGiven: boolean;
  command?: (key: string) => Call["command"];
  own?: Omit<OwnStep, "caller" | "calledAt" | "firstKey"> & {
    /** As far as the handler says it. */
    firstName: string;
  };
};

export interface Step {
  fn: OwnStep["fn"];
  undo: Call["undo"];
  timeoutMs?: number;
  isRepeatable?: boolean;
  firstName?: string;
}

type InVainOutcome = Extract<DecideOutcome, { is: "failed" | "rolled_back" | "cancelled" }>;
type Phase = "running" | "undoing" | "ended";

/** Beyond them a run should go on with a new log. */
const manySteps = 1000;
/** The least time that own code is given, however late the decision is. */
const leastOwnMs = 1000;
/** A step that may take longer is a job. */
const longestInDecisionMs = 20_000;
/** The most bytes of a run's state. */
const largestState = 262_144;

const cancelledError = (reason = "The run was cancelled."): CancelledError => new CancelledError(reason);

/** Never settles: what waits for it does not go on. */
export const never = (): Promise<never> => new Promise(() => {});

/**
 * A run of a handler over the log: it is given one entry, and one turn of the event loop passes until it is given the next. So each replay
 * sees the same in the same order, however the log was divided into decisions.
 */
export class Session implements HandlerRun {
  readonly run: DecidedRun;
  readonly feature: CodeFeature;
  readonly state = new Map<string, unknown>();
  readonly warnings: DecideWarning[] = [];
  readonly undo: Undo;
  readonly log: FunctionLog;
  /** The key of what a call returns, by which a race closes it. */
  readonly keyOfCall = new WeakMap<Promise<unknown>, string>();
  checkpoint: { name: string; data: unknown } | undefined;
  phase: Phase = "running";
  /** How the handler has ended in vain, unless by being cancelled. */
  inVain: InVain | undefined;
  /** Why the run is cancelled, if it is. */
  cancelled: CancelledError | undefined;
  /** The first rollback that the handler has asked for: the run ends with it, though the handler may have caught it. */
  #rollback: RollbackError | undefined;

  readonly #host: SessionHost;
  readonly #root: Frame;
  readonly #open = new Map<string, Call>();
  /** Calls that nobody waits for any more. */
  readonly #closing = new Map<string, Call>();
  /** Own code that has not begun. */
  readonly #waiting = new Set<Call>();
  /** The time-outs of own code that runs. */
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #ran = new Map<string, RanStep>();
  /** What its steps have read of secrets. */
  readonly hidden = hiddenValues();
  readonly #used = new Set<string>();
  readonly #counted = new Map<string, number>();
  /** Steps whose function calls ctx. */
  readonly scopes: Set<string>;
  /** Own code that was begun, by its key: one that a session before this has begun is not begun again. */
  readonly begunOwn: Map<string, Promise<RanStep>>;
  /** The keys of own code that an attempt before has done. */
  readonly doneBefore = new Set<string>();
  #seen = 0;
  #now: number;
  /** The entry that is being delivered. */
  #at = 0;
  /** The entries of the message, and how many of them were delivered or are. */
  #message: { entries: readonly LogEntry[]; delivered: number } = { entries: [], delivered: 0 };
  #shown = -1;
  /** The handler goes on while the log is delivered to it, and what is a part of it while steps are probed. */
  #turning: "log" | "probe" | undefined;
  /** A call that the handler has made while steps were probed. */
  #calledWhileProbing: { what: string; place: Place } | undefined;
  #outcome: DecideOutcome | undefined;
  #fault: DecideFault["fault"] | undefined;
  #haveFault: () => void = () => {};
  readonly faulted = new Promise<void>((resolve) => {
    this.#haveFault = resolve;
  });
  /** Whether a scope was found too late: the log has to be delivered again from its start. */
  mustRestart = false;

  constructor(feature: CodeFeature, run: DecidedRun, host: SessionHost, before?: Pick<Session, "scopes" | "begunOwn">) {
    this.feature = feature;
    this.run = run;
    this.#host = host;
    this.#now = run.started_at;
    this.scopes = new Set(before?.scopes);
    this.begunOwn = new Map(before?.begunOwn);
    this.undo = new Undo({
      strategy: feature.rollback,
      closeAll: () => this.#closeAll(),
      ranAfterClose: () => this.#ranAfterClose(),
      step: (name, fn) => this.step("step", { name, isGiven: false }, { fn, undo: undefined }),
    });
    this.#root = { run: this, mode: "handler", scope: "", random: seeded(run.seed) };
    const fields = { job_id: run.id, feature: run.feature, attempt: run.attempt };
    this.log = logOf((line) => {
      // A replay has written it before.
      if (this.#at > this.#shown || frames.getStore()?.mode === "own") frames.exit(() => host.write(line));
    }, fields);
  }

  now(): number {
    return this.#now;
  }
  get startedAt(): number {
    return this.run.started_at;
  }
  get seen(): number {
    return this.#seen;
  }
  get outcome(): DecideOutcome | undefined {
    return this.#outcome;
  }
  get fault(): DecideFault["fault"] | undefined {
    return this.#fault;
  }

  /** What the handler writes until it gets the entry after this one was written by an earlier decision. */
  hideUntil(shown: number): void {
    this.#shown = shown;
  }

  async begin(ctx: FeatureContext<never>, input: unknown): Promise<void> {
    await this.#turnOf(() => {
      void frames
        .run(this.#root, async () => this.feature.run(ctx, (await this.#checked(input)) as never))
        .then(
          (value) => this.#complete(value),
          (error) => this.#fail(error),
        );
    });
  }

  async #checked(input: unknown): Promise<unknown> {
    const checked = await this.feature.input?.["~standard"].validate(input);
    if (!checked?.issues) return checked ? checked.value : input;
    throw Object.assign(new Error(`${this.run.feature} refuses its input: ${issuesOf(checked.issues)}`), {
      name: "InputError",
      code: "VALIDATION_ERROR",
      retryable: false,
    });
  }

  /** Gives the handler these entries, one after the other. */
  async deliver(entries: readonly LogEntry[]): Promise<void> {
    this.learnScopes(entries);
    // It was called by an entry of a message before, and should have begun there.
    this.mustRestart ||= [...this.#waiting].some(({ key, own }) => this.scopes.has(key) && own?.calledAt !== this.#at);
    const valueAt = readAhead(entries, (value) => this.#host.load(value));
    for (const [i, entry] of entries.entries()) {
      if (entry.n <= this.#seen) continue;
      this.#at = entry.n;
      this.#message = { entries, delivered: i + 1 };
      const hasReturned = this.#outcome?.is === "completed";
      if (!this.#isOver || hasReturned) {
        this.#now = Math.max(this.#now, entry.at);
        const value = () => valueAt(i);
        await (hasReturned ? this.#deliverAfterReturn(entry, value) : this.#deliverOne(entry, value));
      }
      this.#seen = entry.n;
    }
  }

  get #isOver(): boolean {
    return this.#outcome !== undefined || this.#fault !== undefined || this.mustRestart;
  }

  /** A step that has ended as a scope, or has keys below its own, is a part of the handler from its beginning. */
  learnScopes(known: readonly Pick<LogEntry, "k" | "f">[]): void {
    for (const { k, f } of known) {
      if (f === "scope") this.scopes.add(k);
      for (const scope of outerScopes(k)) this.scopes.add(scope);
    }
  }

  async #deliverOne(entry: LogEntry, read: () => Promise<unknown>): Promise<void> {
    if (entry.k === cancelKey) return this.#cancel(entry.reason);
    const call = this.#open.get(entry.k);
    if (!call) return this.#deliverLate(entry, read);
    if (this.#differs(call, entry)) return;
    const value = await read();
    const settle = await this.#endOf(call, entry, value);
    this.#forget(call);
    await this.#turnOf(() => {
      if (entry.e === "done") this.undo.done(call, value);
      settle();
    });
  }

  async #endOf(call: Call, entry: LogEntry, value: unknown): Promise<() => void> {
    if (entry.e === "failed") {
      const error = entry.error ?? { code: "FAILED", message: `${call.key} has failed.` };
      return () => call.reject(new StepError(call.key, error));
    }
    if (entry.e === "closed")
      return () => call.reject(new StepError(call.key, { code: "CANCELLED", message: `${call.key} was closed.` }));
    try {
      const read = await frames.run(this.#root, async () => call.read(entry, value ?? null));
      return () => call.resolve(read);
    } catch (error) {
      return () => call.reject(error as Error);
    }
  }

  /** What ends after it was closed has still been done, so that it may have to be undone. */
  async #deliverLate(entry: LogEntry, read: () => Promise<unknown>): Promise<void> {
    const call = this.#closing.get(entry.k);
    if (call) {
      const value = await read();
      this.#forget(call);
      await this.#turnOf(() => {
        if (entry.e === "done") this.undo.done(call, value);
        call.hasEnded?.();
      });
    } else if (!this.#used.has(entry.k)) {
      const [standing] = this.#open.values();
      const place = standing?.place ?? {};
      this.#haveFaultOf("NON_DETERMINISTIC", entry.k, place, (where) => {
        const stands = standing ? `: it waits for ${standing.key}${where}` : "";
        return `The log of the run has ${entry.k} (${entry.c}) as its entry ${entry.n}, and the handler has not called it by then${stands}. ${keepsItsCode}`;
      });
    }
  }

  /**
   * The run may have been cancelled before it was recorded that the handler has returned. Then it ends in vain, and is undone: what has ended
   * after the return too.
   */
  async #deliverAfterReturn(entry: LogEntry, read: () => Promise<unknown>): Promise<void> {
    if (entry.k === cancelKey) {
      this.cancelled ??= cancelledError(entry.reason);
      this.#outcome = undefined;
      return this.#turnOf(() => this.#undo());
    }
    const call = this.#open.get(entry.k) ?? this.#closing.get(entry.k);
    if (!call) return;
    this.#forget(call);
    if (entry.e === "done") this.undo.done(call, await read());
  }

  /** A call whose end is in the log: nothing of it is left to run, to close or to tell. */
  #forget(call: Call): void {
    this.#waiting.delete(call);
    for (const calls of [this.#open, this.#closing, this.#ran, this.begunOwn]) calls.delete(call.key);
  }

  #differs(call: Call, entry: LogEntry): boolean {
    const isOther = call.kind !== entry.c;
    const begunOther = call.kind !== "step" && entry.f !== undefined && entry.f !== call.f;
    if (!isOther && !begunOther) return false;
    this.#haveFaultOf("NON_DETERMINISTIC", call.key, call.place, (where) => {
      const what = isOther ? `is of the kind ${call.kind}, and was ${entry.c}` : "asks for something else than";
      return `${call.key} ${what} when the run's log was written${where}. ${keepsItsCode}`;
    });
    return true;
  }

  async #cancel(reason: string | undefined): Promise<void> {
    this.cancelled ??= cancelledError(reason);
    // An undo that goes on is not stopped by it: the run is cancelled in the end.
    if (this.phase !== "running") return;
    const open = [...this.#open.values()];
    await this.#turnOf(() => {
      for (const call of open) {
        this.#closeOne(call);
        call.reject(this.cancelled as CancelledError);
      }
    });
    if (this.phase === "running") await this.#turnOf(() => this.#undo());
  }

  // ---- The handler's side

  /** The frame of the caller. Undefined if the call must never return. */
  enter(what: string): Frame | undefined {
    const frame = frames.getStore();
    const refuse = (why: string, k?: string) => {
      this.#haveFaultOf("OUTSIDE_STEP", k, placeHere(), (where) => `ctx.${what} ${why}${where}.`);
      return undefined;
    };
    if (frame?.run !== this) return refuse("was called by code that this run has not started");
    if (frame.mode === "own")
      return refuse(
        "was called in a step that does work itself. A step either calls ctx, before it waits for anything else, or does work; divide it",
        frame.scope.slice(0, -1),
      );
    if (frame.mode === "probe" && !frame.becomeHandler?.()) return undefined;
    if (!this.#turning) return refuse(afterForeign);
    if (this.#turning === "probe" && !frame.isProbed) this.#calledWhileProbing ??= { what, place: placeHere() };
    return frame;
  }

  /**
   * Whether calls are begun. One that is not never settles: a rejection would spin a loop that catches it, no turn of the event loop passes,
   * and a server answers nobody.
   */
  takes({ branch, isUndo }: Frame): boolean {
    if (branch?.isClosed) return false;
    return isUndo || (this.phase === "running" && !this.cancelled);
  }

  /** A promise that the log settles. */
  ask(what: string, asked: Asked): Promise<unknown> {
    const frame = this.enter(what);
    if (!frame || !this.takes(frame)) return never();
    const place = placeHere();
    const key = this.#keyOf(frame, asked, place);
    if (key === undefined) return never();
    const { kind, f, read, undo } = asked;
    const own = asked.own && {
      ...asked.own,
      ...{ caller: frame, calledAt: this.#at, firstKey: `${frame.scope}${asked.own.firstName}` },
    };
    const promise = new Promise<unknown>((resolve, reject) => {
      const call: Call = { key, kind, f, read, undo, own, place, command: asked.command?.(key), resolve, reject };
      this.#open.set(key, call);
      if (own && !call.command) this.#waiting.add(call);
    });
    frame.branch?.add(key);
    this.keyOfCall.set(promise, key);
    return handled(promise);
  }

  /** Own code, or a part of the handler that is kept as a whole. */
  step(what: string, named: Pick<Asked, "name" | "isGiven">, step: Step): Promise<unknown> {
    const { fn, undo, timeoutMs = longestInDecisionMs, isRepeatable = false, firstName = named.name } = step;
    const command = (k: string): Call["command"] => ({ c: "step", k, f: "step", timeout_ms: timeoutMs });
    return this.ask(what, {
      ...named,
      ...{ kind: "step", f: "step", undo, read: (_entry, value) => value },
      own: { fn, timeoutMs, isRepeatable, firstName },
      ...(timeoutMs > longestInDecisionMs && { command }),
    });
  }

  #keyOf(frame: Frame, { name, isGiven }: Asked, place: Place): string | undefined {
    if (this.#used.size >= mostFeatureSteps) {
      this.#haveFaultOf(
        "TOO_MANY_STEPS",
        undefined,
        place,
        (where) =>
          `A run makes at most ${mostFeatureSteps} calls of ctx, and this would be one more${where}. Go on with ctx.continueAs(input), which begins a new log.`,
      );
      return undefined;
    }
    const full = `${frame.scope}${name}`;
    if (full.length > longestKey)
      throw new TypeError(
        `${full.slice(0, 100)}… is no key: with those of the steps that it is in, it has more than ${longestKey} characters.`,
      );
    let key = full;
    if (isGiven && this.#used.has(full)) {
      this.#haveFaultOf(
        "DUPLICATE_KEY",
        full,
        place,
        (where) =>
          `${full} is the key of two calls${where}. Each has a key for itself, in a loop by what it is about: \`return-\${line.sku}\`.`,
      );
      return undefined;
    }
    for (let count = this.#counted.get(full) ?? 1; this.#used.has(key); ) {
      count += 1;
      this.#counted.set(full, count);
      key = `${full}#${count}`;
    }
    this.#used.add(key);
    if (this.#used.size === manySteps)
      this.warn(
        "MANY_STEPS",
        `The run has made ${manySteps} calls of ctx, of at most ${mostFeatureSteps}: ctx.continueAs(input) begins a new log.`,
      );
    return key;
  }

  warn(code: string, message: string): void {
    this.warnings.push({ code, message });
  }

  /** Nobody waits for these calls any more. */
  close(keys: readonly string[]): void {
    for (const key of keys) {
      const call = this.#open.get(key);
      if (call) this.#closeOne(call);
    }
  }

  #closeAll(): Call[] {
    const open = [...this.#open.values()];
    for (const call of open) this.#closeOne(call);
    return [...this.#closing.values()].filter(({ command, undo }) => command && undo);
  }

  /** Own code that was closed, and has an undo, and has run: the process that has run it knows that, and any other by the log. */
  #ranAfterClose(): Call[] {
    const { entries, delivered } = this.#message;
    const ahead = new Set(entries.slice(delivered).map(({ k }) => k));
    const hasRun = ({ key, command }: Call) => !command && (this.#ran.has(key) || ahead.has(key));
    return [...this.#closing.values()].filter((call) => hasRun(call) && call.undo);
  }

  #closeOne(call: Call): void {
    this.#open.delete(call.key);
    this.#waiting.delete(call);
    this.#closing.set(call.key, call);
  }

  outside(what: string, place: Place): void {
    this.#haveFaultOf(
      "OUTSIDE_STEP",
      undefined,
      place,
      (where) =>
        `The handler of ${this.run.feature} used ${what} outside of a step${where}. Its answer would be another in the next replay: put it into ctx.step(key, () => ...).`,
    );
  }

  /** Ends the run with what the handler has asked for: nothing of it goes on. */
  end(outcome: DecideOutcome): void {
    if (this.#outcome) return;
    this.#outcome = outcome;
    this.phase = "ended";
  }

  /** Throws, so that the handler does not go on. */
  rollback(reason: string): never {
    const frame = this.enter("rollback");
    const error = new RollbackError(reason);
    if (frame && !frame.isUndo && !frame.branch?.isClosed) this.#rollback ??= error;
    throw error;
  }

  /** Ends the run, and begins it anew with an empty log. */
  continueAs(input: unknown): void {
    const frame = this.enter("continueAs");
    if (!frame || frame.branch?.isClosed || this.phase !== "running" || this.cancelled) return;
    if (this.#rollback) this.#fail(this.#rollback);
    else this.end({ is: "continue", input: { v: jsonCopy(input) } });
  }

  #complete(returned: unknown): void {
    if (this.phase !== "running" || this.cancelled) return;
    const kept = keptValue(this.run.feature, returned);
    if (this.#rollback) this.#fail(this.#rollback);
    else if ("error" in kept) this.#fail(new StepError("", kept.error));
    else this.end({ is: "completed", value: kept });
  }

  #fail(error: unknown): void {
    if (this.phase !== "running" || this.cancelled) return;
    const outcome = this.#outcomeOf(this.#rollback ?? error);
    const { step } = outcome.is === "failed" ? outcome.error : {};
    this.inVain = { at: this.#at, ...(step !== undefined && { step }) };
    this.#undo(outcome);
  }

  /** The undo of completed calls is a part of the handler: it calls ctx in its turn. */
  #undo(outcome: InVainOutcome = { is: "cancelled" }): void {
    this.phase = "undoing";
    const frame: Frame = { ...this.#root, isUndo: true, random: seeded(`${this.run.seed}/undo`) };
    void frames
      .run(frame, () => this.undo.run())
      .then((undone) => this.end({ ...(this.cancelled ? { is: "cancelled" } : outcome), ...(undone && { undone }) }));
  }

  #outcomeOf(error: unknown): InVainOutcome {
    if (isRollback(error)) return { is: "rolled_back", reason: (error as Error).message };
    if (!(error instanceof StepError)) return { is: "failed", error: logErrorOf(error, this.hidden.without) };
    return { is: "failed", error: { ...error.error, ...(error.step !== "" && { step: error.step }) } };
  }

  // ---- Own code

  /** Begins the steps that are known to be parts of the handler, as soon as the turn is over in which they were called. */
  async #beginScopes(): Promise<void> {
    for (;;) {
      const known = [...this.#waiting].filter(({ key }) => this.scopes.has(key));
      if (known.length === 0 || this.#isOver) return;
      for (const call of known) this.#begin(call, "handler");
      await turn();
    }
  }

  /**
   * Runs the own code that the log has not brought. The first turn of each shows whether it calls ctx: then it is a part of the handler, and
   * goes on as one, if the handler has seen nothing since it was called.
   */
  async runOwn(until: number): Promise<void> {
    const working: Promise<void>[] = [];
    const workOn = (call: Call, own: Promise<RanStep>) => {
      this.begunOwn.set(call.key, own);
      working.push(own.then((ran) => this.#keep(call, ran)));
    };
    while (this.#waiting.size > 0 && !this.#isOver) {
      this.#turning = "probe";
      const begun: Begun[] = [];
      for (const call of this.#waiting) {
        const own = this.begunOwn.get(call.key);
        this.#waiting.delete(call);
        if (this.doneBefore.has(call.key))
          this.#keep(call, { k: call.key, c: "step", e: "done", f: "step", before: true });
        else if (own) workOn(call, own);
        else begun.push(this.#begin(call, "probe", until));
      }
      await turn();
      this.#turning = undefined;
      for (const one of begun) {
        if (one.frame.mode === "probe") one.frame.mode = "own";
        if (one.frame.mode === "own") workOn(one.call, this.#limited(one));
        one.frame.isProbed = false;
      }
      const called = this.#calledWhileProbing;
      this.#calledWhileProbing = undefined;
      // Own code has let the handler go on, and it will not do so in a replay.
      if (called && begun.some(({ frame }) => frame.mode === "own"))
        this.#haveFaultOf(
          "OUTSIDE_STEP",
          undefined,
          called.place,
          (where) => `ctx.${called.what} ${afterForeign}${where}.`,
        );
    }
    // What was begun goes on where the log has to be delivered again, and its result is taken there.
    if (this.mustRestart) return;
    if (!this.#isOver) await Promise.race([Promise.all(working), this.faulted]);
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #begin(call: Call, mode: "handler" | "probe", until?: number): Begun {
    this.#waiting.delete(call);
    const own = call.own as OwnStep;
    const { branch, isUndo } = own.caller;
    const frame: Frame = {
      ...{ run: this, mode, branch, isUndo, scope: `${call.key}/`, random: seeded(`${this.run.seed}/${call.key}`) },
      isProbed: mode === "probe",
      becomeHandler: () => this.#becomeScope(call, own, frame, refuse),
    };
    let refuse: (ran: RanStep) => void = () => {};
    const refused = new Promise<RanStep>((resolve) => {
      refuse = resolve;
    });
    const ended = new AbortController();
    const ms = Math.min(own.timeoutMs, Math.max(leastOwnMs, (until ?? 0) - Date.now()));
    const context = this.stepContext(own, ended.signal, Date.now() + ms);
    const f = () => (frame.mode === "handler" ? "scope" : "step");
    const work = frames
      .run(frame, async () => own.fn(context))
      .then(
        (value) => ranDone(call, f(), value),
        (error) => ranFailed(call, f(), error, this.hidden.without),
      );
    // A part of the handler ends in a turn of it; own code is waited for.
    void work.then((ran) => ran.f === "scope" && this.#keep(call, ran));
    return { call, frame, work: Promise.race([refused, work]), ended, ms };
  }

  /** Own code has a time-out, and its answer is taken until then. */
  #limited({ call, work, ended, ms }: Begun): Promise<RanStep> {
    const late = new Promise<RanStep>((resolve) => {
      const timer = setTimeout(() => {
        ended.abort(new DOMException("The step is out of time.", "TimeoutError"));
        resolve(ranFailed(call, "step", timeoutError(call.key, ms)));
      }, ms);
      this.#timers.add(timer);
      void work.then(() => clearTimeout(timer));
    });
    return Promise.race([work, late]);
  }

  #keep({ key }: Call, ran: RanStep): void {
    if (this.#open.has(key) && !this.#ran.has(key)) this.#ran.set(key, ran);
  }

  /** Whether the function of a step may go on as a part of the handler. */
  #becomeScope(call: Call, own: OwnStep, frame: Frame, refuse: (ran: RanStep) => void): boolean {
    if (own.isRepeatable) {
      const why = `${call.key} has retries and calls ctx, so that it would do again what its calls have done: give the retries to what it calls.`;
      refuse(ranFailed(call, "step", Object.assign(new TypeError(why), { retryable: false })));
      return false;
    }
    const wasKnown = this.scopes.has(call.key);
    this.scopes.add(call.key);
    frame.mode = "handler";
    // It would have begun at another place of the log, or has seen what a handler must not see.
    if (!wasKnown && (frame.hasSeenWorld || own.calledAt !== this.#at)) this.mustRestart = true;
    return !this.mustRestart;
  }

  stepContext({ firstKey }: OwnStep, signal: AbortSignal, deadline: number): StepContext {
    const { id, run, seed } = this.run;
    // A run that has begun anew does what it did before once more, and its seed says so.
    const [, round] = /^[\w-]+ ([\d. ]+)$/.exec(seed) ?? [];
    return {
      idempotencyKey: `${id}-${run}${round === undefined ? "" : `.${round.replaceAll(" ", ".")}`}/${firstKey}`,
      signal,
      deadline,
      log: this.log,
      secret: (reference) => frames.exit(() => this.#secret(reference)),
    };
  }

  async #secret(reference: Reference): Promise<string> {
    const value = await this.#host.resolve(reference);
    this.hidden.add(value);
    return value;
  }

  // ---- The answer

  /** Faults that are seen at the end of a pass only. */
  checkProgress(): void {
    if (this.#isOver || this.#ran.size > 0 || this.commands().length > 0) return;
    this.#haveFaultOf(
      "NO_PROGRESS",
      undefined,
      {},
      () =>
        `The handler of ${this.run.feature} has not ended, and waits for nothing of ctx: for a promise that nothing settles, or work that it has begun outside of ctx.step. Await what ctx returns, and put other work into ctx.step(key, () => ...).`,
    );
  }

  commands(): Command[] {
    const begun = [...this.#open.values()].flatMap(({ command }) => (command ? [command] : []));
    const closed = [...this.#closing.values()].flatMap(({ key: k, command }): Command[] =>
      command ? [{ c: "close", k }] : [],
    );
    return [...begun, ...closed];
  }

  /** As much as fits into an answer. What is left is kept for the next. */
  ran(mostBytes: number): RanStep[] {
    const fitting: RanStep[] = [];
    let bytes = 0;
    for (const one of this.#ran.values()) {
      bytes += Buffer.byteLength(JSON.stringify(one));
      if (fitting.length > 0 && bytes > mostBytes) break;
      fitting.push(one);
    }
    return fitting;
  }

  /** The step of this key, if the handler has called it and waits for it. */
  openStep(key: string): (OwnStep & { call: Call }) | undefined {
    const call = this.#open.get(key);
    return call?.own && { ...call.own, call };
  }

  // ---- Within

  async #turnOf(begin: () => void): Promise<void> {
    this.#turning = "log";
    begin();
    await turn();
    await this.#beginScopes();
    this.#turning = undefined;
  }

  #haveFaultOf(
    code: DecideFault["fault"]["code"],
    k: string | undefined,
    place: Place,
    say: (where: string) => string,
  ): void {
    if (this.#fault) return;
    const at = placeLine(place);
    const stack = stackOf(place);
    const message = say(at ? ` (${at})` : "");
    this.#fault = { code, message, ...(k !== undefined && { k }), ...(at && { at }), ...(stack !== "" && { stack }) };
    this.#haveFault();
  }

  setState(key: string, value: unknown): void {
    checkJson("ctx.setState", value, largestState);
    this.state.set(key, jsonCopy(value));
    if (Buffer.byteLength(JSON.stringify(Object.fromEntries(this.state))) > largestState)
      throw new RangeError(`The state of a run has at most ${largestState} bytes.`);
  }
}

const afterForeign =
  "was called after the handler had waited for something that ctx has not made. Put that into ctx.step";
const keepsItsCode =
  "A handler may depend on its input and on what ctx returns only. A run keeps the code with which it began; where it was moved to this code, that has to make the calls of its log first, and others behind them.";

interface Begun {
  call: Call;
  frame: Frame;
  work: Promise<RanStep>;
  ended: AbortController;
  ms: number;
}

const timeoutError = (key: string, ms: number): Error =>
  Object.assign(
    new Error(`${key} had not ended after ${ms} ms. A \`timeout\` above "20s" makes the step a job of its own.`),
    { name: "TimeoutError", code: "TIMEOUT" },
  );

/** A failure that nobody awaits yet must not end the process. */
function handled<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {});
  return promise;
}
