import type { Reference } from "../../core/catalog/references.ts";
import type { CallOutcome } from "../../core/job/code-messages.ts";
import {
  type Command,
  type DecideAnswer,
  type Decided,
  type DecidedRun,
  type DecideFault,
  type DecideMessage,
  type DecideRefusal,
  outerScopes,
  type StepAnswer,
  type StepMessage,
} from "../../core/job/decide-messages.ts";
import { remember } from "../../core/kernel/recent.ts";
import { steeringOf, thrownOf } from "../thrown.ts";
import { keptValue } from "./call.ts";
import type { CodeFeature } from "./define-feature.ts";
import { frames } from "./frame.ts";
import { contextOf } from "./handler-context.ts";
import { loadValue } from "./load-value.ts";
import { seeded } from "./random.ts";
import { Session, type SessionHost } from "./session.ts";
import { watchHandlers } from "./world.ts";

const version = 1;

/** A feature as a host has found it for a run. */
export interface FoundFeature {
  feature: CodeFeature;
  /** What it is a part of: the run keeps it. */
  definition: string;
}

/** What the features of a product have around them. */
export interface FeatureHost {
  /** The feature with which a run began, or, for a run that has none, that of now. */
  find(run: DecidedRun): Promise<FoundFeature | DecideRefusal["refuse"]>;
  resolve(run: DecidedRun, reference: Reference): Promise<string>;
  write(line: string): void;
  /** Reads what is behind a link. */
  load?: SessionHost["load"];
}

export interface DecideOptions {
  /** How many suspended handlers are kept. */
  keep?: number;
}

/** The most bytes of own code's results and of commands in an answer, which Lambda bounds to 6 MB. */
const mostAnswerBytes = 5_000_000;
/** What is left of a decision for the answer, when own code is ended. */
const answeringMs = 1000;

/**
 * Answers decisions. A handler that waits is kept, so that the next decision brings only what is new; the one that was used longest ago is
 * given up first. A run that is not known any more is asked for from its start.
 */
export class Decisions {
  readonly #host: FeatureHost;
  readonly #keep: number;
  readonly #sessions = new Map<string, Session>();
  /** Runs that are to be replayed from their start, as they were. */
  readonly #restarts = new Map<string, Session>();

  constructor(host: FeatureHost, { keep = 100 }: DecideOptions = {}) {
    this.#host = host;
    this.#keep = keep;
  }

  async decide(message: DecideMessage): Promise<DecideAnswer> {
    const until = Date.now() + message.deadline_ms - answeringMs;
    const found = await this.#host.find(message.run);
    if (!("feature" in found)) return { v: version, refuse: found };
    const { id, run, attempt, seed } = message.run;
    // A deleted job's id may be given to another one, and a run may begin anew: then its seed is another.
    const name = JSON.stringify([id, run, attempt, seed, found.definition]);
    const known = this.#sessions.get(name);
    // While it is used nobody else may use it: a second message is answered as if the run were unknown.
    this.#sessions.delete(name);
    if (message.from > (known?.seen ?? 0)) return { v: version, need: { from: 0 } };
    const unwatch = watchHandlers();
    try {
      const kept = known && goesOnWith(known, message) ? known : undefined;
      if (message.from > 0 && kept === undefined) return { v: version, need: { from: 0 } };
      const restart = kept ? undefined : this.#restarts.get(name);
      const session = kept ?? (await this.#begin(found, message, shownUntil(message), restart));
      let passed = await this.#pass(session, found, message, until);
      if (passed?.fault?.code === "NON_DETERMINISTIC" && (kept || restart)) {
        // What this process knows from a decision whose answer was lost, no other one knew, it may be: a replay of the log alone says whether the handler is to blame.
        this.#restarts.delete(name);
        if (message.from > 0) return { v: version, need: { from: 0 } };
        passed = await this.#pass(await this.#begin(found, message, shownUntil(message)), found, message, until);
      }
      if (passed === undefined) {
        remember(this.#restarts, name, session, this.#keep);
        return { v: version, need: { from: 0 } };
      }
      this.#restarts.delete(name);
      if (passed.fault) return { v: version, fault: passed.fault };
      const answer = decided(passed, found, message);
      if (answer.outcome.is === "waiting") remember(this.#sessions, name, passed, this.#keep);
      return answer;
    } finally {
      unwatch();
    }
  }

  /** The session after the message. Undefined if it has to begin again, and the message is not the whole log. */
  async #pass(
    session: Session,
    found: FoundFeature,
    message: DecideMessage,
    until: number,
  ): Promise<Session | undefined> {
    session.hideUntil(shownUntil(message));
    session.warnings.length = 0;
    await session.deliver(message.log);
    if (!message.more) await session.runOwn(until);
    if (session.mustRestart) {
      if (message.from > 0) return undefined;
      return this.#pass(await this.#begin(found, message, shownUntil(message), session), found, message, until);
    }
    if (!message.more) session.checkProgress();
    return session;
  }

  async #begin(
    { feature }: FoundFeature,
    { run, input, log, scopes = [], done = [] }: Pick<DecideMessage, "run" | "input" | "log" | "scopes" | "done">,
    shown: number,
    before?: Session,
  ): Promise<Session> {
    const host: SessionHost = {
      load: this.#host.load ?? loadValue,
      resolve: (reference) => this.#host.resolve(run, reference),
      write: (line) => this.#host.write(line),
    };
    const session = new Session(feature, run, host, before);
    session.hideUntil(shown);
    for (const scope of scopes) session.scopes.add(scope);
    for (const key of done) session.doneBefore.add(key);
    session.learnScopes(log);
    await session.begin(contextOf(session) as never, await host.load(input));
    return session;
  }

  /** Runs one step that is a job. The handler is replayed to the place where it has called it. */
  async step(message: StepMessage): Promise<StepAnswer> {
    const until = Date.now() + message.deadline_ms;
    const found = await this.#host.find(message.run);
    if (!("feature" in found)) return { v: version, refuse: found };
    if (message.from > 0) return { v: version, need: { from: 0 } };
    const unwatch = watchHandlers();
    try {
      // Of the steps that it is in, nothing may be recorded yet. Nothing that the handler writes to its log is new.
      const within = { ...message, scopes: outerScopes(message.key) };
      const session = await this.#begin(found, within, Number.POSITIVE_INFINITY);
      await session.deliver(message.log);
      if (session.fault) return { v: version, fault: session.fault };
      const own = session.openStep(message.key);
      if (!own) return { v: version, fault: notCalled(message) };
      return { v: version, outcome: await stepOutcome(session, message, own, until) };
    } finally {
      unwatch();
    }
  }
}

/** Whether a session may go on with a message: what it has seen already is passed over, and a message that ends before that is an old one. */
function goesOnWith({ seen }: Session, { from, log, shown = 0 }: DecideMessage): boolean {
  // Where another process has answered since, a message from the start says what that has begun, and to a session that begins only.
  return seen <= from + log.length && (from > 0 || seen >= shown);
}

/** -1: what the handler writes before its first entry is new, too. */
const shownUntil = ({ shown, from }: DecideMessage): number => shown ?? (from > 0 ? from : -1);

function decided(session: Session, { definition }: FoundFeature, { more = false, known }: DecideMessage): Decided {
  const outcome = (more ? undefined : session.outcome) ?? { is: "waiting" };
  const goesOn = outcome.is === "waiting" && !more;
  const ran = goesOn ? session.ran(mostAnswerBytes) : [];
  const commands = goesOn ? session.commands() : [];
  return {
    v: version,
    seen: session.seen,
    definition,
    outcome,
    ...(session.inVain && { in_vain: session.inVain }),
    // An engine that does not say what it has would not ask for the rest.
    ...(known ? fitting(commands, new Set(known), mostAnswerBytes - bytesOf(ran)) : { commands }),
    ran,
    state: Object.fromEntries(session.state),
    ...(session.checkpoint && { checkpoint: session.checkpoint }),
    warnings: [...session.warnings],
  };
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** The commands that fit: what those bring along that the engine has is left out, and others come first. */
function fitting(commands: readonly Command[], known: ReadonlySet<string>, mostBytes: number) {
  const isKnown = (command: Command) => command.c !== "close" && known.has(command.k);
  let bytes = 0;
  const takes = (command: Command): boolean => {
    const more = bytesOf(command);
    if (bytes > 0 && bytes + more > mostBytes) return false;
    bytes += more;
    return true;
  };
  const unknown = commands.filter((command) => !isKnown(command));
  const taken = unknown.filter(takes);
  const repeated = commands.filter(isKnown).map(commandWithoutInput).filter(takes);
  return { commands: [...taken, ...repeated], ...(taken.length < unknown.length && { rest: true as const }) };
}

const commandWithoutInput = (command: Command): Command =>
  command.c === "run" || command.c === "feature" ? { ...command, input: null } : command;

const notCalled = ({ key, run }: StepMessage): DecideFault["fault"] => ({
  code: "NON_DETERMINISTIC",
  k: key,
  message: `The handler of ${run.feature} has not called the step ${key}, which it has asked for before.`,
});

async function stepOutcome(
  session: Session,
  { key, deadline_ms }: StepMessage,
  own: NonNullable<ReturnType<Session["openStep"]>>,
  until: number,
): Promise<CallOutcome> {
  const ended = new AbortController();
  const given = Math.min(own.timeoutMs, deadline_ms);
  const outOfTime: CallOutcome = {
    ...{ is: "failed", by: "timeout" },
    error: { name: "TimeoutError", message: `${key} had not ended after ${given} ms.` },
  };
  // The replay of the handler takes a part of it.
  const ms = Math.min(own.timeoutMs, until - Date.now());
  if (ms <= 0) return outOfTime;
  const frame = {
    ...own.caller,
    mode: "own" as const,
    scope: `${key}/`,
    random: seeded(key),
    becomeHandler: undefined,
  };
  const context = session.stepContext(own, ended.signal, Date.now() + ms);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<CallOutcome>((resolve) => {
    timer = setTimeout(() => {
      ended.abort(new DOMException("The step is out of time.", "TimeoutError"));
      resolve(outOfTime);
    }, ms);
  });
  const work = frames
    .run(frame, async () => own.fn(context))
    .then(
      (value) => valueOutcome(key, value),
      (error): CallOutcome => ({
        is: "failed",
        by: "threw",
        error: thrownOf(error, session.hidden.without),
        ...steeringOf(error),
      }),
    );
  // A step that calls ctx would never end.
  const refused = session.faulted.then((): CallOutcome => {
    const error = { name: "OutsideStepError", message: session.fault?.message ?? "" };
    return { is: "failed", by: "threw", retryable: false, error };
  });
  const outcome = await Promise.race([refused, work, late]);
  clearTimeout(timer);
  return outcome;
}

function valueOutcome(key: string, value: unknown): CallOutcome {
  const kept = keptValue(key, value);
  if ("v" in kept) return { is: "completed", value: kept };
  const { name = "ResultError", message } = kept.error;
  return { is: "failed", by: "result", error: { name, message } };
}
