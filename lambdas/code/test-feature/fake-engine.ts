import {
  type Command,
  cancelKey,
  type DecideAnswer,
  type DecidedRun,
  type DecideFault,
  type DecideMessage,
  type DecideOutcome,
  type DecideWarning,
  type LogEntry,
  outerScopes,
  type RanStep,
  type SentDecision,
  type StepMessage,
} from "../../core/job/decide-messages.ts";
import { defined } from "../../core/kernel/defined.ts";
import { durationMs } from "../../core/kernel/duration-ms.ts";
import type { Decisions } from "../feature/answer-decide.ts";
import { logErrorOf } from "../feature/call.ts";

/** What a job of an event does in a test. It returns the job's result, or throws what the job fails with. */
export type FakeEvent = (input: never, job: FakeJob) => unknown;

export interface FakeJob {
  /** The key of the call. */
  key: string;
  event: string;
  input: unknown;
  /** When it began, in the test's time. */
  at: number;
}

export interface FakeSignal {
  signal: string;
  payload?: unknown;
  /** Reaches waits with this key. Default: those of the run. */
  key?: string | number;
  /** How long after the start of the run it is sent. Default: at once. */
  after?: number | string;
}

export interface SentSignal extends FakeSignal {
  at: number;
  /** Each is taken once, also by a run that begins anew. */
  isTaken?: boolean;
}

export interface FakeDecision extends Partial<SentDecision> {
  choice: string;
  /** How long after it was asked. Default: at once. */
  after?: number | string;
}

export interface World {
  events: Readonly<Record<string, FakeEvent>>;
  features: Readonly<Record<string, FakeEvent>>;
  /** The messages, each with the time at which it is sent. */
  signals: readonly SentSignal[];
  approvals: Readonly<Record<string, FakeDecision>>;
  /** When the run is cancelled, epoch milliseconds. */
  cancelAt?: number;
}

/** A result that takes its time. */
export class After {
  readonly ms: number;
  readonly result: unknown;
  constructor(ms: number, result: unknown) {
    this.ms = ms;
    this.result = result;
  }
}

export type FakeEnd =
  | Exclude<DecideOutcome, { is: "waiting" | "continue" }>
  | { is: "parked"; fault: DecideFault["fault"] }
  /** It waits for what never comes. */
  | { is: "stuck"; waitsFor: string[] };

/** What may happen between two decisions. The fake does as if its process, or that of the code, had died there. */
export type Moment = "logged" | "answered" | "commanded";

export interface Playing {
  /** The code: a new one for a process that has died. */
  code: () => Decisions;
  /** Whether the code's process has died before this decision. */
  diesBefore?: (decision: number) => boolean;
  /** Whether the engine dies at this moment, so that what follows in the decision does not happen. */
  diesAt?: (moment: Moment, decision: number) => boolean;
  /** Sees what goes over the wire. */
  watch?: (message: DecideMessage | StepMessage, answer: unknown) => void;
  mostDecisions?: number;
  /** How long after it has died the engine looks again. Default: 5 seconds. */
  redeliveryMs?: number;
}

interface Begun {
  command: Exclude<Command, { c: "close" }>;
  /** When it ends by itself, and how. */
  end?: { at: number } & Omit<LogEntry, "n" | "k" | "c" | "at" | "f">;
  since: number;
}

/** How long a job takes that says nothing of it. */
const jobMs = 10;

/** An engine for one attempt at a run, in memory and in virtual time. It does what decide-messages.ts says, and no more. */
export class FakeEngine {
  readonly run: DecidedRun;
  readonly log: LogEntry[] = [];
  readonly jobs: FakeJob[] = [];
  readonly warnings: DecideWarning[] = [];
  state: Record<string, unknown> = {};
  now: number;
  decisions = 0;

  readonly #input: unknown;
  readonly #world: World;
  readonly #playing: Playing;
  readonly #begun = new Map<string, Begun>();
  readonly #logged = new Set<string>();
  /** Own code that has ended, to be logged. */
  readonly #ran: RanStep[] = [];
  readonly #closed: string[] = [];
  #code: Decisions;
  /** What the latest answer has seen. */
  #seen: number | undefined;

  constructor(run: DecidedRun, input: unknown, world: World, playing: Playing) {
    this.run = run;
    this.#input = input;
    this.#world = world;
    this.#playing = playing;
    this.now = run.started_at;
    this.#code = playing.code();
  }

  async play(): Promise<FakeEnd | { is: "continue"; input: unknown }> {
    const { mostDecisions = 100_000 } = this.#playing;
    while (this.decisions < mostDecisions) {
      this.decisions += 1;
      const end = await this.#decide();
      if (end === "died") {
        this.now += this.#playing.redeliveryMs ?? 5000;
        this.#code = this.#playing.code();
      } else if (end !== "waits") return end;
      else if (this.#ran.length === 0 && this.#closed.length === 0) {
        const next = this.#next();
        if (next === undefined) return { is: "stuck", waitsFor: this.begun };
        this.now = Math.max(this.now, next);
      }
    }
    throw new Error(`The run has not ended after ${mostDecisions} decisions.`);
  }

  /** The keys that were begun and have not ended. */
  get begun(): string[] {
    return [...this.#begun.keys()].filter((k) => !this.#logged.has(k));
  }

  /** The steps that are known to call ctx. */
  get scopes(): string[] {
    return [...new Set([...this.#begun.keys()].flatMap(outerScopes))];
  }

  async #decide(): Promise<"died" | "waits" | FakeEnd | { is: "continue"; input: unknown }> {
    const dies = (moment: Moment) => this.#playing.diesAt?.(moment, this.decisions) ?? false;
    if (this.#playing.diesBefore?.(this.decisions)) this.#code = this.#playing.code();
    this.#logWhatHasEnded();
    if (dies("logged")) return "died";
    const answer = await this.#ask();
    if (dies("answered")) return "died";
    if ("fault" in answer) return { is: "parked", fault: answer.fault };
    if (!("outcome" in answer)) throw new Error(`The code has answered ${JSON.stringify(answer)}`);
    for (const command of answer.commands) {
      await this.#begin(command);
      if (dies("commanded")) return "died";
    }
    this.#seen = answer.seen;
    this.state = answer.state;
    this.warnings.push(...answer.warnings);
    this.#ran.push(...answer.ran);
    const { outcome } = answer;
    if (outcome.is === "waiting") return "waits";
    return outcome.is === "continue" ? { is: "continue", input: outcome.input.v } : outcome;
  }

  async #ask(): Promise<DecideAnswer> {
    const message = (from: number): DecideMessage =>
      wire({
        ...{ v: 1, kind: "decide", decision: this.decisions, deadline_ms: 25_000, now: this.now },
        ...{ run: this.run, input: { v: this.#input ?? null }, from, log: this.log.slice(from) },
        ...(this.#seen !== undefined && { shown: this.#seen }),
        ...(from === 0 && { scopes: this.scopes }),
      });
    const send = async (sent: DecideMessage): Promise<DecideAnswer> => {
      const answer = wire(await this.#code.decide(sent));
      this.#playing.watch?.(sent, answer);
      return answer;
    };
    const answer = await send(message(this.#seen ?? 0));
    return "need" in answer ? send(message(answer.need.from)) : answer;
  }

  /** A key has one job: a command that comes again changes nothing. */
  async #begin(command: Command): Promise<void> {
    const { k } = command;
    const begun = this.#begun.get(k);
    if (command.c === "close") {
      if (!this.#logged.has(k) && !this.#closed.includes(k)) this.#closed.push(k);
      return;
    }
    if (begun && begun.command.f !== command.f)
      throw new Error(`${k} was begun as ${JSON.stringify(begun.command)}, and now it is ${JSON.stringify(command)}.`);
    if (begun || this.#logged.has(k)) return;
    const one: Begun = { command, since: this.now };
    // Before it runs: what dies meanwhile is not begun again.
    this.#begun.set(k, one);
    const end = await this.#effectOf(command);
    if (end) one.end = end;
  }

  async #effectOf(command: Exclude<Command, { c: "close" }>): Promise<Begun["end"]> {
    switch (command.c) {
      case "sleep":
        return { e: "fired", at: command.until };
      case "run":
        return this.#job(command.k, command.event, this.#world.events, command.input, "event");
      case "feature":
        return this.#job(command.k, command.feature, this.#world.features, command.input, "feature");
      case "step":
        return this.#step(command.k);
      case "wait":
        return undefined;
      case "approve": {
        const asked = this.#world.approvals[command.k];
        if (!asked) return undefined;
        const { after = 0, choice, by = "a person", note } = asked;
        if (!command.choices.includes(choice))
          throw new Error(
            `testFeature: \`approvals["${command.k}"].choice\` is ${JSON.stringify(choice)}, which is none of ${command.choices.join(", ")}.`,
          );
        const value: SentDecision = { choice, by, ...(note !== undefined && { note }) };
        return { e: "done", at: this.now + durationMs(after), value: { v: value } };
      }
    }
  }

  async #job(
    key: string,
    name: string,
    fakes: Readonly<Record<string, FakeEvent>>,
    input: unknown,
    what: string,
  ): Promise<Begun["end"]> {
    const fake = Object.hasOwn(fakes, name) ? fakes[name] : undefined;
    if (!fake)
      throw new Error(`testFeature has no ${what} ${name}: give it by \`${what}s: { ${name}: (input) => ... }\`.`);
    const job = { key, event: name, input, at: this.now };
    this.jobs.push(job);
    try {
      const result = await fake(wire(input) as never, job);
      const { ms, result: v } = result instanceof After ? result : new After(jobMs, result);
      const value = typeof v === "function" ? await v() : v;
      return { e: "done", at: this.now + ms, value: { v: wire(value ?? null) } };
    } catch (error) {
      return { e: "failed", at: this.now + jobMs, error: logErrorOf(error) };
    }
  }

  async #step(key: string): Promise<Begun["end"]> {
    const message: StepMessage = wire({
      ...{ v: 1, kind: "step", key, attempt: 1, idempotency_key: `${this.run.id}/${key}`, deadline_ms: 600_000 },
      ...{ now: this.now, run: this.run, input: { v: this.#input ?? null }, from: 0, log: this.log },
    });
    const answer = wire(await this.#playing.code().step(message));
    this.#playing.watch?.(message, answer);
    if (!("outcome" in answer)) throw new Error(`The code has answered ${JSON.stringify(answer)}`);
    const { outcome } = answer;
    const at = this.now + jobMs;
    if (outcome.is === "completed") return { e: "done", at, value: outcome.value };
    const { retryable } = outcome;
    const error = { code: outcome.code ?? outcome.error.name, ...outcome.error, ...defined({ retryable }) };
    return { e: "failed", at, error };
  }

  // ---- Facts

  #logWhatHasEnded(): void {
    const facts = [...this.#ranFacts(), ...this.#begunFacts(), ...this.#closedFacts()];
    const { cancelAt } = this.#world;
    if (cancelAt !== undefined && cancelAt <= this.now && !this.#logged.has(cancelKey))
      facts.push({ k: cancelKey, c: "cancel", e: "cancel", at: cancelAt });
    for (const { by, ...fact } of facts.sort((a, b) => a.at - b.at)) {
      // A message ends one wait: another that takes it too waits for the next.
      if (this.#logged.has(fact.k) || by?.isTaken) continue;
      if (by) by.isTaken = true;
      this.#logged.add(fact.k);
      this.log.push({ ...fact, n: this.log.length + 1, at: Math.max(fact.at, this.log.at(-1)?.at ?? 0) });
    }
  }

  #ranFacts(): Fact[] {
    return this.#ran.splice(0).map((ran) => ({ ...ran, at: this.now }));
  }

  #closedFacts(): Fact[] {
    return this.#closed.splice(0).map((k) => {
      const begun = this.#begun.get(k);
      return { k, c: begun?.command.c ?? "run", e: "closed", at: this.now };
    });
  }

  #begunFacts(): Fact[] {
    return [...this.#begun].flatMap(([k, begun]): Fact[] => {
      if (this.#logged.has(k)) return [];
      const { command } = begun;
      const end = this.#endOf(begun);
      return end && end.at <= this.now ? [{ ...end, k, c: command.c, f: command.f }] : [];
    });
  }

  /** How a begun call ends, as far as that is known now. */
  #endOf({ command, end, since }: Begun): (NonNullable<Begun["end"]> & { by?: SentSignal }) | undefined {
    if (command.c !== "wait") return end ?? commandEnd(command);
    const until = command.until ?? Number.POSITIVE_INFINITY;
    const isMeant = ({ signal, key }: SentSignal) =>
      command.signals.some((one) => one.signal === signal && (key === undefined || one.key === String(key)));
    const [by] = this.#world.signals
      .filter((one) => isMeant(one) && one.at <= until && !one.isTaken)
      .sort((a, b) => a.at - b.at);
    if (!by) return commandEnd(command);
    const { signal, payload, at } = by;
    const id = `sig_${this.#world.signals.indexOf(by)}`;
    return { e: "signal", at: Math.max(at, since), signal, id, value: { v: wire(payload ?? null) }, by };
  }

  /** When something happens next. */
  #next(): number | undefined {
    const times = [...this.#begun]
      .filter(([k]) => !this.#logged.has(k))
      .flatMap(([, begun]) => this.#endOf(begun)?.at ?? []);
    const { cancelAt } = this.#world;
    if (cancelAt !== undefined && !this.#logged.has(cancelKey)) times.push(cancelAt);
    return times.length === 0 ? undefined : Math.min(...times);
  }
}

type Fact = Omit<LogEntry, "n"> & { by?: SentSignal };

const commandEnd = (command: Command): Begun["end"] =>
  "until" in command && command.until !== undefined && command.c !== "sleep"
    ? { e: "timeout", at: command.until }
    : undefined;

/** As it comes out of the wire at the other side. */
const wire = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;
